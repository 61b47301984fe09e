import MartletCore
import MartletReleases
import MartletTracking
import Testing

struct ExperimentMachineTests {
    private static func moment(_ day: Int64) -> EventTime { EventTime(microseconds: 0) + .days(day) }

    private static func running(_ change: (inout ExperimentPlan) -> Void = { _ in }) throws -> ExperimentMachine {
        var experiment = ExperimentPlan()
        change(&experiment)
        let plan = ReleasePlan(name: "price", endpoint: "price", experiment: experiment)
        let author = Attribution(by: "ada", at: Self.moment(0))
        let state = try ExperimentState(
            id: "e1",
            plan: plan,
            control: ReleaseWorld.unit(1),
            treatment: ReleaseWorld.unit(2),
            revision: 1,
            author
        )
        var machine = ExperimentMachine(state)
        #expect(machine.action == .route(state.splitTraffic))
        machine.didRoute(revision: 2, at: Self.moment(0))
        return machine
    }

    @Test func `the standard split is ninety to ten, and a paired one is a shadow`() throws {
        let split = try Self.running().state.splitTraffic
        #expect(split.variants.map(\.weight) == [9_000, 1_000])
        let paired = try Self.running { $0.isPaired = true }.state.splitTraffic
        #expect(paired.variants.map(\.weight) == [10_000, 0])
        #expect(paired.variants.map(\.isShadow) == [false, true])
        #expect(throws: Never.self) { try split.validate() }
        #expect(throws: Never.self) { try paired.validate() }
    }

    @Test func `a rejected treatment gives everything back to control`() throws {
        var machine = try Self.running()
        let starts = machine.didObserve(Ruling("rejected", ["worse"]), at: Self.moment(7))
        #expect(!starts)
        #expect(machine.action == .route(machine.state.endTraffic))
        machine.didRoute(revision: 3, at: Self.moment(7))
        #expect(machine.state.phase == .ended)
        #expect(machine.state.outcome == "rejected")
    }

    @Test func `a promoted treatment ends the experiment and starts a release`() throws {
        var machine = try Self.running()
        let starts = machine.didObserve(Ruling("promote", ["better"]), at: Self.moment(7))
        #expect(starts)
        #expect(machine.state.phase == .ended)
        #expect(machine.action == .nothing)
    }

    @Test func `a held treatment waits for a person, who needs a reason`() throws {
        var machine = try Self.running()
        let starts = machine.didObserve(Ruling("hold", ["little better"]), at: Self.moment(7))
        #expect(!starts)
        #expect(machine.state.phase == .awaitingReview)
        let error = #expect(throws: TrackingError.self) {
            try machine.promote(Attribution(by: "ada", at: Self.moment(8)))
        }
        #expect(error?.code == .reasonRequired)
        try machine.promote(Attribution(by: "ada", at: Self.moment(8), reason: "cheaper to run"))
        #expect(machine.state.outcome == "promote")
    }

    @Test func `a person stops an experiment once`() throws {
        var machine = try Self.running()
        try machine.stop(Attribution(by: "ada", at: Self.moment(1), reason: "holiday"))
        #expect(machine.state.phase == .ending)
        let error = #expect(throws: TrackingError.self) {
            try machine.stop(Attribution(by: "ada", at: Self.moment(1)))
        }
        #expect(error?.code == .releaseWrongPhase)
    }
}
