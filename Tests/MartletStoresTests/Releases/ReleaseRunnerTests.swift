import MartletCore
import MartletReleases
import MartletStores
import MartletTesting
import MartletTracking
import Synchronization
import Testing

struct ReleaseRunnerTests {
    private static func plan(_ change: (inout ReleasePlan) -> Void = { _ in }) -> ReleasePlan {
        var plan = ReleasePlan(name: "price", endpoint: "price", experiment: ExperimentPlan(onSuccess: .promote))
        change(&plan)
        return plan
    }

    /// Every decision of `id` comes out again, and the ledger is whole.
    private static func checkRecord(of id: String, _ bench: ReleaseWorkbench) async throws {
        guard let run = try await bench.store.run(id)?.run else { return }
        let decisions = try await bench.store.decisions(about: run.subject, after: 0, limit: 100_000)
        #expect(!decisions.isEmpty)
        for decision in decisions { #expect(try DecisionReplay.check(decision.record) == nil) }
        #expect(try await bench.ledger.verify(anchor: nil).isIntact)
    }

    @Test(arguments: MetadataKind.allCases)
    func `from experiment to archive, with a new process at every step`(kind: MetadataKind) async throws {
        let bench = try ReleaseWorkbench(kind)
        try await bench.prepare()
        bench.life.withLock { $0.treatmentContracts = 12 }
        let started = try await bench.desk.startExperiment(
            Self.plan(),
            ReleaseWorkbench.green,
            bench.author("ada")
        )
        let experiment = try await bench.pass(
            .days(15),
            tick: TimeSpan(microseconds: 3_600_000_000),
            of: started.run.id,
            restarting: true
        )
        #expect(experiment.outcome == "promote")
        let open = try await bench.store.openRuns()
        let release = try #require(open.first?.run)
        #expect(release.kind == "release")
        let done = try await bench.pass(.days(3), tick: .seconds(120), of: release.id, restarting: true)
        #expect(done.phase == "completed")
        let live = try await bench.deployments.deployment(of: "price")
        #expect(live?.traffic.variants.map(\.version) == [ReleaseWorkbench.green])
        #expect(try await bench.store.openRuns().isEmpty)
        try await Self.checkRecord(of: started.run.id, bench)
        try await Self.checkRecord(of: release.id, bench)
    }

    @Test func `a worse treatment is rejected, and control has everything again`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        bench.life.withLock { $0.treatmentContracts = 7 }
        let id = try await bench.desk.startExperiment(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let run = try await bench.pass(.days(15), tick: TimeSpan(microseconds: 21_600_000_000), of: id)
        #expect(run.outcome == "rejected")
        let live = try await bench.deployments.deployment(of: "price")
        #expect(live?.traffic.variants.map(\.version) == [ReleaseWorkbench.blue])
        try await Self.checkRecord(of: id, bench)
    }

    @Test func `a small win is held, and a person with a reason promotes it`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        bench.life.withLock { life in
            life.treatmentContracts = 10.4
            life.unitsPerDay = 2_000_000
        }
        let id = try await bench.desk.startExperiment(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let run = try await bench.pass(
            .days(10),
            tick: TimeSpan(microseconds: 21_600_000_000),
            of: id,
            until: { $0.phase == "awaiting-review" }
        )
        #expect(run.phase == "awaiting-review")
        let error = await #expect(throws: TrackingError.self) {
            try await bench.desk.promote(id, bench.author("ada"))
        }
        #expect(error?.code == .reasonRequired)
        let promoted = try await bench.desk.promote(id, bench.author("ada", "cheaper to run"))
        #expect(promoted.run.outcome == "promote")
        #expect(try await bench.store.openRuns().first?.run.kind == "release")
    }

    @Test func `errors during the watch give everything back in one tick`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        let id = try await bench.desk.startRelease(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let watched = try await bench.pass(
            .days(1),
            tick: .seconds(20),
            of: id,
            until: { run in
                if case .release(let state) = run { return state.phase == .observing && state.step == 1 }
                return false
            }
        )
        #expect(watched.phase == "observing")
        bench.life.withLock { life in
            life.errorRate = 0.2
            life.now = life.now + .seconds(20)
        }
        let runner = bench.runner()
        await runner.tick()
        await runner.tick()
        let run = try #require(try await bench.store.run(id)?.run)
        #expect(run.phase == "rolled-back")
        #expect(run.outcome?.contains("proven wrong") == true)
        let live = try await bench.deployments.deployment(of: "price")
        #expect(live?.traffic.variants.map(\.version) == [ReleaseWorkbench.blue])
        try await Self.checkRecord(of: id, bench)
    }

    @Test func `without traffic nothing passes, and the release goes back in the end`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        bench.life.withLock { $0.requestsPerSecond = 0 }
        let id = try await bench.desk.startRelease(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let waiting = try await bench.pass(TimeSpan(microseconds: 80_000_000_000), tick: .seconds(600), of: id)
        #expect(waiting.phase == "observing")
        let run = try await bench.pass(.days(1), tick: .seconds(600), of: id)
        #expect(run.phase == "rolled-back")
        #expect(run.outcome?.contains("no proof is no pass") == true)
    }

