package import MartletCore

/// Takes jobs and carries them out, as many at a time as it may.
///
/// Several processes do so on one store; each job is held by one of them.
package actor JobWorker {
    /// What the worker has to say to the one who runs it.
    package enum Report: Sendable, Hashable {
        case began(Job)
        case ended(Job)
        /// A job went to another process.
        case lost(String)
        /// Something cannot be done for now, for the reason given; it is tried again.
        case stuck(String)
        /// What was stuck goes on.
        case recovered
    }

    /// One taking of a job.
    ///
    /// After a stall longer than its lease a process may take its own job again, under a new token.
    private struct Hold: Hashable {
        let job: String
        let token: Int64
    }

    private let store: any JobStore
    private let runner: any StepRunner
    private let scheduler: JobScheduler?
    private let holder: String
    private let limit: Int
    private let timing: JobTiming
    private let now: @Sendable () -> EventTime
    private let chance: @Sendable () -> Double
    private let isGone: @Sendable (String) -> Bool
    private let report: @Sendable (Report) -> Void
    private var carrying: [Hold: Task<Void, Never>] = [:]
    private var obstacle: String?

    /// Puts the parts together; nothing starts.
    ///
    /// - Parameters:
    ///   - store: holds the jobs.
    ///   - runner: carries out steps.
    ///   - scheduler: begins jobs; `nil` leaves that to other processes.
    ///   - holder: names this process.
    ///   - limit: the most jobs at a time.
    ///   - timing: how fast it looks and answers.
    ///   - now: the time.
    ///   - chance: draws from 0 up to 1.
    ///   - isGone: whether the process of that name is known to have ended.
    ///   - report: told what happens.
    package init(
        store: any JobStore,
        runner: any StepRunner,
        scheduler: JobScheduler?,
        holder: String,
        limit: Int,
        timing: JobTiming = JobTiming(),
        now: @escaping @Sendable () -> EventTime,
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        isGone: @escaping @Sendable (String) -> Bool = { _ in false },
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.store = store
        self.runner = runner
        self.scheduler = scheduler
        self.holder = holder
        self.limit = limit
        self.timing = timing
        self.now = now
        self.chance = chance
        self.isGone = isGone
        self.report = report
    }

    /// Works until the task is cancelled; then steps are ended and their jobs given back.
    ///
    /// - Parameter only: the one job to carry out; the call returns when it ended or went to another process.
    package func run(only: String? = nil) async {
        while !Task.isCancelled {
            do throws(JobError) {
                if only == nil { try await self.scheduler?.tick() }
                while self.carrying.count < self.limit, !Task.isCancelled, try await self.claim(only) {}
                if self.obstacle != nil {
                    self.obstacle = nil
                    self.report(.recovered)
                }
            } catch {
                if self.obstacle != error.message { self.report(.stuck(error.message)) }
                self.obstacle = error.message
            }
            if let only, self.carrying.isEmpty {
                let stored = try? await self.store.job(only)
                if stored?.job.phase.isFinal ?? false { return }
            }
            try? await Task.sleep(for: self.timing.look)
        }
        let tasks = Array(self.carrying.values)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Begins what is due and carries out what can be taken now, until nothing of it is left.
    ///
    /// Returns while jobs may still wait for a later moment; for a caller that moves the clock itself.
    ///
    /// - Returns: how many times a job was taken.
    /// - Throws: what the store throws.
    package func runDue() async throws(JobError) -> Int {
        try await self.scheduler?.tick()
        var count = 0
        while !Task.isCancelled {
            while self.carrying.count < self.limit, try await self.claim(nil) { count += 1 }
            guard let (_, task) = self.carrying.first else { break }
            await task.value
        }
        return count
    }

    /// Works, without beginning jobs, until no job is left but those of other processes.
    package func runUntilIdle() async {
        while !Task.isCancelled {
            while self.carrying.count < self.limit, let isTaken = try? await self.claim(nil), isTaken {}
            if let (_, task) = self.carrying.first {
                await task.value
            } else if await self.isIdle() {
                return
            } else {
                try? await Task.sleep(for: self.timing.look)
            }
        }
    }

    /// Whether every job that has not ended is carried out by another process; a store that does not answer is no yes.
    private func isIdle() async -> Bool {
        let moment = self.now()
        for phase in [JobPhase.queued, .running] {
            guard let jobs = try? await self.store.jobs(JobFilter(phase: phase, limit: 1_000)) else { return false }
            let elsewhere = jobs.filter { stored in
                stored.lease.map { $0.until > moment && $0.holder != self.holder } ?? false
            }
            let held = Set(elsewhere.map(\.job.pipeline))
            if jobs.contains(where: { !held.contains($0.job.pipeline) }) { return false }
        }
        return true
    }

    private func claim(_ only: String?) async throws(JobError) -> Bool {
        let moment = self.now()
        let stored = try await self.store.claim(
            as: self.holder,
            at: moment,
            until: moment + self.timing.lease,
            only: only,
            isGone: self.isGone
        )
        guard let stored, let lease = stored.lease else { return false }
        let carrier = JobCarrier(
            stored,
            lease,
            store: self.store,
            runner: self.runner,
            timing: self.timing,
            now: self.now,
            chance: self.chance
        )
        let hold = Hold(job: stored.job.id, token: lease.token)
        if stored.job.phase == .queued { self.report(.began(stored.job)) }
        self.carrying[hold] = Task {
            let end = await carrier.carry()
            await self.didCarry(hold, end)
        }
        return true
    }

    private func didCarry(_ hold: Hold, _ end: JobCarrier.End) async {
        self.carrying[hold] = nil
        switch end {
        case .finished:
            if let stored = try? await self.store.job(hold.job) { self.report(.ended(stored.job)) }
        case .givenBack: break
        case .lost: self.report(.lost(hold.job))
        }
    }
}
