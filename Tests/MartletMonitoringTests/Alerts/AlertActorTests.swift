import MartletCore
import MartletTracking
import Synchronization
import Testing

@testable import MartletMonitoring

/// Which actions alerts give rise to, and how they are carried out.
struct AlertActorTests {
    static let start = EventTime(microseconds: 1_700_000_000_000_000)

    /// A store in memory, with one writer.
    final class Kept: AlertActionStore {
        let records = Mutex<[(record: AlertActionRecord, dueAt: EventTime)]>([])

        func ask(
            _ records: [AlertActionRecord],
            ignoringCoolDown: Bool
        ) async throws(TrackingError) -> [AlertActionRecord] {
            self.records.withLock { kept in
                let new = records.filter { record in !kept.contains { $0.record.id == record.id } }
                kept += new.map { ($0, EventTime(microseconds: 0)) }
                return new
            }
        }

        func claim(
            _ id: String?,
            at now: EventTime,
            until lease: EventTime,
            limit: Int
        ) async throws(TrackingError) -> [AlertActionRecord] {
            self.records.withLock { kept in
                kept.indices.compactMap { index in
                    let (record, dueAt) = kept[index]
                    guard record.state == .waiting, dueAt <= now, id ?? record.id == record.id else { return nil }
                    kept[index] = (record.tried(), lease)
                    return kept[index].record
                }
            }
        }

        func save(_ record: AlertActionRecord, dueAt: EventTime) async throws(TrackingError) {
            self.records.withLock { kept in
                for index in kept.indices where kept[index].record.id == record.id { kept[index] = (record, dueAt) }
            }
        }

        func actions(of alert: String?, limit: Int) async throws(TrackingError) -> [AlertActionRecord] {
            self.records.withLock { $0.map(\.record) }
        }
    }

    struct Broken: Error {}

    final class Effects: AlertEffects {
        let prepared = Mutex<[AlertStep]>([])
        let performed = Mutex<[AlertTarget]>([])
        let failures: Mutex<Int>

        init(_ prepared: [AlertStep], failing count: Int = 0) {
            self.prepared.withLock { $0 = prepared }
            self.failures = Mutex(count)
        }

        func prepare(_ record: AlertActionRecord) async throws -> AlertStep {
            self.prepared.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }

        func perform(_ target: AlertTarget, _ record: AlertActionRecord) async throws -> Remark {
            self.performed.withLock { $0.append(target) }
            if self.failures.withLock({ left in
                left -= 1
                return left >= 0
            }) {
                throw Broken()
            }
            return Remark(said: "done to \(target)")
        }
    }

    static func alert(_ rule: String = "RequestsFail", about subject: String = "endpoint:rent") -> Alert {
        let finding = AlertFinding(
            rule,
            about: subject,
            .p0,
            summary: "rent: 4 % of requests fail",
            runbook: "",
            holds: .seconds(0)
        )
        var alert = Alert(finding, at: Self.start)
        alert.phase = .firing
        return alert
    }

    static func actions(_ yaml: String) throws -> AlertActions { try AlertRoutingTests.read(yaml).0.actions }

    static let rollBack = "actions:\n  RequestsFail:\n    - {roll_back: true, mode: on}\n"
    static let step = AlertStep(.release("r1"), "take back release r1")

    func actor(_ store: Kept, _ effects: Effects, at moment: EventTime = start) -> AlertActor {
        AlertActor(store: store, effects: effects, now: { moment }, leaseClock: { moment })
    }

    @Test func `an alert that goes on is acted on once`() async throws {
        let (store, effects) = (Kept(), Effects([Self.step]))
        let actions = try Self.actions(Self.rollBack)
        var ended: [AlertActionRecord] = []
        for _ in 0..<5 {
            ended += try await self.actor(store, effects).act(on: [Self.alert()], silences: [], actions)
        }
        #expect(ended.map(\.state) == [.done])
        #expect(ended.map(\.outcome) == ["done to release(\"r1\")"])
        #expect(effects.performed.withLock { $0 } == [.release("r1")])
    }

