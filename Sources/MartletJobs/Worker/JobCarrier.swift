package import MartletCore

/// Carries one job out while its lease holds.
///
/// What happened is stored before anything follows from it: a start before the step runs, an end before the next step
/// starts. So whoever takes the job after a crash knows all that is done.
actor JobCarrier {
    /// How carrying a job ended.
    enum End: Sendable, Hashable {
        /// Nothing follows.
        case finished(JobPhase)
        /// It is given back: it waits, or this process ends.
        case givenBack
        /// Another process holds it now, or the store could not be reached for as long as the lease.
        case lost
    }

    private enum Event: Sendable {
        case look
        case ended(Int, StepOutcome)
    }

    private let store: any JobStore
    private let runner: any StepRunner
    private let timing: JobTiming
    private let now: @Sendable () -> EventTime
    private let chance: @Sendable () -> Double
    private let log: StepLog
    private var machine: JobMachine
    private var lease: JobLease
    private var prolongedAt: EventTime
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var ending: Set<Int> = []
    private var late: Set<Int> = []
    private var isUnsaved = false
    private let events: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation

    init(
        _ stored: StoredJob,
        _ lease: JobLease,
        store: any JobStore,
        runner: any StepRunner,
        timing: JobTiming,
        now: @escaping @Sendable () -> EventTime,
        chance: @escaping @Sendable () -> Double
    ) {
        self.machine = JobMachine(stored.job, pace: timing.pace)
        self.lease = lease
        self.prolongedAt = now()
        self.store = store
        self.runner = runner
        self.timing = timing
        self.now = now
        self.chance = chance
        self.log = StepLog(now: now)
        (self.events, self.continuation) = AsyncStream.makeStream()
    }

    /// Works until the job ends, is given back or is lost; cancelling the task gives it back.
    func carry() async -> End {
        self.machine.wasClaimed(at: self.now())
        self.isUnsaved = true
        let look = self.timing.look
        let ticker = Task { [continuation] in
            while !Task.isCancelled {
                continuation.yield(.look)
                try? await Task.sleep(for: look)
            }
        }
        var end: End?
        for await event in self.events {
            do throws(JobError) {
                end = try await self.handle(event)
            } catch  where error.code == .jobLeaseLost || error.code == .jobNotFound {
                end = .lost
            } catch {
                // The store may come back; without it the lease runs out by itself.
                if self.now() >= self.lease.until { end = .lost }
            }
            if end != nil { break }
        }
        ticker.cancel()
        await self.endTasks()
        if end == nil {
            // This process ends: whoever comes next need not wait for the lease.
            await Task { await self.giveBack() }.value
        }
        return end ?? .givenBack
    }

    // MARK: Events

    private func handle(_ event: Event) async throws(JobError) -> End? {
        if case .ended(let index, let outcome) = event { self.apply(outcome, of: index) }
        try await self.prolongIfDue()
        try await self.flush()
        try await self.save()
        return try await self.act()
    }

    private func apply(_ outcome: StepOutcome, of index: Int) {
        self.tasks[index] = nil
        self.ending.remove(index)
        let isLate = self.late.remove(index) != nil
        let moment = self.now()
        switch outcome {
        case .succeeded(let result): self.machine.stepDidSucceed(index, result, at: moment)
        case .failed(let reason, let isFinal, let result):
            self.machine.stepDidFail(
                index,
                reason,
                isFinal: isFinal,
                result: result,
                at: moment,
                chance: self.chance()
            )
        case .ended:
            if isLate {
                self.machine.stepDidTimeOut(index, at: moment, chance: self.chance())
            } else if self.machine.job.cancellation != nil {
                self.machine.stepDidStop(index, at: moment)
            } else {
                self.machine.stepWasInterrupted(index, at: moment)
            }
        }
        self.isUnsaved = true
    }

    private func prolongIfDue() async throws(JobError) {
        let moment = self.now()
        guard moment >= self.prolongedAt + self.timing.heartbeat else { return }
        var lease = self.lease
        lease.until = moment + self.timing.lease
        let cancellation = try await self.store.prolong(self.machine.job.id, lease)
        self.lease = lease
        self.prolongedAt = moment
        if let cancellation, self.machine.job.cancellation == nil {
            self.machine.cancel(cancellation)
            self.isUnsaved = true
        }
    }

    private func flush() async throws(JobError) {
        let lines = self.log.drain()
        guard !lines.isEmpty else { return }
        do throws(JobError) {
            try await self.store.append(lines, to: self.machine.job.id, self.lease)
        } catch {
            self.log.putBack(lines)
            throw error
        }
    }

    private func save() async throws(JobError) {
        guard self.isUnsaved else { return }
        try await self.store.save(self.machine.job, self.lease, keeping: true, notBefore: nil)
        self.isUnsaved = false
    }

    // MARK: Actions

    private func act() async throws(JobError) -> End? {
        for action in self.machine.actions(at: self.now()) {
            switch action {
            case .start(let index):
                guard self.tasks[index] == nil else { continue }
                let before = self.machine
                self.machine.stepDidStart(index, at: self.now())
                guard self.machine != before else { continue }
                do throws(JobError) {
                    try await self.store.save(self.machine.job, self.lease, keeping: true, notBefore: nil)
                } catch {
                    self.machine = before
                    throw error
                }
                self.launch(index)
            case .stop(let index): self.end(index)
            case .timeOut(let index):
                self.late.insert(index)
                self.end(index)
            }
        }
        if self.machine.job.phase.isFinal { return .finished(self.machine.job.phase) }
        let moment = self.now()
        if self.tasks.isEmpty, self.machine.isIdle(at: moment), let next = self.machine.nextChange(after: moment),
            next >= moment + self.timing.idle
        {
            try await self.store.save(self.machine.job, self.lease, keeping: false, notBefore: next)
            return .givenBack
        }
        return nil
    }

    private func launch(_ index: Int) {
        let order = StepOrder(job: self.machine.job, index: index, lease: self.lease)
        let (runner, log, continuation) = (self.runner, self.log, self.continuation)
        let (step, start) = (order.plan.name, order.job.steps[index].starts)
        self.tasks[index] = Task {
            let outcome = await runner.run(order) { log.take($0, step: step, start: start) }
            continuation.yield(.ended(index, outcome))
        }
    }

    private func end(_ index: Int) {
        guard self.ending.insert(index).inserted else { return }
        guard let task = self.tasks[index] else {
            // Nothing of it runs here: the machine knows a start that this process never made.
            self.continuation.yield(.ended(index, .ended))
            return
        }
        task.cancel()
    }

    private func endTasks() async {
        for task in self.tasks.values { task.cancel() }
        for task in self.tasks.values { await task.value }
        self.tasks = [:]
    }

    private func giveBack() async {
        let moment = self.now()
        for index in self.machine.job.steps.indices {
            self.machine.stepWasInterrupted(index, isOrderly: true, at: moment)
        }
        // When the store cannot be reached, the lease runs out by itself.
        try? await self.flush()
        try? await self.store.save(self.machine.job, self.lease, keeping: false, notBefore: nil)
    }
}

/// How fast a process that carries out jobs looks and answers.
package struct JobTiming: Sendable, Hashable {
    /// How long a process is trusted that does not answer.
    package var lease: TimeSpan
    /// How often it answers.
    package var heartbeat: TimeSpan
    /// How often it looks for what is new.
    package var look: Duration
    /// A wait longer than this gives the job back.
    package var idle: TimeSpan
    /// How many seconds of the clock pass in a real one.
    package let pace: Double

    /// A lease of 8 seconds, prolonged every two: a process that died is found within 10 seconds.
    ///
    /// Lease, heartbeat and idle time are real: on a clock that runs `pace` times as fast they are so much longer, and
    /// a process is trusted for as long as on any other. Every process of a store goes by one clock.
    package init(
        lease: TimeSpan = .seconds(8),
        heartbeat: TimeSpan = .seconds(2),
        look: Duration = .milliseconds(250),
        idle: TimeSpan = .seconds(5),
        pace: Double = 1
    ) {
        self.lease = lease.multiplied(by: pace)
        self.heartbeat = heartbeat.multiplied(by: pace)
        self.look = look
        self.idle = idle.multiplied(by: pace)
        self.pace = pace
    }
}
