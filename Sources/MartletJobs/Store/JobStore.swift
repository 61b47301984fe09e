package import MartletCore

/// A job as it is stored.
package struct StoredJob: Sendable, Hashable {
    package var job: Job
    /// Its place among all jobs; a job that began earlier has a smaller one.
    package var sequence: Int64
    /// The process that carries it out, and until when it is trusted to; `nil` when none does.
    package var lease: JobLease?

    /// Holds a job as stored.
    package init(job: Job, sequence: Int64, lease: JobLease?) {
        self.job = job
        self.sequence = sequence
        self.lease = lease
    }
}

/// The right of one process to carry out a job, until a moment.
package struct JobLease: Sendable, Hashable, Codable {
    /// Names the process.
    package var holder: String
    /// Grows with each process that took the job; a change by an older one is refused.
    package var token: Int64
    package var until: EventTime

    /// Names a right.
    package init(holder: String, token: Int64, until: EventTime) {
        self.holder = holder
        self.token = token
        self.until = until
    }
}

/// What asked for a job, so that the same thing asks once only.
package struct JobTick: Sendable, Hashable {
    /// The identity of the trigger, or `backfill`.
    package var trigger: String
    /// Names the event: the moment of a tick, a file's name and time, a commit.
    package var key: String
    /// The moment of a tick of a clock; `nil` for other events.
    ///
    /// A tick must be later than all before it.
    package var moment: EventTime?

    /// Names an event.
    package init(trigger: String, key: String, moment: EventTime? = nil) {
        self.trigger = trigger
        self.key = key
        self.moment = moment
    }
}

/// What came of asking for a job.
package enum JobCreation: Sendable, Hashable {
    case created(StoredJob)
    /// The same thing asked before; the job it began, unless that was left out.
    case repeated(String?)
    /// Left out by the pipeline's rule.
    case skipped(String)
}

/// One line that a step wrote.
package struct JobLogLine: Sendable, Hashable {
    /// Grows along the log of a job.
    package var sequence: Int64
    package var step: String
    /// The start of the step it belongs to, from 1.
    package var start: Int
    package var at: EventTime
    package var text: String

    /// Holds a line.
    package init(sequence: Int64 = 0, step: String, start: Int, at: EventTime, text: String) {
        self.sequence = sequence
        self.step = step
        self.start = start
        self.at = at
        self.text = text
    }
}

/// Which jobs are asked for.
package struct JobFilter: Sendable, Hashable {
    package var pipeline: String?
    package var phase: JobPhase?
    /// Only jobs before this one.
    package var before: Int64?
    package var limit: Int

    /// Narrows a list.
    package init(pipeline: String? = nil, phase: JobPhase? = nil, before: Int64? = nil, limit: Int = 50) {
        self.pipeline = pipeline
        self.phase = phase
        self.before = before
        self.limit = limit
    }
}

/// Keeps jobs, the processes that hold them, and what asked for them.
///
/// Every implementation keeps these rules, and `JobStoreContract` holds each one to them:
/// - A job is held by one process at a time; a change by one that held it before is refused.
/// - Of the jobs of a pipeline that have not ended only the first can be taken.
/// - An event begins a job once, whoever saw it and how often; a tick comes after all earlier ticks of its trigger.
/// - Nothing is forgotten: jobs and logs stay.
package protocol JobStore: Sendable {
    /// Stores a job, unless all of its ticks were seen before or the rule leaves it out.
    ///
    /// With `replace`, the pipeline's other jobs are cancelled in the same transaction. A tick of a clock that is left
    /// out is done with; other events may ask again.
    func create(_ job: Job, ticks: [JobTick], rule: ConcurrencyRule) async throws(JobError) -> JobCreation

    /// Returns a job, or `nil`.
    func job(_ id: String) async throws(JobError) -> StoredJob?

    /// Returns jobs, the newest first.
    func jobs(_ filter: JobFilter) async throws(JobError) -> [StoredJob]

    /// Takes the first job that waits, or whose process is gone.
    ///
    /// - Parameters:
    ///   - holder: names the process.
    ///   - now: the time.
    ///   - until: the end of the lease.
    ///   - only: the one job that is wanted; `nil` takes any.
    ///   - isGone: whether the process of that name is known to have ended; its lease is not waited for.
    /// - Returns: the job with its new lease; `nil` when there is none to take.
    /// - Throws: `job.storeFailed`.
    func claim(
        as holder: String,
        at now: EventTime,
        until: EventTime,
        only: String?,
        isGone: @escaping @Sendable (String) -> Bool
    ) async throws(JobError) -> StoredJob?

    /// Prolongs a lease.
    ///
    /// - Returns: who wants the job to end, if anybody does.
    /// - Throws: `job.leaseLost` when another process took the job.
    func prolong(_ id: String, _ lease: JobLease) async throws(JobError) -> Job.Cancellation?

    /// Stores a job that moved on.
    ///
    /// - Parameters:
    ///   - job: the job.
    ///   - lease: the right to change it.
    ///   - keeping: whether the process goes on with it; a job that ended is given back in any case.
    ///   - notBefore: when it is wanted next, for one that is given back.
    /// - Throws: `job.leaseLost` when another process took the job.
    func save(_ job: Job, _ lease: JobLease, keeping: Bool, notBefore: EventTime?) async throws(JobError)

    /// Asks for the end of a job; one that nobody carries out ends at once.
    ///
    /// - Throws: `job.notFound`; `job.wrongPhase` when it has ended.
    func cancel(_ id: String, _ cancellation: Job.Cancellation, at now: EventTime) async throws(JobError) -> StoredJob

    /// Queues a job again that failed or was cancelled.
    ///
    /// - Throws: `job.notFound`; `job.wrongPhase`.
    func retry(_ id: String, by actor: String, at now: EventTime) async throws(JobError) -> StoredJob

    /// Adds lines to a job's log.
    ///
    /// - Throws: `job.leaseLost` when another process took the job.
    func append(_ lines: [JobLogLine], to id: String, _ lease: JobLease) async throws(JobError)

    /// Returns lines of a log after `sequence`, the oldest first; `step` narrows them.
    func log(of id: String, step: String?, after sequence: Int64, limit: Int) async throws(JobError) -> [JobLogLine]

    /// Returns the newest tick of a clock, or the moment it was first seen, which is `now` when it was not seen before.
    func position(of trigger: String, in pipeline: String, at now: EventTime) async throws(JobError) -> EventTime

    /// Notes a tick that begins no job.
    func pass(_ tick: JobTick, in pipeline: String, at now: EventTime) async throws(JobError)

    /// Returns those of `keys` that the trigger saw before.
    func seen(_ keys: [String], by trigger: String, in pipeline: String) async throws(JobError) -> Set<String>
}
