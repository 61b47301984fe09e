package import MartletCore

/// One start of a step.
package struct StepOrder: Sendable, Hashable, Codable {
    package var job: Job
    /// The position of the step.
    package var index: Int
    package var lease: JobLease

    /// Asks for a step.
    package init(job: Job, index: Int, lease: JobLease) {
        self.job = job
        self.index = index
        self.lease = lease
    }

    /// The step.
    package var plan: StepPlan { self.job.plan.steps[self.index] }

    /// Names the step of this job, whatever try it is: equal for every start, so that a repeated effect is found.
    package var effect: String { "\(self.job.id)/\(self.plan.name)" }
}

/// What came of one start of a step.
package enum StepOutcome: Sendable, Hashable {
    /// It did its work; what its report says.
    case succeeded([String: JSONValue])
    /// It failed, for the reason given; `isFinal` when another try would fail as well.
    case failed(Remark, isFinal: Bool, result: [String: JSONValue])
    /// It was ended from outside.
    case ended
}

/// Carries out steps.
///
/// A step may be started again after a crash, and for a short time two processes may carry out the same start, so an
/// implementation sees to it that an effect that comes twice is one.
package protocol StepRunner: Sendable {
    /// Carries out one start, and returns when nothing of it runs any more.
    ///
    /// Cancelling the task ends the step.
    ///
    /// - Parameters:
    ///   - order: what to carry out.
    ///   - log: takes each line that the step writes, from any thread.
    /// - Returns: what came of it.
    func run(_ order: StepOrder, log: @escaping @Sendable (String) -> Void) async -> StepOutcome
}
