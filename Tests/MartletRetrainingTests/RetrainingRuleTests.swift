import Foundation
import MartletCore
import MartletRetraining
import Testing

struct RetrainingRuleTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    private static func gain(_ lower: Double, _ upper: Double) throws -> GainEstimate {
        var gain = try #require(
            GainEstimate(
                labels: [1, 2, 3],
                present: [2, 4, 3],
                candidate: [1, 3, 3],
                loss: .absoluteError,
                alpha: 0.05,
                cut: Self.now,
                trainedRows: 10,
                seconds: 0.1
            )
        )
        (gain.lower, gain.upper) = (lower, upper)
        return gain
    }

    private static func evidence() throws -> RetrainingEvidence {
        RetrainingEvidence(
            now: Self.now,
            dataHash: ContentHash(of: "rows"),
            last: .init(at: EventTime(microseconds: 1_690_000_000_000_000), version: "price:1", labels: 1_000),
            labels: 1_200,
            newLabels: 200,
            gain: try Self.gain(0.01, 0.2)
        )
    }

    private static func decide(
        _ evidence: RetrainingEvidence,
        _ policy: RetrainingPolicy = RetrainingPolicy(),
        _ autonomy: RetrainingPlan.Autonomy = .toStaging
    ) -> RetrainingDecision {
        RetrainingRule.decide(policy, autonomy, evidence)
    }

    @Test func `a training that is due, worth it and free to go is begun`() throws {
        let decision = try Self.decide(Self.evidence())
        #expect(decision.isTraining)
        #expect(
            decision.reasons[0]
                .hasPrefix("200 labels are new beside the 1000 rows of the last training: 20 %, above 10 %")
        )
        #expect(decision.reasons[1].hasSuffix("training is worth it."))
    }

    @Test func `new labels are held against all rows of the last training, where these are known`() throws {
        var evidence = try Self.evidence()
        evidence.last?.rows = 4_000
        #expect(!Self.decide(evidence).isTraining)
        #expect(Self.decide(evidence).reasons[0].hasSuffix("4000 rows of the last training: 5 %, not above 10 %."))
    }

    @Test func `each thing in the way is told in its own sentence`() throws {
        var evidence = try Self.evidence()
        evidence.madeBefore = "price:1"
        evidence.underWay = "t1"
        evidence.runsThisMonth = 10
        evidence.secondsThisMonth = 36_000
        evidence.isAskedFor = true
        let decision = Self.decide(evidence)
        #expect(!decision.isTraining)
        #expect(decision.reasons.count == 7)
        #expect(decision.reasons[0].contains("trained with this recipe before"))
    }

    @Test func `cool-down and auto never hold only what starts by itself`() throws {
        var evidence = try Self.evidence()
        evidence.last?.at = EventTime(microseconds: Self.now.microseconds - 3_600_000_000)
        #expect(!Self.decide(evidence).isTraining)
        #expect(try !Self.decide(Self.evidence(), RetrainingPolicy(), .never).isTraining)
        evidence.isAskedFor = true
        #expect(Self.decide(evidence, RetrainingPolicy(), .never).isTraining)
    }

    @Test func `the gain must be proven, unless the rule is the trigger alone`() throws {
        var evidence = try Self.evidence()
        evidence.gain = try Self.gain(-0.01, 0.2)
        #expect(!Self.decide(evidence).isTraining)
        #expect(Self.decide(evidence).reasons.last?.hasSuffix("training is unclear.") ?? false)
        #expect(Self.decide(evidence, RetrainingPolicy(rule: .threshold)).isTraining)
        evidence.gain = nil
        evidence.gainFault = "too few predictions have a label"
        #expect(Self.decide(evidence).isTraining)
    }

    @Test func `drift, loss and age are triggers of their own`() throws {
        var evidence = try Self.evidence()
        evidence.newLabels = 0
        #expect(!Self.decide(evidence).isTraining)
        let policy = RetrainingPolicy(triggers: RetrainingTriggers(age: .days(200), drift: 0.2, loss: 0.2))
        #expect(!Self.decide(evidence, policy).isTraining)
        evidence.drift = 0.21
        evidence.driftedColumn = "area"
        #expect(Self.decide(evidence, policy).isTraining)
        #expect(Self.decide(evidence, policy).reasons.contains("The drift of 'area' is 0.21, above 0.2."))
        evidence.drift = nil
        evidence.loss = .init(increase: 0.3, isGiven: true)
        #expect(Self.decide(evidence, policy).reasons.contains("The estimated increase of the loss is 0.3, above 0.2."))
        evidence.loss = nil
        #expect(Self.decide(evidence, RetrainingPolicy(triggers: RetrainingTriggers(age: .days(100)))).isTraining)
    }

    @Test func `whatever is known, no rule of restraint is broken, and a record decides the same again`() throws {
        var generator = Generator(state: 3)
        let plan = try #require(
            Document.parse(
                yaml: "name: p\nrecipe: r\nlabels: l\nrelease: x\nauto: to-ab\n",
                file: "p.yaml",
                in: DocumentContext()
            )
            .map { RetrainingPlan.read($0, in: DocumentContext()) }
        )
        var trained = 0
        for _ in 0..<500 {
            let lower = generator.share() - 0.5
            let evidence = RetrainingEvidence(
                now: Self.now,
                isAskedFor: generator.next() % 4 == 0,
                dataHash: generator.next() % 8 == 0 ? nil : ContentHash(of: "rows"),
                madeBefore: generator.next() % 8 == 0 ? "price:1" : nil,
                underWay: generator.next() % 8 == 0 ? "t1" : nil,
                last: generator.next() % 8 == 0
                    ? nil
                    : .init(
                        at: EventTime(microseconds: Self.now.microseconds - Int64(generator.share() * 2e11)),
                        version: nil,
                        labels: Int(generator.next() % 1_000)
                    ),
                labels: Int(generator.next() % 1_000),
                newLabels: Int(generator.next() % 200),
                runsThisMonth: Int(generator.next() % 12),
                secondsThisMonth: generator.share() * 40_000,
                gain: generator.next() % 4 == 0 ? nil : try Self.gain(lower, lower + generator.share())
            )
            let decision = RetrainingRule.decide(plan.policy, plan.autonomy, evidence)
            let record = try RetrainingRecord(decision, of: plan, on: evidence)
            #expect(try record.decideAgain() == decision)
            guard decision.isTraining else { continue }
            trained += 1
            #expect(evidence.dataHash != nil && evidence.madeBefore == nil && evidence.underWay == nil)
            #expect(evidence.runsThisMonth < 10 && evidence.secondsThisMonth < 36_000)
            guard !evidence.isAskedFor else { continue }
            if let last = evidence.last {
                #expect(evidence.now >= last.at + .days(1))
                #expect(Double(evidence.newLabels) > 0.1 * Double(last.labels))
            }
            if let gain = evidence.gain { #expect(gain.lower > 0) }
        }
        #expect(trained > 20)
    }

    @Test func `a month begins at its first midnight in UTC`() throws {
        let moment = try #require(EventTime(iso8601: "2024-02-29T23:59:59Z"))
        #expect(RetrainingRule.monthStart(of: moment) == EventTime(iso8601: "2024-02-01"))
    }

    @Test func `the gain is that of a paired comparison`() throws {
        // scipy.stats.ttest_1samp([1, 1, 0, 2, 1], 0).confidence_interval(0.95) over the mean loss 2.
        let gain = try #require(
            GainEstimate(
                labels: [0, 0, 0, 0, 0],
                present: [2, -2, 1, 3, 2],
                candidate: [1, 1, -1, 1, 1],
                loss: .absoluteError,
                alpha: 0.05,
                cut: Self.now,
                trainedRows: 10,
                seconds: 0.1
            )
        )
        #expect(gain.presentLoss == 2)
        #expect(gain.gain == 0.5)
        #expect(abs(gain.lower - (1 - 0.877_989_0) / 2) < 1e-6)
        #expect(abs(gain.upper - (1 + 0.877_989_0) / 2) < 1e-6)
        #expect(gain.verdict(minimum: 0) == .worthIt)
        #expect(gain.verdict(minimum: 0.06) == .worthIt)
        #expect(gain.verdict(minimum: 0.07) == .unclear)
        #expect(gain.verdict(minimum: 0.95) == .notWorthIt)
    }

    @Test func `a probability is judged by its logarithm, and a sure mistake is not infinite`() {
        #expect(abs(GainEstimate.Loss.logLoss.of(0.5, label: 1) - 0.693_147) < 1e-6)
        #expect(GainEstimate.Loss.logLoss.of(1, label: 0).isFinite)
        #expect(GainEstimate.Loss.logLoss.of(1, label: 1) == 0)
    }
}
