import Foundation
import MartletCore
import MartletMonitoring
import Testing

/// Budgets and what they are measured by.
struct ErrorBudgetTests {
    private let now = EventTime(microseconds: 1_700_000_000_000_000)

    private func budget(_ rates: [TimeSpan: Double], total: Int = 10_000) -> ErrorBudget {
        ErrorBudget(
            allowedShare: 0.01,
            period: FaultCount(total: 100_000, bad: 250),
            windows: rates.mapValues { FaultCount(total: total, bad: Int((Double(total) * 0.01 * $0).rounded())) }
        )
    }

    @Test func `a budget is used up by the share that failed`() {
        let budget = self.budget([.seconds(3_600): 2])
        #expect(budget.left == 0.75 && budget.rate(over: .seconds(3_600)) == 2)
        #expect(budget.rate(over: .seconds(300)) == nil)
        let unused = ErrorBudget(allowedShare: 0.01, period: FaultCount(total: 0, bad: 0), windows: [:])
        #expect(unused.left == 1 && unused.burning == nil)
    }

    @Test(arguments: BurnRule.all)
    func `a rule burns when both of its windows do`(rule: BurnRule) {
        let above = rule.rate * 1.1
        #expect(self.budget([rule.long: above, rule.short: above]).burning == rule)
        #expect(self.budget([rule.long: above, rule.short: rule.rate * 0.9]).burning == nil)
        #expect(self.budget([rule.long: rule.rate * 0.9, rule.short: above]).burning == nil)
        #expect(self.budget([rule.long: above, rule.short: above], total: 19).burning == nil)
    }

    @Test func `the fastest rule that burns counts`() {
        let all = Dictionary(uniqueKeysWithValues: BurnRule.windows.map { ($0, 20.0) })
        #expect(self.budget(all).burning?.rule == .budgetBurnsNow)
        #expect(BurnRule.windows.map(\.shortText) == ["5m", "30m", "1h", "2h", "6h", "24h", "3d"])
    }

    @Test func `interruptions are minutes without an answer after a change`() {
        let minute = ServiceMinute.holding(self.now)
        func count(_ offset: Int64, _ requests: Int, _ faults: Int, _ endpoint: String = "rent") -> ServiceMinute {
            ServiceMinute(endpoint: endpoint, minute: minute + offset, requestCount: requests, faultCount: faults)
        }
        let minutes = [
            count(-1, 5, 5), count(0, 5, 5), count(1, 5, 4), count(2, 3, 3), count(3, 0, 0), count(9, 5, 5),
            count(0, 5, 5, "sale"),
        ]
        let found = DeploymentInterruption.find(
            after: [(endpoint: "rent", at: self.now), (endpoint: "rent", at: self.now + .seconds(60))],
            in: minutes
        )
        #expect(found.map(\.endpoint) == ["rent", "rent"] && found.map(\.minuteCount) == [1, 1])
        #expect(found.map(\.seconds) == [60, 60])
    }

