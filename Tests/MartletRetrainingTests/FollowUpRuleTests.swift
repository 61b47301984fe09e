import MartletCore
import MartletRetraining
import MartletTesting
import MartletTracking
import Testing

struct FollowUpRuleTests {
    private static let version = ModelVersionID("rent", 2)

    private static func facts(
        goal: FollowUpFacts.Goal? = .experiment,
        approval: ApprovalStatus? = .pendingManualApproval
    ) -> FollowUpFacts {
        FollowUpFacts(
            version: Self.version,
            endpoint: "rent",
            goal: goal,
            approval: approval,
            live: ModelVersionID("rent", 1)
        )
    }

    @Test func `a version is approved, started, and found started`() {
        var facts = Self.facts()
        #expect(FollowUpRule.next(facts) == .approve)
        facts.approval = .approved
        #expect(FollowUpRule.next(facts) == .start(.experiment))
        facts.brought = .init(kind: "experiment", id: "r7")
        let sentence = "experiment r7 of rent:2 at rent has started: martlet experiment status r7"
        #expect(FollowUpRule.next(facts) == .done(.init(kind: "experiment", id: "r7"), sentence))
    }

    @Test func `a version that answers nobody needs no approval`() {
        #expect(FollowUpRule.next(Self.facts(goal: .pairedExperiment)) == .start(.pairedExperiment))
        #expect(FollowUpRule.next(Self.facts(goal: .release)) == .approve)
    }

    @Test func `nothing is approved that could not start`() {
        var facts = Self.facts()
        facts.holder = .init(kind: "release", id: "r3")
        let busy =
            "rent:2 went no further: 'rent' is held by release r3, which has not ended; approve and start the version when "
            + "it has"
        #expect(FollowUpRule.next(facts) == .stop(busy))
        facts.holder = nil
        facts.live = ModelVersionID("rent", 3)
        #expect(FollowUpRule.next(facts) == .stop("rent:3, which is newer than rent:2, is live at 'rent'"))
        facts.live = Self.version
        #expect(FollowUpRule.next(facts) == .stop("rent:2 is live at 'rent' already"))
        facts.live = ModelVersionID("other", 9)
        #expect(FollowUpRule.next(facts) == .approve)
        facts.obstacle = "No experiment of rent:2 was won here."
        #expect(FollowUpRule.next(facts) == .stop("rent:2 went no further: No experiment of rent:2 was won here."))
        facts.obstacle = nil
        facts.live = nil
        let empty =
            "rent:2 went no further: 'rent' serves nothing that could be gone back to; put the first version there with "
            + "`martlet deploy`"
        #expect(FollowUpRule.next(facts) == .stop(empty))
    }

    @Test func `what came of a training is one sentence`() {
        var attempt = RetrainingAttempt(
            id: "t1",
            plan: "weekly",
            recipe: "rent",
            dataHash: ContentHash(of: "rows"),
            recipeHash: ContentHash(of: "recipe"),
            labels: 0,
            startedBy: Attribution(by: "ada", at: EventTime(microseconds: 1)),
            process: "host:1"
        )
        attempt.version = Self.version
        attempt.settle(.stopped, "rent:2 was rejected, so nothing starts")
        #expect(attempt.outcome == "rent:2 was registered and was rejected, so nothing starts")
        attempt.settle(.done, run: "release:r1", "release r1 of rent:2 has started")
        #expect(attempt.outcome == "rent:2 was registered; release r1 of rent:2 has started")
    }

    @Test func `what a person decided stands`() {
        #expect(FollowUpRule.next(Self.facts(approval: .rejected)) == .stop("rent:2 was rejected, so nothing starts"))
        #expect(FollowUpRule.next(Self.facts(approval: nil)) == .stop("rent:2 is gone from the registry"))
        let held = FollowUpRule.next(Self.facts(goal: nil))
        #expect(held == .stop("rent:2 waits for approval, as the plan says now"))
        var facts = Self.facts()
        facts.asksFourEyes = true
        guard case .stop(let sentence) = FollowUpRule.next(facts) else {
            Issue.record("a plan approved its own version where four eyes are asked for")
            return
        }
        #expect(sentence.contains("the workspace asks for four eyes, so a person approves it"))
        facts.approval = .approved
        #expect(FollowUpRule.next(facts) == .start(.experiment))
    }

