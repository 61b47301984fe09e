import MartletCore
import Testing

@testable import MartletMonitoring

struct AlertMachineTests {
    private let start = EventTime(microseconds: 1_700_000_000_000_000)

    private func finding(_ priority: AlertPriority = .p1, holds: Int64 = 60) -> AlertFinding {
        AlertFinding(
            "Slow",
            about: "endpoint:rent",
            priority,
            summary: "rent is slow",
            causes: ["the host is busy"],
            runbook: "start more",
            holds: .seconds(holds)
        )
    }

    private func at(_ seconds: Int64) -> EventTime { self.start + .seconds(seconds) }

    @Test func `an alert is told once, when it held long enough, and once when it is over`() {
        var machine = AlertMachine(open: [])
        var told: [(Int64, AlertTransition.Kind)] = []
        for second in stride(from: Int64(0), through: 1_200, by: 10) {
            let findings = second < 600 ? [self.finding()] : []
            // Each step starts from what was stored.
            machine = AlertMachine(open: Array(machine.open.values))
            told += machine.step(findings, silences: [], at: self.at(second)).map { (second, $0.kind) }
        }
        #expect(told.map(\.0) == [60, 890])
        #expect(told.map(\.1) == [.fired, .resolved])
        #expect(machine.open.isEmpty)
    }

    @Test func `what was found too shortly is never told`() {
        var machine = AlertMachine(open: [])
        #expect(machine.step([self.finding()], silences: [], at: self.at(0)).isEmpty)
        #expect(machine.step([], silences: [], at: self.at(30)).isEmpty)
        #expect(machine.open.isEmpty)
    }

    @Test func `a flapping fault stays one alert`() {
        var (machine, told) = (AlertMachine(open: []), 0)
        for second in stride(from: Int64(0), through: 3_000, by: 10) {
            let isFound = second < 100 || (second / 100).isMultiple(of: 2)
            told += machine.step(isFound ? [self.finding(.p2)] : [], silences: [], at: self.at(second)).count
        }
        #expect(told == 1)
    }

    @Test func `an alert nobody takes on is told again after its reaction time, one that somebody did is not`() {
        for isTaken in [false, true] {
            var (machine, told) = (AlertMachine(open: []), [AlertTransition.Kind]())
            for second in stride(from: Int64(0), through: 4_000, by: 100) {
                told += machine.step([self.finding(.p0, holds: 0)], silences: [], at: self.at(second)).map(\.kind)
                if isTaken, second == 300 {
                    var alerts = Array(machine.open.values)
                    alerts[0].acknowledge(by: "ada", at: self.at(second))
                    machine = AlertMachine(open: alerts)
                }
            }
            #expect(told == (isTaken ? [.fired] : [.fired, .escalated]))
        }
    }

    @Test func `a silenced alert is told when the silence ends, and its end is told only if its begin was`() {
        let silence = AlertSilence(id: "s1", pattern: "Slow", until: self.at(500), by: "ada", reason: "upgrade")
        var (machine, told) = (AlertMachine(open: []), [Int64]())
        for second in stride(from: Int64(0), through: 900, by: 50) {
            told += machine.step([self.finding()], silences: [silence], at: self.at(second)).map { _ in second }
        }
        #expect(told == [500])
        var short = AlertMachine(open: [])
        var all: [AlertTransition] = []
        for second in stride(from: Int64(0), through: 480, by: 20) {
            all += short.step(second < 100 ? [self.finding()] : [], silences: [silence], at: self.at(second))
        }
        #expect(all.isEmpty && short.open.isEmpty)
    }

    @Test func `a silence names a rule, a subject, both, or all`() {
        var machine = AlertMachine(open: [])
        _ = machine.step([self.finding()], silences: [], at: self.at(0))
        guard let alert = machine.open.values.first else {
            Issue.record("no alert")
            return
        }
        func covers(_ pattern: String) -> Bool {
            AlertSilence(id: "s", pattern: pattern, until: self.at(9), by: "a", reason: "")
                .covers(alert, at: self.at(1))
        }
        #expect(covers("Slow") && covers("endpoint:rent") && covers("Slow/endpoint:rent") && covers("*"))
        #expect(!covers("endpoint:other") && !covers("Slo"))
        #expect(alert.chain == "rent is slow ← the host is busy")
    }

    @Test func `an error that grew and inputs that drifted are one alert with its cause`() {
        var facts = AlertFacts(
            traffic: [
                .init(endpoint: "a", requestCount: 1_000, faultCount: 50, slowCount: 0, outages: [("new", "it fails")]),
                .init(endpoint: "b", requestCount: 19, faultCount: 19, slowCount: 19, outages: []),
                .init(endpoint: "c", requestCount: 100, faultCount: 1, slowCount: 6, outages: []),
            ],
            comparisons: [
                .init(endpoint: "a", version: "m:1", driftedColumns: ["area"], errorGrowth: 0.3, estimatedGrowth: 0.4),
                .init(endpoint: "b", version: "m:1", driftedColumns: [], errorGrowth: 0.1, estimatedGrowth: 0.24),
                .init(endpoint: "c", version: "m:1", driftedColumns: ["x", "y"], errorGrowth: nil, estimatedGrowth: 0),
            ]
        )
        facts.host.disk = 0.9
        let findings = facts.findings(ServiceObjectives(), at: self.start)
        #expect(
            findings.map(\.key) == [
                "RequestsFail/endpoint:a", "Slow/endpoint:c", "ErrorGrew/endpoint:a", "ErrorExpectedToGrow/endpoint:b",
                "InputsDrifted/endpoint:c", "DiskFills/host",
            ]
        )
        #expect(findings[0].causes == ["variant new was taken out: it fails"])
        #expect(findings[2].summary.hasSuffix("+30 % against training") && findings[2].causes == ["area drifted"])
        #expect(findings.allSatisfy { !$0.runbook.isEmpty })
    }
}
