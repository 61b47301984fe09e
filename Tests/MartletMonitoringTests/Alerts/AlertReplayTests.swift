import Foundation
import MartletCore
import MartletMonitoring
import Testing

/// Rules on history.
struct AlertReplayTests {
    private let start = EventTime(microseconds: 1_700_006_400_000_000)

    private func at(_ minutes: Int64) -> EventTime { self.start + .seconds(minutes * 60) }

    private func replay(
        _ rule: AlertRule,
        _ history: AlertHistory,
        _ objectives: ServiceObjectives = ServiceObjectives(),
        policy: AlertPolicy = .standard
    ) -> [String] {
        AlertReplay(policy, objectives).run(rule, on: history, from: self.start, to: self.at(120))
            .map { firing in
                func minute(_ moment: EventTime) -> Int64 {
                    (moment.microseconds - self.start.microseconds) / 60_000_000
                }
                return "\(firing.alert.key) \(minute(firing.toldAt))-\(firing.resolvedAt.map { "\(minute($0))" } ?? "")"
            }
    }

    private func minute(_ offset: Int64, faults: Int, slow: Int = 0) -> ServiceMinute {
        ServiceMinute(
            endpoint: "rent",
            minute: ServiceMinute.holding(self.start) + offset,
            requestCount: 100,
            faultCount: faults,
            lateCount: slow,
            slowCount: slow
        )
    }

    @Test func `failing requests are told as a server would have told them`() throws {
        let history = AlertHistory(minutes: (0..<120).map { self.minute($0, faults: (30..<50).contains($0) ? 10 : 0) })
        // Two of five minutes at 10 % are 4 %; it must hold for a minute, and be calm for five.
        #expect(self.replay(.requestsFail, history) == ["RequestsFail/endpoint:rent 33-58"])
        var strict = ServiceObjectives()
        strict.errorAlertShare = 0.5
        #expect(self.replay(.requestsFail, history, strict) == [])
        #expect(self.replay(.slow, history) == [])
        #expect(self.replay(.budgetBurnsNow, history) == [])
        #expect(self.replay(.budgetBurns, history) == ["BudgetBurns/endpoint:rent 43-71"])
    }

