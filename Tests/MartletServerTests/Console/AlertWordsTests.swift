import Foundation
import MartletCore
import MartletMonitoring
import MartletTracking
import Testing

@testable import MartletServer

/// What alerts say, in the words of a reader.
struct AlertWordsTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    /// Every sentence of every rule, by facts that are as wrong as can be.
    private static var findings: [AlertFinding] {
        var graph = LineageGraph()
        graph.read(["price_last"], of: "prices", at: "rent")
        graph.read(["a", "b"], of: "prices", at: "sale")
        graph.read(["a", "b", "c", "d", "e"], of: "prices", at: "lease")
        return (Self.states + [Self.traffic, Self.data, Self.hosts])
            .flatMap { $0.findings(ServiceObjectives(), along: graph, at: Self.now) }
    }

    private static var traffic: AlertFacts {
        let fuse = FusePolicy().reason(0xFFFF) ?? "not taken out"
        var facts = AlertFacts(
            traffic: [
                .init(endpoint: "rent", requestCount: 1_000, faultCount: 45, slowCount: 60, outages: [("new", fuse)]),
                .init(endpoint: "sale", requestCount: 5, faultCount: 0, slowCount: 0, outages: [("new", "it fails")]),
            ],
            comparisons: [
                Self.comparison(["area"], error: 0.3, estimate: nil), Self.comparison([], error: nil, estimate: 0.24),
                Self.comparison(["a", "b", "c", "d", "e", "f"], error: nil, estimate: nil),
            ]
        )
        facts.interruptions = DeploymentInterruption.find(
            after: [(endpoint: "rent", at: Self.now)],
            in: [
                ServiceMinute(
                    endpoint: "rent",
                    minute: ServiceMinute.holding(Self.now),
                    requestCount: 5,
                    faultCount: 5
                )
            ]
        )
        facts.experiments = [.init(endpoint: "rent", id: "e1", since: Self.now - .days(40))]
        return facts
    }

    private static func comparison(_ drifted: [String], error: Double?, estimate: Double?) -> AlertFacts.Comparison {
        AlertFacts.Comparison(
            endpoint: "rent",
            version: "rent:3",
            driftedColumns: drifted,
            errorGrowth: error,
            estimatedGrowth: estimate
        )
    }

    /// Budgets that burn by each rule, jobs and hosts.
    private static var states: [AlertFacts] {
        let budgets = BurnRule.all.map { rule in
            let window = FaultCount(total: 10_000, bad: Int(rule.rate * 110))
            return ErrorBudget(
                allowedShare: 0.01,
                period: window,
                windows: [rule.long: window, rule.short: window]
            )
        }
        let burns = budgets.map { budget in
            var facts = AlertFacts(traffic: [], comparisons: [])
            facts.budgets = [.init(endpoint: "rent", errors: budget, latency: budget)]
            return facts
        }
        var jobs = AlertFacts(traffic: [], comparisons: [])
        jobs.jobs = [
            JobFact(
                pipeline: "nightly",
                failure: (id: "j1", reason: "it failed"),
                missed: Self.now - .days(1),
                trainings: ["rent": Self.now - .seconds(5 * 3_600)]
            ), JobFact(pipeline: "hourly", waitsSince: Self.now - .seconds(4_000)),
        ]
        return burns + [jobs]
    }

    private static var hosts: AlertFacts {
        var facts = AlertFacts(traffic: [], comparisons: [])
        facts.host.disk = 0.9
        facts.host.memory = 0.912
        facts.host.processor = 0.95
        facts.host.files = 0.85
        return facts
    }

    private static var data: AlertFacts {
        var facts = AlertFacts(traffic: [], comparisons: [])
        for outcome in DataAttempt.Outcome.allCases {
            for message in [nil, "mean(price) is off"] {
                let changes = ["+ tax", "- street", "+ a", "+ b"].prefix(message == nil ? 1 : 4)
                let load = DataAttempt(
                    subject: "source:sales",
                    at: Self.now - .seconds(30),
                    outcome: outcome,
                    reason: message.map(Remark.init(said:)),
                    rowCount: 880,
                    quarantinedCount: 120,
                    schemaChanges: Array(changes)
                )
                facts.data.append(Self.fact(load, .age(.seconds(10))))
            }
        }
        for (age, limit) in [
            (TimeSpan.days(3), DataFact.Limit.age(.days(2))), (.seconds(7_200), .due(Self.now - .seconds(60))),
            (.seconds(90), .age(.seconds(60))),
        ] {
            let load = DataAttempt(subject: "view:prices", at: Self.now - age, outcome: .fresh)
            facts.data.append(Self.fact(load, limit))
            let other = DataAttempt(subject: "view:streets", at: Self.now - age, outcome: .fresh)
            facts.data.append(Self.fact(other, limit))
        }
        return facts
    }

    private static func fact(_ load: DataAttempt, _ limit: DataFact.Limit) -> DataFact {
        DataFact(
            subject: load.subject,
            standing: DataStanding(last: load, freshAt: load.at, succeededAt: load.at),
            limit: limit,
            loads: FaultCount(total: 20, bad: 3)
        )
    }

    /// All that a finding says, with what is said inside.
    private static func remarks(_ finding: AlertFinding) -> [Remark] {
        [finding.summaryRemark] + finding.causeRemarks + finding.summaryRemarks.values.sorted { $0.text < $1.text }
    }

    private static func codes(_ remark: Remark) -> Set<String> {
        remark.values.reduce(into: [remark.code]) { codes, value in
            if case .remark(let inner) = value { codes.formUnion(Self.codes(inner)) }
        }
    }

    @Test func `every sentence of every rule is the same in English, and said in Korean`() {
        let findings = Self.findings
        #expect(Set(findings.map(\.rule)) == Set(AlertRule.allCases.map(\.rawValue)))
        var seen: Set<String> = []
        for remark in findings.flatMap(Self.remarks) {
            #expect(!remark.code.isEmpty, "\(remark.text)")
            RemarkWordsTests.check(remark)
            let korean = RemarkWordsTests.korean(remark)
            #expect(korean.contains { $0 >= "가" && $0 <= "힣" }, "\(korean)")
            seen.formUnion(Self.codes(remark))
        }
        // No phrase of alerts stands there for nothing, and none is missing.
        let phrases = Set(Words.alertRemarks.map { String($0.key.dropFirst("remark.".count)) })
        #expect(seen.subtracting([""]) == phrases)
    }

    @Test func `figures, names and units stand as Korean readers write them`() {
        let sentences = Set(Self.findings.flatMap(Self.remarks).map { RemarkWordsTests.korean($0) })
        for sentence in [
            "rent: 요청의 4.5% 실패", "rent: 응답의 6%가 800 ms 초과", "변형 new 제외됨: 16건이 실패하거나 느림(최근 요청 64건 중)",
            "sale: 변형 new 제외됨: it fails", "rent: rent:3의 오차가 학습 때보다 30% 증가", "area 분포 변화",
            "rent: a, b, c, d, e 등 분포 변화(rent:3 학습 대비)", "A/B 테스트 e1(rent) 40일째 진행 중(최대 21일)",
            "rent: 배포를 바꾼 뒤 1분 동안 응답 없음(배포 시각 2023-11-14 22:13:20 UTC)",
            "피처 a, b, c 외 2개(prices): 3일 동안 갱신 없음(최대 2일)", "피처 뷰 streets: 2시간 동안 갱신 없음(예정된 갱신이 두 번 지나도록 성공 없음)",
            "격리 120행 / 전체 1,000행: 소스 sales(12%)", "최근 30일 적재 성공률 85%: 소스 sales(17 / 20회 성공)",
            "작업 j1(파이프라인 nightly) 실패: it failed", "파이프라인 nightly 미실행: 예정 시각 2023-11-13 22:13:20 UTC",
            "rent 학습이 5시간째 진행 중(목표 1시간)", "메모리 사용률 91.2%",
            "rent: 오류 예산을 허용 속도의 15.8배로 소진 중(최근 1시간), 지연 예산을 허용 속도의 15.8배로 소진 중(최근 1시간)",
        ] {
            #expect(sentences.contains(sentence), "\(sentence)")
        }
    }

    @Test func `every phrase of a sentence has as many places in both languages`() {
        let sentences = Words.phrases.filter { $0.key.hasPrefix("remark.") }
        #expect(sentences.count > 100)
        for phrase in sentences {
            #expect(phrase.english.ranges(of: "{}").count == phrase.korean.ranges(of: "{}").count, "\(phrase.key)")
        }
    }

    @Test func `an alert that was kept before there were codes reads as it was told`() throws {
        let store = JSONValue.object([
            "key": "Slow/endpoint:rent", "rule": "Slow", "subject": "endpoint:rent", "priority": "P1",
            "summary": "rent: 6 % of answers take longer than 800 ms", "causes": ["the CPU is 95 % used"],
            "runbook": "", "phase": "firing", "firstFoundAt": .string("\(Self.now)"),
            "lastFoundAt": .string("\(Self.now)"),
        ])
        let alert = try JSONDecoder().decode(Alert.self, from: Data(store.canonicalText.utf8))
        #expect(RemarkWordsTests.korean(alert.summaryRemark) == "rent: 6 % of answers take longer than 800 ms")
        #expect(alert.causeRemarks.map { RemarkWordsTests.korean($0) } == ["the CPU is 95 % used"])
        #expect(alert.consequenceRemarks == [])
    }
}