    @Test func `a report measures every promise`() throws {
        var facts = ServiceLevelReport.Facts()
        let sums = ServiceLevelReport.begins(at: self.now)
            .map { ServiceMinute(endpoint: "rent", minute: $0, requestCount: 1_000, faultCount: 5, lateCount: 80) }
        facts.sums = ["rent": sums]
        facts.attempts = (0..<20)
            .map { number in
                DataAttempt(
                    subject: "source:sales",
                    at: self.now - .days(Int64(number)),
                    outcome: number < 2 ? .failed : .fresh
                )
            }
        facts.attempts.append(DataAttempt(subject: "recipe:rent", at: self.now, outcome: .fresh, seconds: 4_000))
        facts.readings = [
            LevelReading(.estimatedGrowth, of: "endpoint:rent", 0.5, at: self.now),
            LevelReading(.errorGrowth, of: "endpoint:rent", 0.1, at: self.now),
        ]
        facts.experiments = [(endpoint: "rent", since: self.now - .days(22))]
        let report = ServiceLevelReport(ServiceObjectives(), facts, at: self.now)
        #expect(
            report.levels.map(\.objective) == [
                .latency, .errors, .modelError, .collection, .training, .downtime, .experiment,
            ]
        )
        let kept: [Bool?] = [false, true, true, false, false, true, false]
        #expect(report.levels.map(\.isKept) == kept)
        let present: [Double?] = [0.08, 0.005, 0.1, 0.9, 4_000, 0, 1_900_800]
        #expect(report.levels.map(\.present) == present)
        #expect(report.levels[1].budget?.left == 0.5)
        let text = report.json.canonicalText
        #expect(text.contains("\"burn_rates\":{\"1h\":0.5,") && text.contains("\"kept\":false"))
    }

    @Test func `stale data, failed gates and changed schemas are found from the last tries`() {
        func facts(_ attempt: DataAttempt, freshAt: EventTime?, _ limit: DataFact.Limit?) -> [String] {
            var facts = AlertFacts(traffic: [], comparisons: [])
            facts.data = [
                DataFact(
                    subject: attempt.subject,
                    standing: DataStanding(last: attempt, freshAt: freshAt, succeededAt: freshAt),
                    limit: limit,
                    loads: FaultCount(total: 20, bad: 3)
                )
            ]
            return facts.findings(ServiceObjectives(), at: self.now).map { "\($0.key): \($0.summary)" }
        }
        let refused = DataAttempt(
            subject: "source:sales",
            at: self.now,
            outcome: .refused,
            reason: "mean(price) is off",
            rowCount: 0,
            schemaChanges: ["+ tax"]
        )
        #expect(
            facts(refused, freshAt: self.now - .seconds(7 * 3_600 + 60), .age(.seconds(3_600 * 6))) == [
                "SourceStale/source:sales: source sales stale 7 h (6 h at most)",
                "GateFailed/source:sales: ingest gate of sales failed: mean(price) is off",
                "SchemaChanged/source:sales: the schema of source sales changed: + tax",
                "CollectionFails/source:sales: only 85 % of the loads of sales in 30 days succeeded (17 of 20)",
            ]
        )
        let view = DataAttempt(subject: "view:prices", at: self.now, outcome: .fresh)
        #expect(facts(view, freshAt: self.now - .seconds(60), .due(self.now - .seconds(30))).count == 1)
        #expect(facts(view, freshAt: self.now, .due(self.now - .seconds(30))) == [])
        #expect(facts(view, freshAt: self.now - .seconds(60), .due(self.now + .seconds(30))) == [])
        #expect(facts(view, freshAt: nil, .age(.seconds(1))) == [])
    }

    @Test func `jobs that failed or are late are found, and trainings that go on for too long`() {
        var facts = AlertFacts(traffic: [], comparisons: [])
        facts.jobs = [
            JobFact(pipeline: "a", failure: (id: "j1", reason: "step 'x': gone"), missed: self.now - .seconds(601)),
            JobFact(pipeline: "b", missed: self.now - .seconds(599), waitsSince: self.now - .seconds(3_599)),
            JobFact(pipeline: "c", waitsSince: self.now - .seconds(3_601), trainings: ["rent": self.now - .days(1)]),
        ]
        facts.experiments = [.init(endpoint: "rent", id: "e1", since: self.now - .days(22))]
        facts.host.memory = 0.81
        #expect(
            facts.findings(ServiceObjectives(), at: self.now).map(\.key) == [
                "JobFailed/pipeline:a", "JobLate/pipeline:a", "JobLate/pipeline:c", "TrainingSlow/recipe:rent",
                "ExperimentTooLong/endpoint:rent", "MemoryFills/host",
            ]
        )
        #expect(AlertRule.allCases.allSatisfy { !$0.runbook.isEmpty })
    }
}
