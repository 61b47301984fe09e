import Foundation
import MartletCore
import MartletReleases
import MartletTesting
import MartletTracking
import Testing

struct ReleaseMachineTests {
    private static func seconds(_ count: Int64) -> EventTime { EventTime(microseconds: count * 1_000_000) }

    private static func start(_ change: (inout ReleasePlan) -> Void = { _ in }) throws -> ReleaseMachine {
        var plan = ReleasePlan(name: "price", endpoint: "price")
        change(&plan)
        return ReleaseMachine(try ReleaseWorld.state(plan))
    }

    /// Green loaded and healthy, with its first share.
    private static func observing(_ change: (inout ReleasePlan) -> Void = { _ in }) throws -> ReleaseMachine {
        var machine = try Self.start(change)
        machine.didRoute(revision: 2, at: Self.seconds(1))
        machine.didLoad(at: Self.seconds(2))
        machine.didCheckHealth(Ruling("pass", []), at: Self.seconds(3))
        machine.didRoute(revision: 3, at: Self.seconds(4))
        return machine
    }

    @Test func `a release that goes well ends with green alone`() throws {
        var machine = try Self.start()
        #expect(machine.action == .route(machine.state.traffic(green: 0)))
        machine.didRoute(revision: 2, at: Self.seconds(1))
        #expect(machine.action == .awaitLoaded(machine.state.green.version))
        machine.didLoad(at: Self.seconds(2))
        #expect(machine.action == .checkHealth(machine.state.green.version))
        machine.didCheckHealth(Ruling("pass", []), at: Self.seconds(3))
        #expect(machine.action == .route(machine.state.traffic(green: 100)))
        machine.didRoute(revision: 3, at: Self.seconds(4))
        machine.didObserve(Ruling("wait", []), at: Self.seconds(5))
        #expect(machine.state.phase == .observing)
        machine.didObserve(Ruling("advance", []), at: Self.seconds(124))
        #expect(machine.action == .route(machine.state.traffic(green: 10_000)))
        machine.didRoute(revision: 4, at: Self.seconds(125))
        machine.didObserve(Ruling("advance", []), at: Self.seconds(425))
        #expect(machine.state.phase == .standingBy)
        machine.didObserve(Ruling("advance", []), at: Self.seconds(90_000))
        #expect(machine.action == .route(machine.state.traffic(alone: machine.state.green.version)))
        machine.didRoute(revision: 5, at: Self.seconds(90_001))
        #expect(machine.state.phase == .completed)
        #expect(machine.action == .nothing)
        #expect(machine.state.revision == 5)
    }

    @Test func `a breach gives everything back to blue, from standby too`() throws {
        var machine = try Self.observing()
        machine.didObserve(Ruling("rollback", ["Too many errors."]), at: Self.seconds(5))
        #expect(machine.action == .route(machine.state.traffic(alone: machine.state.blue.version)))
        machine.didRoute(revision: 4, at: Self.seconds(6))
        #expect(machine.state.phase == .rolledBack)
        #expect(machine.state.rollbackReason == "Too many errors.")

        var late = try Self.observing { $0.steps = [ReleaseStep(weight: 10_000, hold: .seconds(1))] }
        late.didObserve(Ruling("advance", []), at: Self.seconds(6))
        #expect(late.state.phase == .standingBy)
        late.didObserve(Ruling("rollback", ["Slow."]), at: Self.seconds(7))
        #expect(late.state.phase == .rollingBack)
    }

    @Test func `a plan that asks waits for a person before the last step`() throws {
        var machine = try Self.observing { $0.approval = .ask }
        machine.didObserve(Ruling("advance", []), at: Self.seconds(200))
        #expect(machine.state.phase == .awaitingApproval)
        machine.didObserve(Ruling("wait", []), at: Self.seconds(100_000))
        #expect(machine.state.phase == .awaitingApproval)
        try machine.promote(Attribution(by: "ada", at: Self.seconds(100_001)))
        #expect(machine.action == .route(machine.state.traffic(green: 10_000)))
    }

    @Test func `a wrong answer of the health check goes back before any traffic`() throws {
        var machine = try Self.start()
        machine.didRoute(revision: 2, at: Self.seconds(1))
        machine.didLoad(at: Self.seconds(2))
        let inputs = HealthRule.Inputs(checks: [.init(line: 1, expected: [2], answered: [3])], tolerance: 1e-6)
        machine.didCheckHealth(HealthRule.decide(inputs), at: Self.seconds(3))
        #expect(machine.state.phase == .rollingBack)
        #expect(machine.state.rollbackReason == "Request 1 was answered with 3 in place of 2.")
    }

    @Test func `a version that does not load goes back after its limit`() throws {
        var machine = try Self.start()
        machine.didRoute(revision: 2, at: Self.seconds(1))
        machine.isNotLoaded("no file", at: Self.seconds(300))
        #expect(machine.state.phase == .warmingUp)
        machine.isNotLoaded("no file", at: Self.seconds(301))
        #expect(machine.state.phase == .rollingBack)
        #expect(machine.state.rollbackReason == "price:2 was not loaded within 5m: no file")
    }

    @Test func `an abort after the end says what to do instead`() throws {
        var machine = try Self.observing { $0.steps = [ReleaseStep(weight: 10_000, hold: .seconds(1))] }
        machine.didObserve(Ruling("advance", []), at: Self.seconds(6))
        try machine.promote(Attribution(by: "ada", at: Self.seconds(7)))
        let error = #expect(throws: TrackingError.self) {
            try machine.abort(Attribution(by: "ada", at: Self.seconds(8)))
        }
        #expect(error?.code == .releaseWrongPhase)
        #expect(error?.message.contains("start a new release back to it") == true)
    }

    @Test func `the standby counts anew after each watch's length, and ends on a whole count`() throws {
        var machine = try Self.observing { plan in
            plan.steps = [ReleaseStep(weight: 10_000, hold: .seconds(300))]
            plan.standby = .seconds(900)
        }
        #expect(machine.observedSince(at: Self.seconds(200)) == Self.seconds(4))
        machine.didObserve(Ruling("advance", []), at: Self.seconds(400))
        #expect(machine.observedSince(at: Self.seconds(699)) == Self.seconds(400))
        #expect(machine.observedSince(at: Self.seconds(700)) == Self.seconds(700))
        #expect(machine.observedSince(at: Self.seconds(1_300)) == Self.seconds(1_000))
        #expect(machine.observedSince(at: Self.seconds(5_000)) == Self.seconds(1_000))
    }

    @Test func `a late outcome changes nothing`() throws {
        var machine = try Self.observing()
        let before = machine
        machine.didLoad(at: Self.seconds(50))
        machine.didCheckHealth(Ruling("fail", []), at: Self.seconds(50))
        machine.didRoute(revision: 9, at: Self.seconds(50))
        machine.isNotLoaded(nil, at: Self.seconds(5_000))
        #expect(machine == before)
    }

    @Test(arguments: 0..<16)
    func `whatever happens, one version is live, and the release ends`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        for _ in 0..<60 {
            var world = try ReleaseWorld(using: &random)
            for _ in 0..<60 { try world.happen(using: &random) }
            for _ in 0..<200 where !world.stored.phase.isFinal { try world.happen(using: &random, isCalm: true) }
            #expect(world.stored.phase.isFinal)
            #expect(world.faults == [])
            guard !world.isDisplaced else { continue }
            let state = world.stored
            let winner = state.phase == .completed ? state.green.version : state.blue.version
            #expect(world.deployment.traffic.variants == state.traffic(alone: winner).variants)
        }
    }
}