    /// The stores beside a follow-up, with a person who does as they please.
    private struct World {
        var approval = ApprovalStatus.pendingManualApproval
        var live = 1
        var holder: String?
        var runsOfVersion = 0
        var approvedByPlan = 0
        var startedByPlan = 0

        func facts(_ goal: FollowUpFacts.Goal) -> FollowUpFacts {
            FollowUpFacts(
                version: FollowUpRuleTests.version,
                endpoint: "rent",
                goal: goal,
                approval: self.approval,
                live: ModelVersionID("rent", self.live),
                brought: self.runsOfVersion > 0 ? .init(kind: "experiment", id: "r1") : nil,
                holder: self.holder == "other" ? .init(kind: "release", id: "r0") : nil
            )
        }

        /// Carries a step out as the stores do: a second approval and a second run of an endpoint are refused.
        mutating func take(_ step: FollowUpStep) {
            switch step {
            case .approve:
                guard self.approval == .pendingManualApproval else { return }
                self.approval = .approved
                self.approvedByPlan += 1
            case .start(let goal):
                guard self.holder == nil else { return }
                if goal.needsApproval, self.approval != .approved { return }
                self.holder = "own"
                self.runsOfVersion += 1
                self.startedByPlan += 1
            case .done, .stop: break
            }
        }

        mutating func interfere(_ choice: Int) {
            switch choice {
            case 0: self.approval = .approved
            case 1: self.approval = .rejected
            case 2: self.holder = self.holder ?? "other"
            case 3: if self.holder == "other" { self.holder = nil }
            case 4: self.live = 3
            default: break
            }
        }
    }

    @Test(arguments: [FollowUpFacts.Goal.experiment, .pairedExperiment, .release])
    func `two processes that die at any step bring a version on once or leave it to a person`(
        goal: FollowUpFacts.Goal
    ) {
        var generator = SplitMix64(seed: 20_261_121)
        for _ in 0..<5_000 {
            var world = World()
            var ends: [FollowUpStep] = []
            // Each process acts on what it saw, which may have changed since; one that dies begins anew.
            var seen: [FollowUpFacts?] = [nil, nil]
            var moves = 0
            while ends.isEmpty, moves < 200 {
                moves += 1
                let process = Int.random(in: 0..<2, using: &generator)
                if Int.random(in: 0..<20, using: &generator) == 0 {
                    world.interfere(Int.random(in: 0..<8, using: &generator))
                }
                guard let facts = seen[process] else {
                    seen[process] = world.facts(goal)
                    continue
                }
                seen[process] = nil
                if Int.random(in: 0..<3, using: &generator) == 0 { continue }
                let step = FollowUpRule.next(facts)
                world.take(step)
                if case .done = step { ends.append(step) }
                if case .stop = step { ends.append(step) }
            }
            #expect(ends.count == 1, "a follow-up never ended")
            #expect(world.startedByPlan <= 1 && world.approvedByPlan <= 1)
            if case .done? = ends.first { #expect(world.runsOfVersion == 1) }
        }
    }

    @Test func `a follow-up that is left alone after any crash ends as one that never crashed`() {
        for crashes in 0..<4 {
            var world = World()
            for _ in 0..<crashes { world.take(FollowUpRule.next(world.facts(.experiment))) }
            var step = FollowUpRule.next(world.facts(.experiment))
            while case .approve = step {
                world.take(step)
                step = FollowUpRule.next(world.facts(.experiment))
            }
            if case .start = step {
                world.take(step)
                step = FollowUpRule.next(world.facts(.experiment))
            }
            guard case .done = step else {
                Issue.record("after \(crashes) steps and a crash the version went no further: \(step)")
                return
            }
            #expect(world.approvedByPlan == 1 && world.startedByPlan == 1 && world.approval == .approved)
        }
    }
}
