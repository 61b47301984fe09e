package import MartletCore
package import MartletJobs

/// The rules every `JobStore` keeps.
package enum JobStoreContract {
    private static let start = EventTime(microseconds: 1_700_000_000_000_000)

    private static func job(_ id: String, of pipeline: String = "p") -> Job {
        Job(
            id: id,
            pipeline: pipeline,
            plan: JobPlan(steps: [StepPlan(name: "load", work: .ingest([]))]),
            cause: JobCause(.person, by: "ada", tick: Self.start),
            createdAt: Self.start
        )
    }

    private static func claim(
        _ store: any JobStore,
        as holder: String = "a",
        after seconds: Int64 = 0,
        only: String? = nil,
        gone: Set<String> = []
    ) async throws -> StoredJob? {
        let now = Self.start + .seconds(seconds)
        return try await store.claim(as: holder, at: now, until: now + .seconds(8), only: only) { gone.contains($0) }
    }

    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any JobStore) async throws -> [String] {
        var report = ContractReport()
        try await Self.leases(store, &report)
        try await Self.ticks(store, &report)
        try await Self.rules(store, &report)
        try await Self.logs(store, &report)
        return report.violations
    }

    private static func leases(_ store: any JobStore, _ report: inout ContractReport) async throws {
        _ = try await store.create(Self.job("j1"), ticks: [], rule: .queue)
        _ = try await store.create(Self.job("j2"), ticks: [], rule: .queue)
        let listed = try await store.jobs(JobFilter(pipeline: "p"))
        report.expect(listed.map(\.job.id) == ["j2", "j1"], "jobs are listed, the newest first")
        guard let first = try await Self.claim(store), let lease = first.lease else {
            report.expect(false, "a job that waits can be taken")
            return
        }
        report.expect(first.job == Self.job("j1"), "a job is read back as it was stored")
        report.expect(lease.token == 1, "the first process to hold a job has the token 1")
        report.expect(try await Self.claim(store, as: "b") == nil, "a held job and those behind it are not taken")
        report.expect(
            try await Self.claim(store, as: "b", after: 7) == nil,
            "a job is not taken while its lease holds"
        )
        var longer = lease
        longer.until = Self.start + .seconds(12)
        report.expect(try await store.prolong("j1", longer) == nil, "a lease is prolonged")
        report.expect(try await Self.claim(store, as: "b", after: 10) == nil, "a prolonged lease holds")
        let taken = try await Self.claim(store, as: "b", after: 13)
        report.expect(taken?.job.id == "j1" && taken?.lease?.token == 2, "a job is taken over when its lease ended")
        let early = try await Self.claim(store, as: "c", after: 14, gone: ["b"])
        report.expect(early?.lease?.token == 3, "a job of a process that is gone is taken over at once")
        guard let current = early?.lease else { return }
        await report.expect(job: .jobLeaseLost, "one that held the job before cannot change it") {
            try await store.save(Self.job("j1"), lease, keeping: true, notBefore: nil)
        }
        await report.expect(job: .jobLeaseLost, "one that held the job before cannot prolong its lease") {
            _ = try await store.prolong("j1", lease)
        }
        await report.expect(job: .jobLeaseLost, "one that held the job before cannot write its log") {
            try await store.append([JobLogLine(step: "load", start: 1, at: Self.start, text: "x")], to: "j1", lease)
        }
        try await store.save(first.job, current, keeping: false, notBefore: Self.start + .seconds(60))
        report.expect(
            try await Self.claim(store, after: 59) == nil,
            "a job that waits for a moment is not taken before"
        )
        guard let again = try await Self.claim(store, after: 60), let held = again.lease else {
            report.expect(false, "a job is taken at the moment it waits for")
            return
        }
        try await Self.endings(store, of: again.job, held, &report)
    }

    /// What becomes of `job`, held by `held`, and of the one behind it.
    private static func endings(
        _ store: any JobStore,
        of job: Job,
        _ held: JobLease,
        _ report: inout ContractReport
    ) async throws {
        var machine = JobMachine(job)
        machine.wasClaimed(at: Self.start)
        machine.stepDidStart(0, at: Self.start)
        machine.stepDidSucceed(0, ["rows": 3], at: Self.start)
        try await store.save(machine.job, held, keeping: true, notBefore: nil)
        let ended = try await store.job("j1")
        report.expect(ended?.job == machine.job && ended?.lease == nil, "a job that ended is held by nobody")
        let next = try await Self.claim(store, after: 61, only: "j2")
        report.expect(next?.job.id == "j2", "when the first ended, the next can be taken")
        await report.expect(job: .jobWrongPhase, "a job that succeeded cannot be retried") {
            _ = try await store.retry("j1", by: "ada", at: Self.start)
        }
        let cancellation = Job.Cancellation(by: "ada", at: Self.start, reason: "enough")
        let asked = try await store.cancel("j2", cancellation, at: Self.start)
        report.expect(!asked.job.phase.isFinal, "a job that is carried out is only asked to end")
        guard let holding = next?.lease else { return }
        report.expect(try await store.prolong("j2", holding) == cancellation, "its process is told who asks")
        var stopped = JobMachine(asked.job)
        stopped.wasClaimed(at: Self.start)
        try await store.save(stopped.job, holding, keeping: true, notBefore: nil)
        let retried = try await store.retry("j2", by: "ada", at: Self.start)
        report.expect(retried.job.phase == .queued && retried.job.cancellation == nil, "a cancelled job is retried")
        _ = try await store.cancel("j2", cancellation, at: Self.start)
        let done = try await store.job("j2")
        report.expect(done?.job.phase == .cancelled, "a job that nobody carries out ends at once")
        await report.expect(job: .jobNotFound, "a job that never was cannot be cancelled") {
            _ = try await store.cancel("j9", cancellation, at: Self.start)
        }
    }

    private static func ticks(_ store: any JobStore, _ report: inout ContractReport) async throws {
        let seen = try await store.position(of: "daily", in: "t", at: Self.start)
        report.expect(seen == Self.start, "a clock starts when it is first seen")
        let later = try await store.position(of: "daily", in: "t", at: Self.start + .days(1))
        report.expect(later == Self.start, "a clock is first seen once")
        let tick = JobTick(trigger: "daily", key: "two", moment: Self.start + .days(2))
        guard case .created = try await store.create(Self.job("t1", of: "t"), ticks: [tick], rule: .queue) else {
            report.expect(false, "a tick begins a job")
            return
        }
        let repeated = try await store.create(Self.job("t2", of: "t"), ticks: [tick], rule: .queue)
        report.expect(repeated == .repeated("t1"), "the same tick begins nothing, and names its job")
        let earlier = JobTick(trigger: "daily", key: "one", moment: Self.start + .days(1))
        let behind = try await store.create(Self.job("t3", of: "t"), ticks: [earlier], rule: .queue)
        report.expect(behind == .repeated(nil), "a tick before the newest begins nothing")
        let position = try await store.position(of: "daily", in: "t", at: Self.start)
        report.expect(position == Self.start + .days(2), "the position of a clock is its newest tick")
        try await store.pass(
            JobTick(trigger: "daily", key: "x", moment: Self.start + .days(3)),
            in: "t",
            at: Self.start
        )
        let passed = try await store.position(of: "daily", in: "t", at: Self.start)
        report.expect(passed == Self.start + .days(3), "a tick that begins no job is done with as well")
        let files = ["a.csv", "b.csv"].map { JobTick(trigger: "file", key: $0) }
        _ = try await store.create(Self.job("t4", of: "t"), ticks: [files[0]], rule: .queue)
        guard case .created = try await store.create(Self.job("t5", of: "t"), ticks: files, rule: .queue) else {
            report.expect(false, "one new event among known ones begins a job")
            return
        }
        let known = try await store.seen(["a.csv", "b.csv", "c.csv"], by: "file", in: "t")
        report.expect(known == ["a.csv", "b.csv"], "events that were seen are known")
        let other = try await store.seen(["a.csv"], by: "file", in: "other")
        report.expect(other == [], "pipelines do not share events")
    }

    private static func rules(_ store: any JobStore, _ report: inout ContractReport) async throws {
        _ = try await store.create(Self.job("r1", of: "r"), ticks: [], rule: .queue)
        let tick = JobTick(trigger: "daily", key: "one", moment: Self.start)
        let file = JobTick(trigger: "file", key: "a.csv")
        let ticks = [tick, file]
        guard case .skipped = try await store.create(Self.job("r2", of: "r"), ticks: ticks, rule: .skip) else {
            report.expect(false, "skip leaves a job out while another goes on")
            return
        }
        let position = try await store.position(of: "daily", in: "r", at: Self.start + .days(9))
        report.expect(position == Self.start, "a tick that was left out is done with")
        let seen = try await store.seen(["a.csv"], by: "file", in: "r")
        report.expect(seen.isEmpty, "an event that was left out may ask again")
        _ = try await store.create(Self.job("r3", of: "r"), ticks: [], rule: .replace)
        let replaced = try await store.job("r1")
        report.expect(replaced?.job.phase == .cancelled, "replace cancels the job before")
        let taken = try await Self.claim(store, only: "r3")
        report.expect(taken?.job.id == "r3", "and the new one goes on")
    }

    private static func logs(_ store: any JobStore, _ report: inout ContractReport) async throws {
        _ = try await store.create(Self.job("l1", of: "l"), ticks: [], rule: .queue)
        guard let lease = try await Self.claim(store, only: "l1")?.lease else {
            report.expect(false, "the only job of a pipeline can be taken")
            return
        }
        let lines = (1...600)
            .map { JobLogLine(step: $0 % 2 == 0 ? "even" : "odd", start: 1, at: Self.start, text: "line \($0) é\u{0}") }
        try await store.append(lines, to: "l1", lease)
        let all = try await store.log(of: "l1", step: nil, after: 0, limit: 1_000)
        report.expect(all.count == 600 && all[0].text.hasPrefix("line 1 "), "a log keeps its lines in their order")
        let rest = try await store.log(of: "l1", step: "even", after: all[299].sequence, limit: 10)
        report.expect(
            rest.count == 10 && rest.allSatisfy { $0.step == "even" } && rest[0].text.hasPrefix("line 302 "),
            "a log is read on from a line, and by step"
        )
    }
}

extension ContractReport {
    /// Notes `rule` as broken unless `body` throws a job error of `code`.
    package mutating func expect(job code: ErrorCode, _ rule: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            self.expect(false, "\(rule): nothing was thrown")
        } catch let error as JobError {
            self.expect(error.code == code, "\(rule): \(error.code) was thrown")
        } catch {
            self.expect(false, "\(rule): \(type(of: error)) was thrown")
        }
    }
}
