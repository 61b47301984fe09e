import Foundation
import MartletCore
import Testing

@testable import MartletMonitoring

/// Groups, quiet hours, priorities that get worse, and causes that come to light later.
struct AlertTimingTests {
    private let start = EventTime(microseconds: 1_700_006_400_000_000)  // 2023-11-15T00:00:00Z

    private func at(_ seconds: Int64) -> EventTime { self.start + .seconds(seconds) }

    private func finding(_ rule: AlertRule, _ subject: String = "endpoint:rent") -> AlertFinding {
        var finding = AlertFinding(rule, about: subject, summary: Remark(said: "\(rule.rawValue) of \(subject)"))
        finding.holds = .seconds(0)
        return finding
    }

    @Test func `what follows about the same endpoint shortly is told together, unless it is worse`() {
        var machine = AlertMachine(open: [])
        func step(_ rules: [AlertRule], _ second: Int64) -> [String] {
            machine.step(rules.map { self.finding($0) }, silences: [], at: self.at(second)).map(\.alert.rule)
        }
        #expect(step([.slow], 0) == ["Slow"])
        #expect(step([.slow, .errorGrew], 10) == [])
        #expect(step([.slow, .errorGrew, .inputsDrifted], 100) == [])
        #expect(step([.slow, .errorGrew, .inputsDrifted, .requestsFail], 200) == ["RequestsFail"])
        #expect(step([.slow, .errorGrew, .inputsDrifted, .requestsFail], 400) == [])
        #expect(step([.slow, .errorGrew, .inputsDrifted, .requestsFail], 500) == ["ErrorGrew", "InputsDrifted"])
    }

    @Test func `alerts about other things do not wait for each other`() {
        var machine = AlertMachine(open: [])
        let first = machine.step([self.finding(.slow)], silences: [], at: self.at(0))
        let second = machine.step(
            [self.finding(.slow), self.finding(.slow, "endpoint:sale"), self.finding(.diskFills, "host")],
            silences: [],
            at: self.at(1)
        )
        #expect(first.count == 1 && second.map(\.alert.key) == ["DiskFills/host", "Slow/endpoint:sale"])
    }

    @Test func `in quiet hours P2 and P3 wait, P0 and P1 do not, and ends wait too`() {
        var timing = AlertTiming()
        timing.quietHours = QuietHours(from: 0, to: 60, zone: .gmt)
        var machine = AlertMachine(open: [])
        func step(_ findings: [AlertFinding], _ second: Int64) -> [String] {
            machine.step(findings, silences: [], timing, at: self.at(second)).map { "\($0.kind) \($0.alert.rule)" }
        }
        let disk = self.finding(.diskFills, "host")
        #expect(step([disk, self.finding(.slow)], 60) == ["fired Slow"])
        #expect(step([disk], 120) == [])
        #expect(step([disk], 600) == ["resolved Slow"])
        #expect(step([disk], 3_600) == ["fired DiskFills"])
        #expect(step([disk], 86_300) == [])
        // Found last at 23:58:20; over at 00:03:20, told at 01:00.
        #expect(step([], 86_900) == [])
        #expect(step([], 90_000) == ["resolved DiskFills"])
    }

    @Test func `an alert that becomes worse is told again, and one that becomes better is not`() {
        var machine = AlertMachine(open: [])
        var finding = self.finding(.sourceStale, "source:sales")
        func step(_ second: Int64) -> [String] {
            machine.step([finding], silences: [], at: self.at(second))
                .map { "\($0.kind) \($0.alert.priority.rawValue)" }
        }
        #expect(step(0) == ["fired P2"])
        finding.priority = .p1
        #expect(step(10) == ["escalated P1"])
        finding.priority = .p3
        #expect(step(20) == [])
        #expect(step(3_600) == [] && step(3_610) == ["escalated P1"] && step(9_000) == [])
    }

