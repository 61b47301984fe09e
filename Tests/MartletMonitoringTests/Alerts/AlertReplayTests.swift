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
        policy: AlertPolicy = .placeholder
    ) throws -> [String] {
        try AlertReplay(policy, objectives).run(rule, on: history, from: self.start, to: self.at(120))
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
        #expect(try self.replay(.requestsFail, history) == ["RequestsFail/endpoint:rent 33-58"])
        var strict = ServiceObjectives()
        strict.errorAlertShare = 0.5
        #expect(try self.replay(.requestsFail, history, strict) == [])
        #expect(try self.replay(.slow, history) == [])
        #expect(try self.replay(.budgetBurnsNow, history) == [])
        #expect(try self.replay(.budgetBurns, history) == ["BudgetBurns/endpoint:rent 43-71"])
    }

    @Test func `data is judged by the tries before each moment`() throws {
        func attempt(_ minute: Int64, _ outcome: DataAttempt.Outcome) -> DataAttempt {
            DataAttempt(subject: "source:sales", at: self.at(minute), outcome: outcome)
        }
        let attempts = [attempt(-30, .fresh), attempt(20, .refused), attempt(40, .fresh), attempt(110, .failed)]
        let history = AlertHistory(attempts: attempts) { _, _ in .age(.seconds(3_600)) }
        #expect(try self.replay(.gateFailed, history) == ["GateFailed/source:sales 20-44"])
        #expect(try self.replay(.sourceFails, history) == ["SourceFails/source:sales 110-"])
        #expect(
            try self.replay(.sourceStale, history) == [
                "SourceStale/source:sales 31-44", "SourceStale/source:sales 101-",
            ]
        )
    }

    @Test func `jobs that failed are over with the next that did not`() throws {
        let history = AlertHistory(jobs: [
            .init(pipeline: "nightly", id: "j1", at: self.at(10), failure: "step 'load': gone"),
            .init(pipeline: "nightly", id: "j2", at: self.at(30), failure: nil),
        ])
        #expect(try self.replay(.jobFailed, history) == ["JobFailed/pipeline:nightly 10-34"])
    }

    @Test func `a rule that is off tells nothing, and one without history is refused`() throws {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: "rules: {JobFailed: off}", file: "slo.yaml", in: context))
        let policy = AlertPolicy.read(document, in: context)
        let history = AlertHistory(jobs: [.init(pipeline: "a", id: "j", at: self.at(1), failure: "x")])
        #expect(try self.replay(.jobFailed, history, policy: policy) == [])
        let error = #expect(throws: MonitoringError.self) { try self.replay(.diskFills, history) }
        #expect(error?.code == .alertNotKept && error?.message.contains("GateFailed") == true)
    }
}
