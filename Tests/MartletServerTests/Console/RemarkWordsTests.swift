import MartletCore
import MartletReleases
import MartletRetraining
import MartletStatistics
import MartletTracking
import Testing

@testable import MartletServer

/// Decisions in the words of a reader.
struct RemarkWordsTests {
    private static let english = Language.english.words
    static let korean = Language.korean.words

    /// The sentence again from its phrase in English, and whether Korean has words for all of it.
    static func check(_ remark: Remark) {
        #expect(Self.again(remark) == remark.text, "\(remark.code)")
        #expect(Self.english(remark) == remark.text)
        #expect(!Self.korean(remark).contains("{}") && Self.unsaid(remark) == [], "\(remark.code)")
    }

    /// What of `remark` Korean has no words for; what somebody else wrote needs none.
    private static func unsaid(_ remark: Remark) -> [String] {
        let key = "remark." + remark.code
        let inner = remark.values.flatMap { value -> [String] in
            if case .remark(let part) = value { Self.unsaid(part) } else { [] }
        }
        return remark.code.isEmpty || Self.korean[key] != key ? inner : [key] + inner
    }

    private static func again(_ remark: Remark) -> String {
        guard !remark.code.isEmpty else { return remark.text }
        let values = remark.values.map { value in
            switch value {
            case .text(let text): text
            case .count(let count): "\(count)"
            case .span(let span): "\(span)"
            case .moment(let moment): "\(moment)"
            case .remark(let inner): Self.again(inner)
            }
        }
        return Words.fill(Self.english["remark." + remark.code], values)
    }

    private static let author = Attribution(by: "ada", at: EventTime(microseconds: 0), reason: nil)

