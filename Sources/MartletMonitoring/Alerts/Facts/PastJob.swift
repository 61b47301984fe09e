package import MartletCore

/// What is kept of one job: enough to say how its pipeline stood at any moment since it was made.
package struct PastJob: Sendable, Hashable {
    package let id: String
    package let createdAt: EventTime
    /// When a process began it; `nil` while none did.
    package let startedAt: EventTime?
    /// When it ended; `nil` while it did not.
    package let endedAt: EventTime?
    /// Why it failed; `nil` when it did not.
    package let failure: Remark?
    /// The tick of a clock that began it; `nil` when something else did.
    package let tick: EventTime?
    /// The trainings among its steps that were begun.
    package let trainings: [Training]

    /// A training among the steps of a job.
    package struct Training: Sendable, Hashable {
        package let recipe: String
        package let startedAt: EventTime
        /// When it ended; `nil` while it goes on.
        package let endedAt: EventTime?

        /// Describes a training.
        package init(recipe: String, startedAt: EventTime, endedAt: EventTime?) {
            self.recipe = recipe
            self.startedAt = startedAt
            self.endedAt = endedAt
        }

        func goesOn(at now: EventTime) -> Bool { self.startedAt <= now && (self.endedAt.map { $0 > now } ?? true) }
    }

    /// Describes a job.
    package init(
        id: String,
        createdAt: EventTime,
        startedAt: EventTime? = nil,
        endedAt: EventTime? = nil,
        failure: Remark? = nil,
        tick: EventTime? = nil,
        trainings: [Training] = []
    ) {
        self.id = id
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.failure = failure
        self.tick = tick
        self.trainings = trainings
    }

    /// How many jobs of a pipeline are looked at.
    package static let depth = 50

    private func isOver(at now: EventTime) -> Bool { self.endedAt.map { $0 <= now } ?? false }

    private func waits(at now: EventTime) -> Bool {
        !self.isOver(at: now) && (self.startedAt.map { $0 > now } ?? true)
    }

    /// How `pipeline` went at `now`.
    ///
    /// - Parameters:
    ///   - pipeline: the name.
    ///   - jobs: its jobs, the newest first; those made later than `now` are passed over.
    ///   - now: the moment.
    ///   - nextTick: the first tick of its clocks after a moment.
    /// - Returns: what was known then.
    package static func fact(
        _ pipeline: String,
        _ jobs: [PastJob],
        at now: EventTime,
        nextTick: (EventTime) -> EventTime?
    ) -> JobFact {
        let known = jobs[Self.position(of: now, in: jobs)...].prefix(Self.depth)
        let last = known.first { $0.isOver(at: now) }
        var trainings: [String: EventTime] = [:]
        for job in known where !job.isOver(at: now) {
            for training in job.trainings where training.goesOn(at: now) {
                trainings[training.recipe] = training.startedAt
            }
        }
        return JobFact(
            pipeline: pipeline,
            failure: last.flatMap { job in job.failure.map { (id: job.id, reason: $0) } },
            missed: known.compactMap(\.tick).first.flatMap(nextTick).flatMap { $0 < now ? $0 : nil },
            waitsSince: known.last { $0.waits(at: now) }?.createdAt,
            trainings: trainings
        )
    }

    /// How many of `jobs`, the newest first, were made after `now`.
    private static func position(of now: EventTime, in jobs: [PastJob]) -> Int {
        var (low, high) = (0, jobs.count)
        while low < high {
            let middle = (low + high) / 2
            if jobs[middle].createdAt > now { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
