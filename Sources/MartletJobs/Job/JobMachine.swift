package import MartletCore

/// What is to be done for a job next.
package enum JobAction: Sendable, Hashable {
    /// Start the step at this position.
    case start(Int)
    /// End what runs of the step at this position; then say `JobMachine/stepDidStop(_:at:)`.
    case stop(Int)
    /// End what runs of the step at this position, which took too long; then say `JobMachine/stepDidTimeOut(_:at:chance:)`.
    case timeOut(Int)
}

/// How a job goes on: a pure function of what happened.
///
/// Every event that does not fit where the job stands changes nothing, so that an answer that comes twice or too late
/// does no harm.
package struct JobMachine: Sendable, Hashable {
    /// The job as it stands.
    package private(set) var job: Job
    private let pace: Double

    /// Goes on from `job`.
    ///
    /// `pace` is how many seconds of the clock pass in a real one: work takes real time, so timeouts are real too.
    package init(_ job: Job, pace: Double = 1) {
        self.job = job
        self.pace = pace
    }

    // MARK: What to do

    /// What is to be done at `moment`, in the order of the plan.
    package func actions(at moment: EventTime) -> [JobAction] {
        guard self.job.phase == .running else { return [] }
        let running = self.job.steps.indices.filter { self.job.steps[$0].phase == .running }
        if self.job.cancellation != nil { return running.map { .stop($0) } }
        let late = running.filter { index in
            guard let start = self.job.steps[index].startedAt else { return false }
            return moment >= start + self.job.plan.steps[index].timeout.multiplied(by: self.pace)
        }
        let free = max(0, self.job.plan.parallel - running.count)
        return late.map { .timeOut($0) } + self.ready(at: moment).prefix(free).map { .start($0) }
    }

    /// The next moment at which ``actions(at:)`` changes by itself; `nil` when only an event changes it.
    package func nextChange(after moment: EventTime) -> EventTime? {
        guard self.job.phase == .running else { return nil }
        return zip(self.job.plan.steps, self.job.steps)
            .compactMap { plan, state -> EventTime? in
                switch state.phase {
                case .running: state.startedAt.map { $0 + plan.timeout.multiplied(by: self.pace) }
                case .waiting: state.notBefore
                default: nil
                }
            }
            .filter { $0 > moment }
            .min()
    }

    /// Whether no step runs or could start at `moment`, so that the process may turn to something else.
    package func isIdle(at moment: EventTime) -> Bool {
        self.job.phase == .running && self.job.steps.allSatisfy { $0.phase != .running }
            && self.ready(at: moment).isEmpty
    }

    private func ready(at moment: EventTime) -> [Int] {
        self.job.steps.indices.filter { index in
            let state = self.job.steps[index]
            return state.phase == .waiting && moment >= state.notBefore ?? moment
                && self.job.plan.steps[index].needs
                    .allSatisfy { need in
                        self.job.index(of: need).map { self.job.steps[$0].phase == .succeeded } ?? true
                    }
        }
    }

    // MARK: The job

    /// A process took the job: what ran elsewhere was interrupted there.
    package mutating func wasClaimed(at moment: EventTime) {
        guard !self.job.phase.isFinal else { return }
        self.job.phase = .running
        self.job.startedAt = self.job.startedAt ?? moment
        for index in self.job.steps.indices where self.job.steps[index].phase == .running {
            self.stepWasInterrupted(index, at: moment)
        }
        self.settle(at: moment)
    }

    /// Somebody wants the job to end.
    package mutating func cancel(_ cancellation: Job.Cancellation) {
        guard !self.job.phase.isFinal, self.job.cancellation == nil else { return }
        self.job.cancellation = cancellation
        self.settle(at: cancellation.at)
    }

    /// A person wants what failed or was cancelled to be done again.
    ///
    /// Steps that succeeded stay as they are.
    ///
    /// - Throws: `job.wrongPhase` unless the job failed or was cancelled.
    package mutating func retry() throws(JobError) {
        guard self.job.phase == .failed || self.job.phase == .cancelled else {
            let advice =
                self.job.phase.isFinal ? "start a new one with `martlet jobs run`" : "wait for it, or cancel it"
            throw JobError(
                .jobWrongPhase,
                "job \(self.job.id) is \(self.job.phase.rawValue) and cannot be retried; \(advice)"
            )
        }
        self.job.phase = .queued
        self.job.endedAt = nil
        self.job.cancellation = nil
        for index in self.job.steps.indices where self.job.steps[index].phase != .succeeded {
            let starts = self.job.steps[index].starts
            self.job.steps[index] = StepState()
            self.job.steps[index].starts = starts
        }
    }

    // MARK: Steps

    /// The step started.
    package mutating func stepDidStart(_ index: Int, at moment: EventTime) {
        guard self.job.phase == .running, self.job.cancellation == nil, self.ready(at: moment).contains(index),
            self.job.steps.count(where: { $0.phase == .running }) < self.job.plan.parallel
        else { return }
        self.job.steps[index].phase = .running
        self.job.steps[index].tries += 1
        self.job.steps[index].starts += 1
        self.job.steps[index].firstStartedAt = self.job.steps[index].firstStartedAt ?? moment
        self.job.steps[index].startedAt = moment
        self.job.steps[index].notBefore = nil
        self.job.steps[index].note(nil)
    }

    /// The step did its work.
    package mutating func stepDidSucceed(_ index: Int, _ result: [String: JSONValue], at moment: EventTime) {
        guard self.isRunning(index) else { return }
        self.end(index, .succeeded, nil, at: moment)
        self.job.steps[index].result = result
        self.settle(at: moment)
    }

    /// The step failed; it is tried again when its rule allows and `isFinal` is not set.
    ///
    /// `chance`, from 0 up to 1, says how much of the longest wait is waited.
    package mutating func stepDidFail(
        _ index: Int,
        _ reason: Remark,
        isFinal: Bool,
        result: [String: JSONValue] = [:],
        at moment: EventTime,
        chance: Double
    ) {
        guard self.isRunning(index) else { return }
        let rule = self.job.plan.steps[index].retries
        let tries = self.job.steps[index].tries
        self.job.steps[index].result = result
        if isFinal || tries >= rule.tries || self.job.cancellation != nil {
            self.end(index, self.job.cancellation == nil ? .failed : .cancelled, reason, at: moment)
        } else {
            self.job.steps[index].phase = .waiting
            self.job.steps[index].note(reason)
            self.job.steps[index].notBefore = moment + rule.wait(afterTry: tries, chance: chance)
        }
        self.settle(at: moment)
    }

    /// The step took longer than it may, and was ended.
    package mutating func stepDidTimeOut(_ index: Int, at moment: EventTime, chance: Double) {
        guard self.isRunning(index) else { return }
        let limit = self.job.plan.steps[index].timeout
        self.stepDidFail(
            index,
            Remark("step.timeout", "it took longer than its timeout of \(limit) and was ended"),
            isFinal: false,
            at: moment,
            chance: chance
        )
    }

    /// The step was ended because the job was cancelled.
    package mutating func stepDidStop(_ index: Int, at moment: EventTime) {
        guard self.isRunning(index), self.job.cancellation != nil else { return }
        self.end(index, .cancelled, nil, at: moment)
        self.settle(at: moment)
    }

    /// The process that ran the step ended, in order or not; the step starts anew and loses no try.
    ///
    /// With `isOrderly` the process ended the step itself, which is not counted.
    package mutating func stepWasInterrupted(_ index: Int, isOrderly: Bool = false, at moment: EventTime) {
        guard self.isRunning(index) else { return }
        if !isOrderly { self.job.steps[index].interruptions += 1 }
        self.job.steps[index].tries -= 1
        let (count, limit) = (self.job.steps[index].interruptions, self.job.plan.interruptions)
        if self.job.cancellation != nil {
            self.end(index, .cancelled, nil, at: moment)
        } else if count > limit {
            let reason = Remark(
                "step.lost",
                "its process ended \(count) times before the step did; see its log, and whether memory was enough"
            )
            self.end(index, .failed, reason, at: moment)
        } else {
            self.job.steps[index].phase = .waiting
            let reason = Remark("step.interrupted", "interrupted: the process that ran it ended")
            self.job.steps[index].note(reason)
        }
        self.settle(at: moment)
    }

    // MARK: Settling

    private func isRunning(_ index: Int) -> Bool {
        self.job.steps.indices.contains(index) && self.job.phase == .running
            && self.job.steps[index].phase == .running
    }

    private mutating func end(_ index: Int, _ phase: StepPhase, _ reason: Remark?, at moment: EventTime) {
        self.job.steps[index].phase = phase
        self.job.steps[index].note(reason)
        self.job.steps[index].endedAt = moment
        self.job.steps[index].notBefore = nil
    }

    /// Draws what follows: steps that cannot come any more, and the end of the job.
    private mutating func settle(at moment: EventTime) {
        if self.job.cancellation != nil {
            for index in self.job.steps.indices where self.job.steps[index].phase == .waiting {
                self.end(index, .cancelled, nil, at: moment)
            }
        }
        var isChanging = true
        while isChanging {
            isChanging = false
            for index in self.job.steps.indices where self.job.steps[index].phase == .waiting {
                let plan = self.job.plan.steps[index]
                let lost = plan.needs.first { need in
                    guard let other = self.job.index(of: need) else { return false }
                    return [.failed, .skipped, .cancelled].contains(self.job.steps[other].phase)
                }
                guard let lost else { continue }
                self.end(index, .skipped, Remark("step.skipped", "'\(lost)' did not succeed"), at: moment)
                isChanging = true
            }
        }
        guard self.job.steps.allSatisfy(\.phase.isFinal) else { return }
        let phases = Set(self.job.steps.map(\.phase))
        self.job.phase =
            phases.contains(.failed) ? .failed : phases == [.succeeded] ? .succeeded : .cancelled
        if phases == [.succeeded] { self.job.cancellation = nil }
        self.job.endedAt = moment
    }
}