    @Test func `what gates say is the same in English, and said in Korean`() {
        var seen: Set<String> = []
        let stages: [ReleaseGateRule.Stage] = [.step, .watch, .approval, .standby]
        for stage in stages {
            for (requests, errors, slow) in [(0, 0, 0), (410, 0, 0), (176, 10, 0), (90, 0, 60), (20, 2, 1)] {
                for elapsed in [TimeSpan.seconds(10), .days(1), .days(40)] {
                    let inputs = ReleaseGateRule.Inputs(
                        gates: ReleaseGates(),
                        stage: stage,
                        weight: 100,
                        hold: TimeSpan("10m") ?? .seconds(600),
                        patience: .days(7),
                        elapsed: elapsed,
                        traffic: GreenTraffic(requests: requests, errors: errors, slow: slow)
                    )
                    let ruling = ReleaseGateRule.decide(inputs)
                    #expect(ruling.reasons == ruling.remarks.map(\.text))
                    ruling.remarks.forEach(Self.check)
                    seen.formUnion(ruling.remarks.map(\.code))
                }
            }
        }
        #expect(
            seen == [
                "gate.asked", "gate.errors", "gate.hold", "gate.latency", "gate.needs", "gate.needsAnyNumber",
                "gate.patience",
            ]
        )
    }

    @Test func `a gate's figures stand in the Korean sentence with their units`() {
        let inputs = ReleaseGateRule.Inputs(
            gates: ReleaseGates(),
            stage: .step,
            weight: 100,
            hold: TimeSpan("10m") ?? .seconds(600),
            patience: .days(7),
            elapsed: .seconds(10),
            traffic: GreenTraffic(requests: 1_410, errors: 0, slow: 0)
        )
        let sentences = ReleaseGateRule.decide(inputs).remarks.map { Self.korean($0) }
        #expect(
            sentences == [
                "10분 동안 트래픽 1 %을(를) 지켜보는 단계가 끝나지 않았습니다.",
                "오류: 0건 / 요청 1,410건. 1 % 미만은 입증됨.",
                "지연: 0건 / 요청 1,410건이 500 ms 초과. P95이(가) 그 이내인지는 입증됨.",
            ]
        )
    }

    @Test func `what health checks, checklists and people say is the same in English, and said in Korean`() {
        let checks = [
            HealthRule.Check(line: 1, expected: [1], answered: [2]),
            HealthRule.Check(line: 2, expected: [1], answered: []),
            HealthRule.Check(line: 3, expected: [1], answered: [], failure: "it was refused"),
        ]
        let lists = [checks, checks + checks, [], [HealthRule.Check(line: 1, expected: [1], answered: [1])]]
        for list in lists { HealthRule.decide(.init(checks: list, tolerance: 0.1)).remarks.forEach(Self.check) }
        var findings: [ReleaseChecklist.Finding] = []
        let waiver = Attribution(by: "ada", at: Self.author.at, reason: "seen by hand")
        for item in ReleaseChecklist.Item.allCases {
            for (rule, isMet, waiver) in [
                (ChecklistRule.required, true, nil), (.required, false, nil), (.required, false, waiver),
                (.noted, false, nil),
            ] {
                let found = Remark("checklist.won", "Experiment \("r1") was won.")
                findings.append(.init(item, rule, isMet: isMet, found: found, waiver: waiver))
            }
        }
        ReleaseChecklist.decide(.init(findings: findings)).remarks.forEach(Self.check)
        PersonRule.decide(.init("abort", Self.author)).remarks.forEach(Self.check)
        PersonRule.decide(.init("abort", waiver)).remarks.forEach(Self.check)
    }

    @Test func `what A/B tests say is the same in English, and said in Korean`() {
        var seen: Set<String> = []
        for (control, treatment) in [
            ((0, 0), (0, 0)), ((20, 2), (3, 1)), ((90_000, 9_000), (10_000, 1_300)),
            ((90_000, 9_000), (10_000, 700)), ((9_000_000, 900_000), (1_000_000, 104_000)),
            ((9_000, 900), (1_000, 102)), ((9_000, 900), (9_000, 900)),
        ] {
            for days in [1, 8, 30] {
                var plan = ExperimentPlan()
                plan.metrics = [
                    MetricDefinition(name: "contracts", role: .primary, kind: .conversion(of: "contract"))
                ]
                let reading = ExperimentReading(variants: [
                    "control": Self.variant(control), "treatment": Self.variant(treatment),
                ])
                let inputs = ExperimentRule.Inputs(plan: plan, reading: reading, elapsed: .days(Int64(days)))
                let remarks = ExperimentRule.assess(inputs).remarks
                remarks.forEach(Self.check)
                seen.formUnion(remarks.map(\.code))
            }
        }
        #expect(
            seen.isSuperset(of: [
                "test.early", "test.better", "test.betterTooLittle", "test.worse", "test.split", "test.unproven",
                "test.goesOnFor", "metric.noData", "metric.bounds",
            ])
        )
    }

    private static func variant(_ count: (Int, Int)) -> VariantReading {
        let rate = MetricReading.rate(BernoulliCount(trials: count.0, successes: count.1))
        return VariantReading(units: count.0, metrics: count.0 > 0 ? ["contracts": rate] : [:])
    }

    @Test func `what the rule of retraining says is the same in English, and said in Korean`() {
        let last = RetrainingEvidence.Training(at: EventTime(microseconds: 0), version: "price:1", labels: 1_000)
        var limits = RetrainingTriggers()
        (limits.volume, limits.age, limits.drift, limits.loss) = (0.1, .days(30), 0.2, 0.2)
        for last in [last, nil] {
            for isAskedFor in [true, false] {
                var evidence = RetrainingEvidence(
                    now: EventTime(microseconds: 1_000_000_000),
                    isAskedFor: isAskedFor,
                    last: last,
                    labels: 1_200,
                    newLabels: 200
                )
                var policy = RetrainingPolicy()
                policy.triggers = limits
                RetrainingRule.decide(policy, .never, evidence).remarks.forEach(Self.check)
                (evidence.drift, evidence.driftedColumn) = (0.4, "area")
                evidence.loss = .init(increase: 0.1, isGiven: isAskedFor)
                (evidence.madeBefore, evidence.underWay) = ("price:2", "t1")
                (evidence.runsThisMonth, evidence.secondsThisMonth) = (1_000, 1e9)
                evidence.gain = GainEstimate(
                    labels: [1, 2, 3],
                    present: [2, 3, 5],
                    candidate: [1, 2, 4],
                    loss: .absoluteError,
                    alpha: 0.05,
                    cut: evidence.now,
                    trainedRows: 1_000,
                    seconds: 1
                )
                RetrainingRule.decide(policy, .toStaging, evidence).remarks.forEach(Self.check)
                policy.rule = .threshold
                RetrainingRule.decide(policy, .toStaging, evidence).remarks.forEach(Self.check)
            }
        }
    }

    @Test func `a text without a code stays as it is`() {
        #expect(Self.korean(Remark(said: "It was slow.")) == "It was slow.")
        #expect(Self.korean(Remark("nobody.knows", "It was \("slow").")) == "It was slow.")
    }

    @Test(arguments: [("90d", "90일"), ("36h", "36시간"), ("15m", "15분"), ("30s", "30초"), ("250ms", "250 ms")])
    func `lengths of time of a plan have units`(_ text: String, _ korean: String) throws {
        let span = try #require(TimeSpan(text))
        #expect(
            Self.korean(Remark("gate.patience", "Nothing was proven in \(span), and no proof is no pass."))
                .hasPrefix(korean)
        )
    }
}
