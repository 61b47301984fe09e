import Foundation
import MartletCore
import MartletReleases
import MartletTesting
import MartletTracking
import Testing

struct RehearsalTests {
    private static let start = EventTime(microseconds: 1_700_000_000_000_000)

    /// `count` requests over `span`, each of a visitor of its own; the candidate is nearer to the truth by `gain`.
    private static func requests(
        _ count: Int,
        over span: TimeSpan,
        gain: Double = 0
    ) -> (requests: [RehearsedRequest], outcomes: [Outcome]) {
        var random = SplitMix64(seed: 9)
        var requests: [RehearsedRequest] = []
        var outcomes: [Outcome] = []
        for index in 0..<count {
            let at = Self.start + TimeSpan(microseconds: span.microseconds / Int64(count) * Int64(index))
            let truth = Double.random(in: 100...200, using: &random)
            let error = Double.random(in: -20...20, using: &random)
            requests.append(
                RehearsedRequest(
                    requestID: "q\(index)",
                    at: at,
                    unit: "u\(index)",
                    latencyMicroseconds: 2_000,
                    recorded: truth + error,
                    candidate: truth + error * (1 - gain)
                )
            )
            outcomes.append(
                Outcome(id: "o\(index)", at: at + .seconds(30), endpoint: "price", requestID: "q\(index)", value: truth)
            )
        }
        return (requests, outcomes)
    }

    private static func rehearse(
        _ faults: [String] = [],
        _ traffic: (requests: [RehearsedRequest], outcomes: [Outcome]),
        over span: TimeSpan,
        _ change: (inout ReleasePlan) -> Void = { _ in }
    ) throws -> RehearsalReport {
        var plan = ReleasePlan(name: "price", endpoint: "price")
        change(&plan)
        var rehearsal = try Rehearsal(
            plan,
            blue: ReleaseWorld.unit(1),
            green: ReleaseWorld.unit(2),
            checks: [.init(line: 1, expected: [10], answered: [10])],
            faults: try faults.map { try RehearsalFault($0) },
            from: Self.start
        )
        return try rehearsal.run(traffic.requests, [], traffic.outcomes, until: Self.start + span)
    }

    @Test func `a healthy version is promoted, and users meet no failure`() throws {
        let traffic = Self.requests(20_000, over: .days(2))
        let report = try Self.rehearse([], traffic, over: .days(2))
        #expect(report.isPromoted)
        #expect(report.phase == "completed")
        #expect(report.new.failures == 0)
        #expect(report.old.requests + report.new.requests == 20_000)
        #expect(report.events.last?.kind == "release")
    }

    @Test func `errors that begin during the watch give everything back within a few failures`() throws {
        let traffic = Self.requests(20_000, over: .days(1))
        let report = try Self.rehearse(["error-rate=0.2@3h"], traffic, over: .days(1))
        #expect(report.phase == "rolled-back")
        #expect((1...60).contains(report.new.failures))
        #expect(report.events.contains { $0.reasons.contains { $0.contains("proven wrong") } })
    }

    @Test func `the gateway's fuse takes out what fails plainly, and the test ends by fault`() throws {
        let traffic = Self.requests(20_000, over: .days(2))
        let report = try Self.rehearse(["error-rate=0.9@1h"], traffic, over: .days(2)) { plan in
            plan.experiment = ExperimentPlan(treatmentWeight: 5_000, lookInterval: .seconds(3_600))
        }
        #expect(report.experimentOutcome == "fault")
        #expect(report.phase == nil)
        // The window of 64 requests tolerates what the plan's gates allow, and no more is met.
        let plan = ReleasePlan(name: "price", endpoint: "price")
        #expect((plan.fuse.toleratedFaultCount...64).contains(report.new.failures))
        #expect(report.events.contains { $0.reasons.contains { $0.contains("of its last 64 requests failed") } })
    }

    @Test func `a slow version goes back, a wrong one never starts, a dead store only delays`() throws {
        let traffic = Self.requests(20_000, over: .days(2))
        #expect(try Self.rehearse(["slow=900ms@0s"], traffic, over: .days(2)).phase == "rolled-back")
        let wrong = try Self.rehearse(["wrong=1.5@0s"], traffic, over: .days(2))
        #expect(wrong.phase == "rolled-back")
        #expect(wrong.new.requests == 0)
        let whole = try Self.rehearse([], traffic, over: .days(2))
        let delayed = try Self.rehearse(["dead-store@0s+3h"], traffic, over: .days(2))
        #expect(delayed.isPromoted)
        let (first, later) = (try #require(whole.events.first?.at), try #require(delayed.events.first?.at))
        #expect(later == first + .seconds(10_800))
    }

    @Test func `a paired experiment on recorded outcomes promotes the better and rejects the worse`() throws {
        let traffic = Self.requests(6_000, over: .days(9), gain: 0.3)
        let report = try Self.rehearse([], traffic, over: .days(9)) { plan in
            plan.steps[0].weight = 2_000
            plan.experiment = ExperimentPlan(lookInterval: .seconds(3_600), onSuccess: .promote, isPaired: true)
        }
        #expect(report.experimentOutcome == "promote")
        #expect(report.isPromoted)
        let worse = Self.requests(6_000, over: .days(9), gain: -0.3)
        let rejected = try Self.rehearse([], worse, over: .days(9)) { plan in
            plan.experiment = ExperimentPlan(lookInterval: .seconds(3_600), onSuccess: .promote, isPaired: true)
        }
        #expect(rejected.experimentOutcome == "rejected")
        #expect(rejected.phase == nil)
        #expect(rejected.new.requests == 0)
    }

    @Test(arguments: [
        ("error-rate=0.05@10m", RehearsalFault(.errors(0.05), from: .seconds(600))),
        (
            "slow=800ms@5m+1h",
            RehearsalFault(.slow(TimeSpan(microseconds: 800_000)), from: .seconds(300), for: .seconds(3_600))
        ),
        ("wrong=1.5", RehearsalFault(.wrong(1.5), from: .seconds(0))),
        ("dead-store@2h+10m", RehearsalFault(.deadStore, from: .seconds(7_200), for: .seconds(600))),
    ])
    func `a fault is read as it is written`(_ text: String, _ fault: RehearsalFault) throws {
        #expect(try RehearsalFault(text) == fault)
    }

    @Test(arguments: ["error-rate=2@1m", "sloow=1s@1m", "slow=fast@1m", "wrong=1@soon", "dead-store@1m+x", ""])
    func `a fault that is none says what can be written`(_ text: String) {
        let error = #expect(throws: TrackingError.self) { try RehearsalFault(text) }
        #expect(error?.code == .releaseInvalid)
        #expect(error?.message.contains("error-rate=0.05@10m+1h") == true)
    }
}