    @Test func `without mode on nothing is done, and it is said what would be`() async throws {
        let (store, effects) = (Kept(), Effects([Self.step]))
        let ended = try await self.actor(store, effects).act(on: [Self.alert()], silences: [], AlertActions())
        #expect(ended.map(\.state) == [.dryRun])
        #expect(ended.map(\.outcome) == ["would take back release r1"])
        #expect(effects.performed.withLock { $0 }.isEmpty)
    }

    @Test func `a silenced alert, or one that does not fire, is not acted on`() async throws {
        let (store, effects) = (Kept(), Effects([Self.step]))
        let actions = try Self.actions(Self.rollBack)
        let silence = AlertSilence(
            id: "s",
            pattern: "endpoint:rent",
            until: Self.start + .seconds(60),
            by: "ada",
            reason: "planned work"
        )
        var pending = Self.alert()
        pending.phase = .pending
        let actor = self.actor(store, effects)
        #expect(try await actor.act(on: [Self.alert()], silences: [silence], actions).isEmpty)
        #expect(try await actor.act(on: [pending], silences: [], actions).isEmpty)
        #expect(store.records.withLock { $0.isEmpty })
    }

    @Test func `a process that ended in between leaves the action to the next, about the same thing`() async throws {
        let store = Kept()
        let actions = try Self.actions(Self.rollBack)
        let first = Effects([Self.step], failing: 1)
        #expect(try await self.actor(store, first).act(on: [Self.alert()], silences: [], actions).isEmpty)
        // What would be found now is another thing; the action stays with the first.
        let second = Effects([AlertStep(.release("r2"), "take back release r2")])
        let later = self.actor(store, second, at: Self.start + .seconds(60))
        let ended = try await later.act(on: [], silences: [], actions)
        #expect(ended.map(\.state) == [.done])
        #expect(second.performed.withLock { $0 } == [.release("r1")])
    }

    @Test func `an effect that fails is tried three times, and the reason is kept`() async throws {
        let (store, effects) = (Kept(), Effects([Self.step], failing: 9))
        let actions = try Self.actions(Self.rollBack)
        var ended: [AlertActionRecord] = []
        for minute in 0..<6 {
            let actor = self.actor(store, effects, at: Self.start + .seconds(Int64(minute) * 60))
            ended += try await actor.act(on: [Self.alert()], silences: [], actions)
        }
        #expect(ended.map(\.state) == [.failed])
        #expect(ended.map(\.attemptCount) == [AlertActor.attemptLimit])
        #expect(ended.first?.outcome.contains("Broken") == true)
    }

    @Test func `a training is not started for what no training mends`() throws {
        let all = AlertActionPlan.records(
            for: [Self.alert("GateFailed", about: "source:sales"), Self.alert("ErrorGrew")],
            silences: [],
            try Self.actions(
                "actions:\n  GateFailed: [{retrain: rent, mode: on}]\n  ErrorGrew: [{retrain: rent, mode: on}]\n"
            ),
            at: Self.start
        )
        #expect(all.map(\.state) == [.skipped, .waiting])
        #expect(all.first?.outcome == "the cause is GateFailed of source:sales, which no training mends")
    }

    @Test func `a program is told of endpoint and alert`() throws {
        let yaml = "actions:\n  Slow: [{scale: {command: [./up, \"{endpoint}\", \"--for={alert}\"]}}]\n"
        let records = AlertActionPlan.records(
            for: [Self.alert("Slow")],
            silences: [],
            try Self.actions(yaml),
            at: Self.start
        )
        #expect(records.first?.order.command == ["./up", "rent", "--for=Slow/endpoint:rent"])
    }

    @Test func `a training begins at once only where the file says so`() throws {
        let file = "actions:\n  ErrorGrew: [{retrain: rent, mode: on}, {retrain: rent, now: true, mode: on}]\n"
        let records = AlertActionPlan.records(
            for: Self.alert("ErrorGrew"),
            try Self.actions(file),
            Attribution(by: "martlet", at: Self.start),
            prefix: "a"
        )
        #expect(records.map(\.order.isAtOnce) == [nil, true])
        let (_, faults) = try AlertRoutingTests.read("actions:\n  Slow: [{page: [x], now: true}]\n")
        #expect(faults.contains { $0.contains("'now' belongs to 'retrain'") })
    }
}