    @Test func `a wrong answer of the health check never takes traffic`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        bench.life.withLock { $0.answer = 3 }
        let plan = Self.plan { $0.health.file = "checks.jsonl" }
        let id = try await bench.desk.startRelease(plan, ReleaseWorkbench.green, bench.author("ada")).run.id
        let run = try await bench.pass(.days(1), tick: .seconds(1), of: id)
        #expect(run.phase == "rolled-back")
        let history = try await bench.deployments.history(of: "price", limit: 100)
        let shares = history.flatMap(\.traffic.variants).filter { $0.version == ReleaseWorkbench.green }.map(\.weight)
        #expect(shares.allSatisfy { $0 == 0 })
    }

    @Test func `what a person deploys by hand is left alone`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        let id = try await bench.desk.startRelease(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        try await bench.pass(.days(1), tick: .seconds(20), of: id, until: { $0.phase == "observing" })
        _ = try await bench.deployments.deploy(ReleaseWorkbench.blue, to: "price", bench.author("bob"))
        let before = try await bench.deployments.revision()
        let run = try await bench.pass(.days(1), tick: .seconds(20), of: id)
        #expect(run.phase == "rolled-back")
        #expect(run.outcome?.hasPrefix("bob set the endpoint's traffic") == true)
        #expect(try await bench.deployments.revision() == before)
    }

    @Test func `two processes carry one release out once`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        let id = try await bench.desk.startRelease(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let (first, second) = (bench.runner(), bench.runner())
        for _ in 0..<3_000 {
            if try await bench.store.run(id)?.run.isFinal ?? true { break }
            async let one = first.tick()
            async let two = second.tick()
            _ = await (one, two)
            bench.life.withLock { $0.now = $0.now + .seconds(60) }
        }
        #expect(try await bench.store.run(id)?.run.phase == "completed")
        let history = try await bench.deployments.history(of: "price", limit: 100)
        #expect(history.count == 5)
        #expect(try await bench.ledger.verify(anchor: nil).isIntact)
    }

    @Test func `an unmet item of the checklist is refused, and passes with a reason that the ledger keeps`()
        async throws
    {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        let plan = Self.plan { $0.checklist.experiment = .required }
        let error = await #expect(throws: TrackingError.self) {
            try await bench.desk.startRelease(plan, ReleaseWorkbench.green, bench.author("ada"))
        }
        #expect(error?.code == .releaseChecklistUnmet)
        #expect(error?.message.contains("--waive experiment=REASON") == true)
        let run = try await bench.desk.startRelease(
            plan,
            ReleaseWorkbench.green,
            waiving: [.experiment: "hotfix of a wrong unit"],
            bench.author("ada")
        )
        let entries = try await bench.ledger.newestEntries(of: run.run.subject, limit: 5)
        #expect(entries.contains { $0.actor == "ada" && $0.payload.contains("hotfix of a wrong unit") })
    }

    @Test func `another alpha would have decided otherwise, and says when`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        bench.life.withLock { $0.treatmentContracts = 12 }
        let id = try await bench.desk.startExperiment(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        try await bench.pass(.days(15), tick: TimeSpan(microseconds: 3_600_000_000), of: id)
        let subject = "experiment:\(id)"
        let records = try await bench.store.decisions(about: subject, after: 0, limit: 10_000).map(\.record)
        var strict = WhatIf()
        strict.improvementMinimum = 0.3
        let differences = try strict.differences(in: records)
        #expect(differences.map(\.record.verdict) == ["promote"])
        #expect(differences.first?.ruling.verdict == "hold")
        #expect(try WhatIf().differences(in: records).isEmpty)
    }

    @Test(arguments: MetadataKind.allCases)
    func `a person who rolls back is not kept from it by a release that moves on`(kind: MetadataKind) async throws {
        let bench = try ReleaseWorkbench(kind)
        try await bench.prepare()
        let id = try await bench.desk.startRelease(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let crowded = CrowdedReleaseStore(bench.store, others: 5)
        let aborted = try await bench.desk(over: crowded).abort(id, bench.author("ada", "wrong training set"))
        #expect(crowded.othersLeft == 0)
        #expect(aborted.run.phase == "rolling-back")
        let byAda = try await bench.store.decisions(about: aborted.run.subject, after: 0, limit: 100)
            .filter { $0.record.verdict == "abort" }
        #expect(byAda.count == 1)
        let run = try await bench.pass(.days(1), tick: .seconds(5), of: id)
        #expect(run.phase == "rolled-back")
        try await Self.checkRecord(of: id, bench)
    }

    @Test func `a change that others are always ahead of is given up with a reason`() async throws {
        let bench = try ReleaseWorkbench()
        try await bench.prepare()
        let id = try await bench.desk.startRelease(Self.plan(), ReleaseWorkbench.green, bench.author("ada")).run.id
        let crowded = CrowdedReleaseStore(bench.store, others: 1_000)
        let error = await #expect(throws: TrackingError.self) {
            try await bench.desk(over: crowded).abort(id, bench.author("ada"))
        }
        #expect(error?.code == .releaseChangedMeanwhile)
        #expect(error?.message.contains("20 times") == true)
    }
}
