package import MartletCore

/// Where a job stands.
package enum JobPhase: String, Sendable, Codable, CaseIterable {
    /// Waits for a process, or for an earlier job of the pipeline.
    case queued
    case running
    case succeeded
    case failed
    case cancelled

    /// Whether nothing follows unless a person retries it.
    package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

/// Where a step stands.
package enum StepPhase: String, Sendable, Codable, CaseIterable {
    /// Waits for steps it needs, for its turn, or for the wait after a failure to end.
    case waiting
    case running
    case succeeded
    case failed
    /// Not started, because a step it needs failed.
    case skipped
    case cancelled

    /// Whether nothing follows.
    package var isFinal: Bool { self != .waiting && self != .running }
}

/// One step of one job.
package struct StepState: Sendable, Hashable, Codable {
    package var phase = StepPhase.waiting
    /// Tries that ended or run; an interrupted one is not counted.
    package var tries = 0
    /// Starts, interrupted ones included: names what belongs to one start, such as its log.
    package var starts = 0
    package var interruptions = 0
    /// Not started before this.
    package var notBefore: EventTime?
    /// When the step started first, and last.
    package var firstStartedAt: EventTime?
    package var startedAt: EventTime?
    package var endedAt: EventTime?
    /// Why the last try failed, or why the step did not run.
    package private(set) var message: String?
    /// The same with its code and values; absent where nobody has other words for it.
    private var remark: Remark?
    /// What the step did, as its report says: rows, versions, hashes.
    package var result: [String: JSONValue] = [:]

    /// A step that has not started.
    package init() {}

    /// Why the last try failed, or why the step did not run, for readers of other languages.
    package var reason: Remark? { self.remark ?? self.message.map(Remark.init(said:)) }

    /// Notes why.
    mutating func note(_ reason: Remark?) {
        self.message = reason?.text
        self.remark = reason.flatMap { $0.code.isEmpty ? nil : $0 }
    }
}

/// One run of a pipeline.
package struct Job: Sendable, Hashable, Codable {
    package var id: String
    package var pipeline: String
    package var plan: JobPlan
    package var cause: JobCause
    package var createdAt: EventTime
    package var phase = JobPhase.queued
    package var startedAt: EventTime?
    package var endedAt: EventTime?
    /// In the order of the plan.
    package var steps: [StepState]
    /// Who wants it to end, and why.
    package var cancellation: Cancellation?

    /// Who ended a job, and why.
    package struct Cancellation: Sendable, Hashable, Codable {
        package var by: String
        package var at: EventTime
        package var reason: String?

        /// Says who and why.
        package init(by: String, at: EventTime, reason: String? = nil) {
            self.by = by
            self.at = at
            self.reason = reason
        }
    }

    /// A job that waits to be carried out.
    package init(id: String, pipeline: String, plan: JobPlan, cause: JobCause, createdAt: EventTime) {
        self.id = id
        self.pipeline = pipeline
        self.plan = plan
        self.cause = cause
        self.createdAt = createdAt
        self.steps = plan.steps.map { _ in StepState() }
    }

    /// The position of a step.
    package func index(of step: String) -> Int? { self.plan.steps.firstIndex { $0.name == step } }

    /// Why it failed, in one sentence; `nil` unless a step failed.
    package var failure: String? { self.failureRemark?.text }

    /// The same for readers of other languages.
    package var failureRemark: Remark? {
        zip(self.plan.steps, self.steps).first { $0.1.phase == .failed }
            .map { plan, state in
                guard let reason = state.reason else { return Remark("job.stepFailed", "step '\(plan.name)': failed") }
                return Remark("job.step", "step '\(plan.name)': \(reason)")
            }
    }

    /// Steps that succeeded, and all of them.
    package var progress: (done: Int, all: Int) {
        (self.steps.count { $0.phase == .succeeded }, self.steps.count)
    }
}
