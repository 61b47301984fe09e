import Foundation
import MartletCore
import MartletMonitoring
import Testing

/// `slo.yaml`.
struct AlertPolicyTests {
    private func read(_ yaml: String) throws -> (policy: AlertPolicy, faults: [String]) {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "slo.yaml", in: context))
        let policy = AlertPolicy.read(document, in: context)
        return (policy, context.diagnostics.map { "\($0.location?.line ?? 0): \($0.message)" })
    }

    private func finding(_ rule: AlertRule) -> AlertFinding { AlertFinding(rule, about: "endpoint:rent", summary: "x") }

    @Test func `without a file the table of promises holds`() throws {
        let (policy, faults) = try self.read("")
        #expect(faults.isEmpty)
        let objectives = policy.objectives(over: ServiceObjectives())
        #expect(objectives == ServiceObjectives())
        #expect(objectives.latencySeconds == 0.5 && objectives.latencyAlertSeconds == 0.8)
        #expect(objectives.errorShare == 0.01 && objectives.errorAlertShare == 0.03 && objectives.errorGrowth == 0.2)
        #expect(objectives.collectionShare == 0.95 && objectives.collectionAlertShare == 0.9)
        #expect(objectives.trainingTime == .seconds(3_600) && objectives.trainingAlertTime == .seconds(7_200))
        #expect(objectives.downtime == .seconds(0) && objectives.experimentLength == .days(21))
        #expect(policy.timing == AlertTiming() && policy.rules.isEmpty && policy.freshness.isEmpty)
    }

    @Test func `a whole file is read, and what it leaves out stays as it was`() throws {
        let (policy, faults) = try self.read(
            """
            objectives:
              latency_p95: {objective: 200ms, alert: 400ms}
              error_rate: {alert: 0.05}
              model_error_growth: 0.1
              collection_success: {objective: 0.99, alert: 0.95}
              training_time: {objective: 30m, alert: 1h}
              deploy_downtime: 2m
              experiment_length: 14d
              host_used: 0.9
              quarantined_rows: 0.01
            freshness: {sales: 26h, prices: 7h}
            quiet_hours: {from: "22:00", to: "08:00", zone: Asia/Seoul}
            grouping: {window: 10m}
            priorities: {P0: 5m, P1: 0s, P2: 8h}
            rules: {InputsDrifted: off, DiskFills: P0}
            """
        )
        #expect(faults.isEmpty, "\(faults)")
        var base = ServiceObjectives()
        base.errorShare = 0.002
        let objectives = policy.objectives(over: base)
        #expect(objectives.latencySeconds == 0.2 && objectives.latencyAlertSeconds == 0.4)
        #expect(objectives.errorShare == 0.002 && objectives.errorAlertShare == 0.05 && objectives.diskShare == 0.9)
        #expect(objectives.downtime == .seconds(120) && objectives.experimentLength == .days(14))
        let ages: [String: TimeSpan] = ["sales": .seconds(93_600), "prices": .seconds(25_200)]
        #expect(policy.freshness == ages)
        #expect(policy.timing.groupWindow == .seconds(600))
        let reactions: [AlertPriority: TimeSpan] = [.p0: .seconds(300), .p2: .seconds(28_800)]
        #expect(policy.timing.reactions == reactions)
        let applied = policy.applied(to: [.inputsDrifted, .diskFills, .slow].map(self.finding))
        #expect(applied.map(\.rule) == ["DiskFills", "Slow"] && applied.map(\.priority) == [.p0, .p1])
    }

    @Test(arguments: [
        ("objectivs: {}", "1: unknown key 'objectivs'. Did you mean 'objectives'?"),
        ("rules: {Slo: off}", "1: unknown rule 'Slo'. Did you mean 'Slow'?"),
        ("rules: {Slow: loud}", "1: expected one of 'off', 'P0', 'P1', 'P2', 'P3', found 'loud'"),
        ("priorities: {P4: 1h}", "1: unknown priority 'P4'; priorities are P0, P1, P2, P3"),
        ("quiet_hours: {from: \"25:00\", to: \"08:00\"}", "1: '25:00' is no time of day; write it as 22:00"),
        ("quiet_hours: {from: \"8:00\", to: \"09:00\"}", "1: '8:00' is no time of day; write it as 22:00"),
        ("quiet_hours: {from: \"08:00\", to: \"08:00\"}", "1: they end when they begin, at 08:00; give another end"),
        (
            "quiet_hours: {from: \"22:00\", to: \"08:00\", zone: Asia/Seoull}",
            "1: 'Asia/Seoull' is no time zone. Did you mean 'Asia/Seoul'?"
        ),
        ("freshness: {sales: 0s}", "1: sales must be longer than 0s"),
        ("objectives: {error_rate: {objective: 1.5}}", "1: 1.5 must be 0 or more and below 1"),
        ("objectives: {model_error_growth: 0}", "1: model_error_growth is 0.0; it must be more than 0"),
        (
            "objectives: {latency_p95: {objective: 500ms, alert: 300ms}}",
            "1: the alert is nearer than the objective; somebody is told only when a promise is broken already, so 'alert' "
                + "must be at least 'objective'"
        ),
        (
            "objectives: {collection_success: {objective: 0.9, alert: 0.95}}",
            "1: the alert is nearer than the objective; somebody is told only when a promise is broken already, so 'alert' "
                + "must be at most 'objective'"
        ),
    ])
    func `a fault is named with what to do`(yaml: String, message: String) throws {
        #expect(try self.read(yaml).faults == [message])
    }

    @Test func `quiet hours go by the clock on the wall, over midnight and over daylight saving`() throws {
        let quiet = QuietHours(from: 22 * 60, to: 8 * 60, zone: try #require(TimeZone(identifier: "Europe/Berlin")))
        func holds(_ text: String) throws -> Bool { quiet.hold(at: try #require(EventTime(iso8601: text))) }
        // In winter Berlin is an hour ahead, in summer two.
        #expect(try holds("2026-01-10T21:00:00Z") && !holds("2026-01-10T20:59:59Z"))
        #expect(try holds("2026-01-11T06:59:59Z") && !holds("2026-01-11T07:00:00Z"))
        #expect(try holds("2026-07-10T20:00:00Z") && !holds("2026-07-10T19:59:59Z"))
        #expect(try !holds("2026-07-11T06:00:00Z"))
        let day = QuietHours(from: 12 * 60, to: 13 * 60, zone: .gmt)
        #expect(day.hold(at: try #require(EventTime(iso8601: "1969-12-31T12:30:00Z"))))
        #expect(!day.hold(at: try #require(EventTime(iso8601: "1969-12-31T13:00:00Z"))))
    }

    @Test func `the schema knows every key`() {
        guard case .object(let schema) = AlertPolicy.schema, case .object(let keys)? = schema["properties"] else {
            Issue.record("no schema")
            return
        }
        let known = [
            "actions", "calm", "channels", "freshness", "grouping", "objectives", "priorities", "quiet_hours", "routes",
            "rules",
        ]
        #expect(keys.keys.sorted() == known)
    }
}