    @Test func `an alert that becomes worse after nobody took it on is waited for once more`() {
        var timing = AlertTiming()
        timing.reactions = [.p2: .seconds(600), .p1: .seconds(100)]
        var machine = AlertMachine(open: [])
        var finding = self.finding(.sourceStale, "source:sales")
        func step(_ second: Int64) -> [String] {
            machine.step([finding], silences: [], timing, at: self.at(second))
                .map { "\($0.kind) \($0.alert.priority.rawValue) \($0.isWorse ? "worse" : "")" }
        }
        #expect(step(0) == ["fired P2 "] && step(500) == [])
        #expect(step(600) == ["escalated P2 "] && step(1_500) == [])
        finding.priority = .p1
        #expect(step(1_600) == ["escalated P1 worse"] && step(1_690) == [])
        #expect(step(1_700) == ["escalated P1 "] && step(9_000) == [])
    }

    @Test func `an alert whose cause comes to light stays the same alert`() throws {
        var machine = AlertMachine(open: [])
        let slow = self.finding(.slow)
        let first = machine.step([slow], silences: [], at: self.at(0))
        let merged = CauseWalk(LineageGraph()).merge([slow, self.finding(.processorBusy, "host")])
        #expect(merged.map(\.key) == ["ProcessorBusy/host"])
        #expect(machine.step(merged, silences: [], at: self.at(100)).isEmpty)
        let alert = try #require(machine.open.values.first)
        #expect(machine.open.count == 1 && alert.id == first.first?.alert.id)
        #expect(alert.chain == "Slow of endpoint:rent ← ProcessorBusy of host" && alert.group == "endpoint:rent")
        let over = machine.step([], silences: [], at: self.at(1_000))
        #expect(over.map(\.alert.key) == ["Slow/endpoint:rent"] && machine.open.isEmpty)
    }

    @Test(arguments: 0..<100)
    func `whatever is found, each alert is told once, in time, and ends once`(seed: Int) {
        var dice = CauseWalkTests.Dice(state: UInt64(seed) &+ 77)
        var timing = AlertTiming()
        if Bool.random(using: &dice) { timing.quietHours = QuietHours(from: 10, to: 30, zone: .gmt) }
        timing.groupWindow = .seconds(Int64.random(in: 0...400, using: &dice))
        let rules: [AlertRule] = [.requestsFail, .slow, .inputsDrifted, .rowsQuarantined, .errorGrew]
        let silence = AlertSilence(id: "s", pattern: "Slow", until: self.at(900), by: "ada", reason: "")
        var machine = AlertMachine(open: [])
        var told: [String: (fired: Int, resolved: Int)] = [:]
        var due: [String: EventTime] = [:]
        for second in stride(from: Int64(0), through: 7_200, by: 30) {
            let now = self.at(second)
            let found = rules.filter { _ in Int.random(in: 0..<5, using: &dice) > 0 }.map { self.finding($0) }
            machine = AlertMachine(open: machine.open.values.shuffled(using: &dice))
            for transition in machine.step(found, silences: [silence], timing, at: now) {
                let alert = transition.alert
                var counts = told[alert.id] ?? (0, 0)
                switch transition.kind {
                case .fired:
                    counts.fired += 1
                    #expect(!timing.isQuiet(for: alert.priority, at: now) && !silence.covers(alert, at: now))
                case .resolved: counts.resolved += 1
                case .escalated: #expect(alert.acknowledgement == nil && counts.fired == 1)
                }
                told[alert.id] = counts
                #expect(counts.fired == 1 && counts.resolved <= 1)
            }
            for alert in machine.open.values {
                let isHeld = silence.covers(alert, at: now) || timing.isQuiet(for: alert.priority, at: now)
                if alert.toldAt != nil || alert.phase != .firing || isHeld || alert.lastFoundAt < now {
                    due[alert.id] = nil
                } else {
                    // Each telling of something worse may hold the others back once more.
                    let since = due[alert.id] ?? now
                    due[alert.id] = since
                    #expect(alert.priority != .p0)
                    #expect(now < since + TimeSpan(microseconds: 4 * timing.groupWindow.microseconds + 30_000_000))
                }
            }
        }
        #expect(!told.isEmpty)
    }
}
