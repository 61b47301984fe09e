import Foundation
package import MartletCore

/// Where jobs are asked for: by people, clocks, files, requests and pushes.
package struct JobDesk: Sendable {
    private let store: any JobStore
    private let newID: @Sendable () -> String
    private let now: @Sendable () -> EventTime

    /// Asks `store` for jobs with identifiers from `newID`.
    package init(
        store: any JobStore,
        newID: @escaping @Sendable () -> String,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.newID = newID
        self.now = now
    }

    /// Asks for a job of `pipeline`.
    ///
    /// - Parameters:
    ///   - pipeline: the pipeline as its file is now.
    ///   - cause: why.
    ///   - ticks: what asked; a thing that asked before begins nothing.
    ///   - rule: in place of the pipeline's own.
    /// - Returns: the job, or why there is none.
    /// - Throws: `job.storeFailed`.
    package func begin(
        _ pipeline: Pipeline,
        _ cause: JobCause,
        ticks: [JobTick] = [],
        rule: ConcurrencyRule? = nil
    ) async throws(JobError) -> JobCreation {
        let job = Job(
            id: self.newID(),
            pipeline: pipeline.name,
            plan: pipeline.plan,
            cause: cause,
            createdAt: self.now()
        )
        return try await self.store.create(job, ticks: ticks, rule: rule ?? pipeline.concurrency)
    }

    /// Asks for a job on behalf of a person; it is never left out, but waits for its turn.
    package func begin(_ pipeline: Pipeline, by actor: String) async throws(JobError) -> StoredJob {
        let moment = self.now()
        let zone = pipeline.triggers.first { $0.schedule != nil }?.zone ?? .gmt
        let cause = JobCause(.person, by: actor, tick: moment, date: ZonedClock(zone).date(at: moment))
        let rule: ConcurrencyRule = pipeline.concurrency == .replace ? .replace : .queue
        switch try await self.begin(pipeline, cause, rule: rule) {
        case .created(let stored): return stored
        case .repeated, .skipped:
            throw JobError(.jobInvalid, "the job of '\(pipeline.name)' was not stored; ask again")
        }
    }

    /// Asks for a job on behalf of a request; `once` names the request, so that a repeated one begins nothing.
    package func begin(_ pipeline: Pipeline, http by: String, once: String?) async throws(JobError) -> JobCreation {
        let moment = self.now()
        let ticks = once.map { [JobTick(trigger: "http", key: $0)] } ?? []
        return try await self.begin(pipeline, JobCause(.http, by: by, tick: moment), ticks: ticks)
    }

    /// Asks for a job for a commit; the same commit begins one job.
    package func begin(
        _ pipeline: Pipeline,
        commit: JobCause.Commit,
        by trigger: Trigger
    ) async throws(JobError) -> JobCreation {
        let cause = JobCause(.git, by: trigger.kind, tick: self.now(), commit: commit)
        let tick = JobTick(trigger: "commit \(commit.branch)", key: commit.id)
        return try await self.begin(pipeline, cause, ticks: [tick])
    }

    /// Asks for the jobs of a backfill, the oldest moment first.
    ///
    /// - Returns: the jobs that began.
    package func begin(
        _ plan: BackfillPlan,
        of pipeline: Pipeline,
        by actor: String
    ) async throws(JobError) -> [StoredJob] {
        var jobs: [StoredJob] = []
        for moment in plan.ticks {
            let cause = JobCause(.backfill, by: actor, tick: moment, date: ZonedClock(plan.zone).date(at: moment))
            if case .created(let stored) = try await self.begin(pipeline, cause, rule: .queue) { jobs.append(stored) }
        }
        return jobs
    }
}