    @Test func `data is judged by the tries before each moment`() throws {
        func attempt(_ minute: Int64, _ outcome: DataAttempt.Outcome) -> DataAttempt {
            DataAttempt(subject: "source:sales", at: self.at(minute), outcome: outcome)
        }
        let attempts = [attempt(-30, .fresh), attempt(20, .refused), attempt(40, .fresh), attempt(110, .failed)]
        let history = AlertHistory(attempts: attempts) { _, _ in .age(.seconds(3_600)) }
        #expect(self.replay(.gateFailed, history) == ["GateFailed/source:sales 20-44"])
        #expect(self.replay(.sourceFails, history) == ["SourceFails/source:sales 110-"])
        #expect(
            self.replay(.sourceStale, history) == [
                "SourceStale/source:sales 31-44", "SourceStale/source:sales 101-",
            ]
        )
    }

    private func job(
        _ id: String,
        from created: Int64,
        to end: Int64? = nil,
        failure: Remark? = nil,
        tick: Int64? = nil,
        trainings: [PastJob.Training] = [],
        starts: Bool = true
    ) -> PastJob {
        PastJob(
            id: id,
            createdAt: self.at(created),
            startedAt: starts ? self.at(created) : nil,
            endedAt: end.map(self.at),
            failure: failure,
            tick: tick.map(self.at),
            trainings: trainings
        )
    }

    @Test func `jobs that failed are over with the next that did not`() {
        let history = AlertHistory(jobs: [
            "nightly": [
                self.job("j1", from: 5, to: 10, failure: "step 'load': gone"), self.job("j2", from: 20, to: 30),
            ]
        ])
        #expect(self.replay(.jobFailed, history) == ["JobFailed/pipeline:nightly 10-34"])
    }

    @Test func `an alert that a server tells under its cause is marked with the cause`() {
        var graph = LineageGraph()
        graph.connect("source:sales", to: "pipeline:nightly")
        let attempts = [(20, DataAttempt.Outcome.failed), (60, .fresh)]
            .map { DataAttempt(subject: "source:sales", at: self.at($0.0), outcome: $0.1) }
        let history = AlertHistory(
            attempts: attempts,
            jobs: [
                "nightly": [
                    self.job("j1", from: 15, to: 20, failure: "step 'load': gone"), self.job("j2", from: 55, to: 60),
                ]
            ]
        )
        func tellings(_ rule: AlertRule, _ lineage: PastLineage) -> [AlertReplay.Telling] {
            AlertReplay(.standard, ServiceObjectives())
                .run(rule, on: history, along: lineage, from: self.start, to: self.at(120)).map(\.telling)
        }
        let made = PastLineage([PastLineage.Stretch(since: self.start, graph: graph)])
        #expect(tellings(.jobFailed, made) == [.under("SourceFails/source:sales")])
        #expect(tellings(.sourceFails, made) == [.byItself(self.at(20))])
        #expect(tellings(.jobFailed, PastLineage()) == [.byItself(self.at(20))])
        // The pipeline loads the source only since it was told.
        let later = PastLineage([PastLineage.Stretch(since: self.at(30), graph: graph)])
        #expect(tellings(.jobFailed, later) == [.byItself(self.at(20))])
    }

    @Test func `a server tells an alert under its own name when its cause is gone`() {
        let history = AlertHistory(minutes: (0..<120).map { self.minute($0, faults: (30..<50).contains($0) ? 10 : 0) })
        let firings = AlertReplay(.standard, ServiceObjectives())
            .run(.budgetBurns, on: history, from: self.start, to: self.at(120))
        // By itself the rule tells at minute 43; until 53 the requests fail, which says it all.
        #expect(firings.map(\.toldAt) == [self.at(43)])
        #expect(firings.map(\.telling) == [.byItself(self.at(54))])
    }

    @Test func `an alert that is over soon after its cause is one that a server does not tell`() {
        let history = AlertHistory(
            minutes: (0..<120)
                .map {
                    self.minute($0, faults: (30..<32).contains($0) ? 10 : 0, slow: (30..<37).contains($0) ? 20 : 0)
                }
        )
        let firings = AlertReplay(.standard, ServiceObjectives())
            .run(.slow, on: history, from: self.start, to: self.at(120))
        // It is slow from minute 32 to 40. Until 35 the requests fail, and five more minutes are too few.
        #expect(firings.map(\.toldAt) == [self.at(37)])
        #expect(firings.map(\.telling) == [.withheld])
    }

    @Test func `jobs are late when a tick began none, or none carries them out`() {
        // Ticks at each half hour; that of minute 60 begins no job until minute 85.
        let ticking = AlertHistory(
            jobs: [
                "nightly": [
                    self.job("j1", from: 0, to: 1, tick: 0), self.job("j2", from: 30, to: 31, tick: 30),
                    self.job("j3", from: 85, to: 86, tick: 60), self.job("j4", from: 90, to: 91, tick: 90),
                ]
            ],
            nextTick: { [start] _, moment in
                let half: Int64 = 1_800_000_000
                return start + TimeSpan(microseconds: ((moment.microseconds - start.microseconds) / half + 1) * half)
            }
        )
        #expect(self.replay(.jobLate, ticking) == ["JobLate/pipeline:nightly 71-89"])
        let waiting = AlertHistory(jobs: ["nightly": [self.job("j1", from: 10, starts: false)]])
        #expect(self.replay(.jobLate, waiting) == ["JobLate/pipeline:nightly 71-"])
        let begun = PastJob(id: "j1", createdAt: self.at(10), startedAt: self.at(80), endedAt: nil)
        #expect(self.replay(.jobLate, AlertHistory(jobs: ["nightly": [begun]])) == ["JobLate/pipeline:nightly 71-84"])
    }

    @Test func `trainings and A/B tests are told of when they take too long, until they end`() {
        let training = PastJob.Training(recipe: "rent", startedAt: self.at(-60), endedAt: self.at(100))
        let history = AlertHistory(jobs: ["weekly": [self.job("j1", from: -60, to: 101, trainings: [training])]])
        #expect(self.replay(.trainingSlow, history) == ["TrainingSlow/recipe:rent 61-104"])
        let test = PastExperiment(endpoint: "rent", id: "e1", since: self.at(-21 * 24 * 60 + 40), until: self.at(80))
        let tests = AlertHistory(experiments: [test])
        #expect(self.replay(.experimentTooLong, tests) == ["ExperimentTooLong/endpoint:rent 41-84"])
    }

    @Test func `the host and variants are judged minute by minute`() {
        func host(_ minute: Int64, _ disk: Double?) -> HostMinute {
            var use = HostUse()
            (use.disk, use.memory) = (disk, 0.5)
            return HostMinute(minute: ServiceMinute.holding(self.start) + minute, use: use)
        }
        let full = AlertHistory(hosts: (0..<120).map { host($0, (20..<40).contains($0) ? 0.9 : 0.5) })
        #expect(self.replay(.diskFills, full) == ["DiskFills/host 30-44"])
        #expect(self.replay(.memoryFills, full) == [])
        // Nine minutes are too short, and a minute that nobody read is no full disk.
        let short = AlertHistory(hosts: (0..<120).map { host($0, (20..<29).contains($0) ? 0.9 : nil) })
        #expect(self.replay(.diskFills, short) == [])
        let outage = OutageSpan(
            endpoint: "rent",
            variant: "green",
            reason: "5 of 64 failed",
            at: self.at(10),
            seenAt: self.at(50)
        )
        #expect(self.replay(.variantOut, AlertHistory(outages: [outage])) == ["VariantOut/endpoint:rent 10-55"])
        // An endpoint whose requests fail is told of by that.
        let failing = AlertHistory(minutes: (0..<120).map { self.minute($0, faults: 50) }, outages: [outage])
        #expect(self.replay(.variantOut, failing) == [])
    }

    @Test func `changes of deployments that interrupted are told of for an hour`() {
        let minutes = (0..<120).map { self.minute($0, faults: (31..<33).contains($0) || $0 == 100 ? 100 : 0) }
        let history = AlertHistory(minutes: minutes, changes: [PastChange(endpoint: "rent", at: self.at(30))])
        #expect(self.replay(.deploymentInterrupts, history) == ["DeploymentInterrupts/endpoint:rent 31-95"])
    }

    @Test func `drift and errors are judged by the look before each moment`() {
        func look(_ minute: Int64, _ drifted: [String], _ error: Double?, _ estimate: Double? = nil) -> PastLook {
            PastLook(
                at: self.at(minute),
                comparisons: [
                    AlertFacts.Comparison(
                        endpoint: "rent",
                        version: "rent:1",
                        driftedColumns: drifted,
                        errorGrowth: error,
                        estimatedGrowth: estimate
                    )
                ]
            )
        }
        let history = AlertHistory(looks: [
            look(0, [], nil), look(10, ["area"], nil), look(20, ["area"], nil, 0.5), look(30, ["area"], 0.4, 0.5),
            look(40, [], 0.1, 0.1),
        ])
        #expect(self.replay(.inputsDrifted, history) == ["InputsDrifted/endpoint:rent 10-24"])
        #expect(self.replay(.errorExpectedToGrow, history) == ["ErrorExpectedToGrow/endpoint:rent 20-34"])
        #expect(self.replay(.errorGrew, history) == ["ErrorGrew/endpoint:rent 30-44"])
        var kind = ServiceObjectives()
        kind.errorGrowth = 0.6
        #expect(self.replay(.errorGrew, history, kind) == [])
    }

    @Test func `a rule that is off tells nothing`() throws {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: "rules: {JobFailed: off}", file: "slo.yaml", in: context))
        let policy = AlertPolicy.read(document, in: context)
        let history = AlertHistory(jobs: ["a": [self.job("j", from: 0, to: 1, failure: "x")]])
        #expect(self.replay(.jobFailed, history, policy: policy) == [])
    }
}
