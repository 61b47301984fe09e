import Foundation
import MartletCore
import MartletJobs
import MartletStores
import MartletTesting
import MartletTracking
import Synchronization
import Testing

/// Workers on a real store; the steps are counted and do nothing else.
struct JobWorkerTests {
    /// Counts the starts of each step.
    final class Counter: StepRunner {
        let starts = Mutex<[String: Int]>([:])
        let outcome: StepOutcome

        init(_ outcome: StepOutcome = .succeeded(["rows": 7])) { self.outcome = outcome }

        func run(_ order: StepOrder, log: @escaping @Sendable (String) -> Void) async -> StepOutcome {
            log("try \(order.job.steps[order.index].tries) of \(order.effect)")
            self.starts.withLock { $0[order.effect, default: 0] += 1 }
            return self.outcome
        }
    }

    /// A lease that a busy test machine cannot outlast.
    private static let timing = JobTiming(lease: .seconds(3_600), look: .milliseconds(5))

    private func pipeline(_ name: String, tries: Int = 3) -> Pipeline {
        let rule = RetryRule(tries: tries, first: .seconds(0), longest: .seconds(0))
        return Pipeline(
            name: name,
            steps: [
                StepPlan(name: "load", work: .ingest([]), retries: rule),
                StepPlan(name: "train", needs: ["load"], work: .train("price"), retries: rule),
            ]
        )
    }

    private func desk(_ store: any JobStore) -> JobDesk {
        JobDesk(store: store, newID: { "j" + RunID.random().description.prefix(10) }, now: { .now })
    }

    private func worker(
        _ store: any JobStore,
        _ runner: any StepRunner,
        _ name: String,
        timing: JobTiming = Self.timing,
        now: @escaping @Sendable () -> EventTime = { .now }
    ) -> JobWorker {
        JobWorker(
            store: store,
            runner: runner,
            scheduler: nil,
            holder: name,
            limit: 3,
            timing: timing,
            now: now,
            isGone: { $0 == "dead" }
        )
    }

