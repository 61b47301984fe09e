package import MartletCore
package import MartletJobs

/// What the routes and pages of jobs stand on.
package struct JobContext: Sendable {
    let store: any JobStore
    let desk: JobDesk
    /// The pipelines of the workspace as its files are now.
    let pipelines: @Sendable () throws -> [Pipeline]
    let now: @Sendable () -> EventTime

    /// Puts it together.
    package init(
        store: any JobStore,
        desk: JobDesk,
        pipelines: @escaping @Sendable () throws -> [Pipeline],
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.desk = desk
        self.pipelines = pipelines
        self.now = now
    }

    /// The pipeline of that name.
    ///
    /// - Throws: `job.pipelineNotFound` with the nearest name.
    func pipeline(_ name: String) throws -> Pipeline {
        let pipelines = try self.pipelines()
        if let found = pipelines.first(where: { $0.name == name }) { return found }
        throw JobError(
            .jobPipelineNotFound,
            "the workspace has no pipeline '\(name)'."
                + NearestName.suggestion(name, among: pipelines.map(\.name))
        )
    }

    /// The job of that id.
    ///
    /// - Throws: `job.notFound` with the nearest id.
    func job(_ id: String) async throws -> StoredJob {
        if let stored = try await self.store.job(id) { return stored }
        let known = try await self.store.jobs(JobFilter(limit: 1_000)).map(\.job.id)
        throw JobError(.jobNotFound, "there is no job '\(id)'." + NearestName.suggestion(id, among: known))
    }
}
