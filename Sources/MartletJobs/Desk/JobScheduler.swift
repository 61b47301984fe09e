package import MartletCore

/// What triggers look at.
package protocol TriggerWatch: Sendable {
    /// The files that match a pattern, 1,000 at most.
    func files(matching pattern: String) async -> [WatchedFile]

    /// The commit at the head of a branch.
    ///
    /// - Throws: `job.invalid` when git cannot tell.
    func head(of branch: String, in repository: String) async throws(JobError) -> String
}

/// Begins jobs when their clocks, files and branches say so.
///
/// What was done stands in the store, so several processes may do this at once, and one that was away catches up.
package actor JobScheduler {
    /// What the scheduler has to say to the one who runs it.
    package enum Report: Sendable, Hashable {
        case began(Job)
        /// A pipeline did not start a job, and why.
        case leftOut(String, String)
        /// A trigger cannot be looked at, for the reason given; it is tried again.
        case stuck(String, String)
    }

    private let store: any JobStore
    private let desk: JobDesk
    private let watch: any TriggerWatch
    private let pipelines: @Sendable () -> [Pipeline]
    private let now: @Sendable () -> EventTime
    private let pace: Double
    private let report: @Sendable (Report) -> Void
    private var positions: [String: EventTime] = [:]
    private var sightings: [String: [String: EventTime]] = [:]
    private var looked: [String: EventTime] = [:]
    private var obstacles: [String: String] = [:]
    private var heads: [String: String] = [:]

    /// Begins jobs of `pipelines`, which is asked at each look.
    ///
    /// `pace` is how many seconds of the clock pass in a real one: files settle and branches are asked in real time.
    package init(
        store: any JobStore,
        desk: JobDesk,
        watch: any TriggerWatch,
        pipelines: @escaping @Sendable () -> [Pipeline],
        now: @escaping @Sendable () -> EventTime,
        pace: Double = 1,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.store = store
        self.desk = desk
        self.watch = watch
        self.pipelines = pipelines
        self.now = now
        self.pace = pace
        self.report = report
    }

    /// Looks at every trigger once.
    package func tick() async throws(JobError) {
        for pipeline in self.pipelines() {
            for trigger in pipeline.triggers {
                switch trigger {
                case .cron, .interval: try await self.lookAtClock(trigger, of: pipeline)
                case .file(let pattern, let settle):
                    try await self.lookAtFiles(pattern, settle, trigger, of: pipeline)
                case .git(let repository, let branch, let every, let update):
                    if self.isDue(trigger, of: pipeline, every: every) {
                        let commit = JobCause.Commit(id: "", branch: branch, update: update)
                        try await self.lookAtBranch(repository, commit, trigger, of: pipeline)
                    }
                case .http, .push: break
                }
            }
        }
    }

    // MARK: Clocks

    private func lookAtClock(_ trigger: Trigger, of pipeline: Pipeline) async throws(JobError) {
        guard let schedule = trigger.schedule else { return }
        let name = "\(pipeline.name)/\(trigger.identity)"
        let moment = self.now()
        // A clock whose next tick lies ahead needs no look into the store.
        if let position = self.positions[name], let next = schedule.next(after: position), next > moment { return }
        let position = try await self.store.position(of: trigger.identity, in: pipeline.name, at: moment)
        self.positions[name] = position
        guard let due = schedule.newest(after: position, through: moment) else { return }
        let tick = JobTick(trigger: trigger.identity, key: due.tick.description, moment: due.tick)
        let isLate =
            moment.microseconds - due.tick.microseconds > TimeSpan.seconds(60).multiplied(by: self.pace).microseconds
        if pipeline.catchUp == .none, isLate {
            try await self.store.pass(tick, in: pipeline.name, at: moment)
            self.positions[name] = due.tick
            self.report(.leftOut(pipeline.name, "the tick \(due.tick) passed while nothing ran, and catch_up is none"))
            return
        }
        let cause = JobCause(
            .schedule,
            by: trigger.sentence,
            tick: due.tick,
            date: ZonedClock(trigger.zone).date(at: due.tick),
            missed: due.missed
        )
        self.tell(try await self.desk.begin(pipeline, cause, ticks: [tick]), pipeline)
        self.positions[name] = due.tick
    }

    // MARK: Files

    private func lookAtFiles(
        _ pattern: String,
        _ settle: TimeSpan,
        _ trigger: Trigger,
        of pipeline: Pipeline
    ) async throws(JobError) {
        guard self.isDue(trigger, of: pipeline, every: .seconds(1)) else { return }
        let moment = self.now()
        let name = "\(pipeline.name)/\(trigger.identity)"
        let files = await self.watch.files(matching: pattern)
        let before = self.sightings[name] ?? [:]
        var sightings: [String: EventTime] = [:]
        for file in files { sightings[file.key] = before[file.key] ?? moment }
        self.sightings[name] = sightings
        let settled = files.filter { file in
            sightings[file.key].map { moment >= $0 + settle.multiplied(by: self.pace) } ?? false
        }
        guard !settled.isEmpty else { return }
        let seen = try await self.store.seen(settled.map(\.key), by: trigger.identity, in: pipeline.name)
        let new = settled.filter { !seen.contains($0.key) }
        guard !new.isEmpty else { return }
        let cause = JobCause(.file, by: pattern, tick: moment, files: new.prefix(20).map(\.path))
        let ticks = new.map { JobTick(trigger: trigger.identity, key: $0.key) }
        self.tell(try await self.desk.begin(pipeline, cause, ticks: ticks), pipeline)
    }

    // MARK: Branches

    private func lookAtBranch(
        _ repository: String,
        _ commit: JobCause.Commit,
        _ trigger: Trigger,
        of pipeline: Pipeline
    ) async throws(JobError) {
        let name = "\(pipeline.name)/\(trigger.identity)"
        var commit = commit
        do throws(JobError) {
            commit.id = try await self.watch.head(of: commit.branch, in: repository)
            self.obstacles[name] = nil
        } catch {
            if self.obstacles.updateValue(error.message, forKey: name) != error.message {
                self.report(.stuck(pipeline.name, error.message))
            }
            return
        }
        guard self.heads[name] != commit.id else { return }
        // The head that is there when the trigger is new is no push.
        let position = "\(trigger.identity) start"
        let seen = try await self.store.seen(["first"], by: position, in: pipeline.name)
        if seen.isEmpty {
            let first = JobTick(trigger: position, key: "first")
            try await self.store.pass(first, in: pipeline.name, at: self.now())
            let head = JobTick(trigger: "commit \(commit.branch)", key: commit.id)
            try await self.store.pass(head, in: pipeline.name, at: self.now())
        } else {
            let creation = try await self.desk.begin(pipeline, commit: commit, by: trigger)
            self.tell(creation, pipeline)
            // A commit that was left out asks again.
            if case .skipped = creation { return }
        }
        self.heads[name] = commit.id
    }

    private func isDue(_ trigger: Trigger, of pipeline: Pipeline, every: TimeSpan) -> Bool {
        let name = "\(pipeline.name)/\(trigger.identity)"
        let moment = self.now()
        if let looked = self.looked[name], moment < looked + every.multiplied(by: self.pace) { return false }
        self.looked[name] = moment
        return true
    }

    private func tell(_ creation: JobCreation, _ pipeline: Pipeline) {
        switch creation {
        case .created(let stored):
            self.obstacles[pipeline.name] = nil
            self.report(.began(stored.job))
        case .skipped(let reason):
            guard self.obstacles.updateValue(reason, forKey: pipeline.name) != reason else { return }
            self.report(.leftOut(pipeline.name, reason))
        case .repeated: break
        }
    }
}