    @Test(arguments: MetadataKind.allCases)
    func `workers share jobs, and each step is done once`(kind: MetadataKind) async throws {
        let store = SQLJobStore(try kind.open())
        let desk = self.desk(store)
        for number in 1...20 { _ = try await desk.begin(self.pipeline("p\(number % 7)"), by: "ada") }
        let counter = Counter()
        let workers = ["a", "b", "c"].map { self.worker(store, counter, $0) }
        while try await store.jobs(JobFilter(limit: 50)).contains(where: { !$0.job.phase.isFinal }) {
            await withTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { await worker.runUntilIdle() } }
            }
        }
        let jobs = try await store.jobs(JobFilter(limit: 50))
        #expect(jobs.count == 20)
        #expect(jobs.allSatisfy { $0.job.phase == .succeeded && $0.lease == nil })
        let starts = counter.starts.withLock { $0 }
        #expect(starts.count == 40)
        #expect(starts.values.allSatisfy { $0 == 1 })
        let log = try await store.log(of: jobs[0].job.id, step: "train", after: 0, limit: 10)
        #expect(log.map(\.text) == ["try 1 of \(jobs[0].job.id)/train"])
    }

    @Test func `what is due is carried out, and a wait ends only when the clock is moved`() async throws {
        let store = SQLJobStore(try MetadataKind.sqlite.open())
        let clock = Mutex(EventTime(microseconds: 1_000_000_000_000))
        let now: @Sendable () -> EventTime = { clock.withLock { $0 } }
        let rule = RetryRule(tries: 2, first: .seconds(60), longest: .seconds(60))
        let pipeline = Pipeline(name: "p", steps: [StepPlan(name: "load", work: .ingest([]), retries: rule)])
        let desk = JobDesk(store: store, newID: { "j1" }, now: now)
        _ = try await desk.begin(pipeline, by: "ada")
        let counter = Counter(.failed("no answer", isFinal: false, result: [:]))
        let timing = JobTiming(look: .milliseconds(5), idle: .seconds(0))
        let worker = JobWorker(
            store: store,
            runner: counter,
            scheduler: nil,
            holder: "a",
            limit: 1,
            timing: timing,
            now: now,
            chance: { 0.5 }
        )
        #expect(try await worker.runDue() == 1)
        #expect(try await worker.runDue() == 0)
        #expect(try await store.job("j1")?.job.phase == .running)
        clock.withLock { $0 = $0 + .seconds(30) }
        #expect(try await worker.runDue() == 1)
        #expect(try await store.job("j1")?.job.phase == .failed)
        #expect(counter.starts.withLock { $0 } == ["j1/load": 2])
    }

    @Test func `what a dead process left is begun anew and keeps what was done`() async throws {
        let store = SQLJobStore(try MetadataKind.sqlite.open())
        let stored = try await self.desk(store).begin(self.pipeline("p"), by: "ada")
        let now = EventTime.now
        let claimed = try await store.claim(as: "dead", at: now, until: now + .days(1), only: nil) { _ in false }
        let lease = try #require(claimed?.lease)
        var machine = JobMachine(stored.job)
        machine.wasClaimed(at: now)
        machine.stepDidStart(0, at: now)
        machine.stepDidSucceed(0, ["rows": 1], at: now)
        machine.stepDidStart(1, at: now)
        try await store.save(machine.job, lease, keeping: true, notBefore: nil)
        let counter = Counter()
        await self.worker(store, counter, "b").runUntilIdle()
        let job = try #require(try await store.job(stored.job.id)).job
        #expect(job.phase == .succeeded)
        #expect(job.steps.map(\.interruptions) == [0, 1])
        #expect(job.steps[0].result["rows"] == 1)
        #expect(counter.starts.withLock { $0 } == ["\(job.id)/train": 1])
    }

    @Test func `a process that stalls past its lease takes its own job again, and stays until it ended`() async throws {
        let store = SQLJobStore(try MetadataKind.sqlite.open())
        let stored = try await self.desk(store).begin(self.pipeline("p"), by: "ada")
        let start = EventTime.now
        let calls = Mutex(0)
        let now: @Sendable () -> EventTime = {
            start
                + .seconds(
                    10
                        * Int64(
                            min(
                                calls.withLock {
                                    $0 += 1
                                    return $0
                                },
                                6
                            )
                        )
                )
        }
        let counter = Counter()
        await self.worker(store, counter, "a", timing: JobTiming(look: .milliseconds(5)), now: now).runUntilIdle()
        let job = try #require(try await store.job(stored.job.id))
        #expect(job.job.phase == .succeeded)
        #expect(job.lease == nil)
    }

    @Test func `a step that goes on failing is tried as often as its rule says`() async throws {
        let store = SQLJobStore(try MetadataKind.sqlite.open())
        let stored = try await self.desk(store).begin(self.pipeline("p", tries: 4), by: "ada")
        let counter = Counter(.failed("no network", isFinal: false, result: [:]))
        await self.worker(store, counter, "a").runUntilIdle()
        let job = try #require(try await store.job(stored.job.id)).job
        #expect(job.phase == .failed)
        #expect(job.failure == "step 'load': no network")
        #expect(job.steps.map(\.phase) == [.failed, .skipped])
        #expect(counter.starts.withLock { $0["\(job.id)/load"] } == 4)
    }

    @Test(arguments: MetadataKind.allCases)
    func `missed ticks begin one job, whoever looks and how often`(kind: MetadataKind) async throws {
        let store = SQLJobStore(try kind.open())
        let clock = Mutex(try #require(EventTime(iso8601: "2026-11-20T00:00:00Z")))
        let now: @Sendable () -> EventTime = { clock.withLock { $0 } }
        var pipeline = self.pipeline("nightly")
        pipeline.triggers = [.cron(try CronExpression("0 2 * * *"), try #require(.init(identifier: "Asia/Seoul")))]
        let pipelines = [pipeline]
        let schedulers = (0..<3)
            .map { _ in
                JobScheduler(
                    store: store,
                    desk: JobDesk(store: store, newID: { "j" + RunID.random().description.prefix(10) }, now: now),
                    watch: NothingToSee(),
                    pipelines: { pipelines },
                    now: now
                )
            }
        func tick() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for scheduler in schedulers { group.addTask { try await scheduler.tick() } }
                try await group.waitForAll()
            }
        }
        try await tick()
        #expect(try await store.jobs(JobFilter()).isEmpty)
        clock.withLock { $0 = $0 + .days(4) }
        for _ in 0..<5 { try await tick() }
        let jobs = try await store.jobs(JobFilter())
        #expect(jobs.count == 1)
        #expect(jobs.first?.job.cause.tick.description == "2026-11-23T17:00:00Z")
        #expect(jobs.first?.job.cause.date == "2026-11-24")
        #expect(jobs.first?.job.cause.missed == 3)
        clock.withLock { $0 = $0 + .days(1) }
        for _ in 0..<5 { try await tick() }
        #expect(try await store.jobs(JobFilter()).count == 2)
    }

    /// No files and no branches.
    struct NothingToSee: TriggerWatch {
        func files(matching pattern: String) async -> [WatchedFile] { [] }
        func head(of branch: String, in repository: String) async throws(JobError) -> String {
            throw JobError(.jobInvalid, "there is no repository")
        }
    }

    @Test(arguments: MetadataKind.allCases)
    func `a step of a job registers one version, however often it is done`(kind: MetadataKind) async throws {
        let registry = SQLModelRegistry(try kind.open())
        let author = Attribution(by: "ada", at: .now)
        let version = { (effect: String?) in
            var tags: [String: String] = [:]
            tags[NewModelVersion.effectTag] = effect
            return NewModelVersion(
                model: "price",
                runID: nil,
                source: "file:///m",
                stage: .staging,
                description: "",
                tags: tags
            )
        }
        let first = try await registry.register(version("j1/train"), author).id
        let again = try await registry.register(version("j1/train"), author).id
        let other = try await registry.register(version("j2/train"), author).id
        let byHand = try await registry.register(version(nil), author).id
        let numbers: [Int] = [first, again, other, byHand].map(\.number)
        #expect(numbers == [1, 1, 2, 3])
    }
}
