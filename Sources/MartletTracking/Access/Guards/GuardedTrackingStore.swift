package import MartletCore

/// A tracking store that lets each request do only what the roles of its account allow.
///
/// Runs, logged models and metrics take the roles of their experiment. Who asks is ``Principal/current``; where there is
/// none, as in commands and background work, everything is allowed. Experiments are listed when they may be read; a page
/// may so hold fewer than were asked for.
package struct GuardedTrackingStore: TrackingStore {
    let base: any TrackingStore
    let index: ExperimentIndex

    /// Stands before `base`.
    package init(_ base: any TrackingStore) {
        self.base = base
        self.index = ExperimentIndex(base)
    }

    /// Checks `action` in the experiment `id`.
    func require(_ action: AccessAction, inExperiment id: String) async throws(TrackingError) {
        guard let principal = Principal.limited(in: action) else { return }
        try await self.index.require(action, inExperiment: id, principal)
    }

    private func require(_ action: AccessAction, _ id: RunID) async throws(TrackingError) {
        guard let principal = Principal.limited(in: action) else { return }
        try await self.index.require(action, onRun: id, principal)
    }

    // MARK: Experiments

    package func createExperiment(
        named name: String,
        artifactLocation: String?,
        tags: [String: String],
        at now: EventTime
    ) async throws(TrackingError) -> Experiment {
        try Principal.require(.write, on: .experiment(name))
        return try await self.base.createExperiment(
            named: name,
            artifactLocation: artifactLocation,
            tags: tags,
            at: now
        )
    }

    package func experiment(orCreate name: String, at now: EventTime) async throws(TrackingError) -> Experiment {
        try Principal.require(.write, on: .experiment(name))
        return try await self.base.experiment(orCreate: name, at: now)
    }

    package func experiment(named name: String) async throws(TrackingError) -> Experiment? {
        try Principal.require(.read, on: .experiment(name))
        return try await self.base.experiment(named: name)
    }

    package func experiment(id: String) async throws(TrackingError) -> Experiment? {
        guard let experiment = try await self.base.experiment(id: id) else { return nil }
        try Principal.require(.read, on: .experiment(experiment.name))
        return experiment
    }

    package func search(_ search: ExperimentSearch) async throws(TrackingError) -> ExperimentPage {
        var page = try await self.base.search(search)
        if let principal = Principal.limited(in: .read) {
            page.experiments.removeAll { !principal.may(.read, on: .experiment($0.name)) }
        }
        return page
    }

    /// Another name may fit other patterns, so that a rename takes the role that deletes the old name.
    package func renameExperiment(id: String, to name: String, at now: EventTime) async throws(TrackingError) {
        try await self.require(.remove, inExperiment: id)
        try Principal.require(.write, on: .experiment(name))
        try await self.base.renameExperiment(id: id, to: name, at: now)
    }

    package func setExperimentTag(
        id: String,
        key: String,
        value: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.require(.write, inExperiment: id)
        try await self.base.setExperimentTag(id: id, key: key, value: value, at: now)
    }

    package func deleteTag(_ key: String, ofExperiment id: String, at now: EventTime) async throws(TrackingError) {
        try await self.require(.write, inExperiment: id)
        try await self.base.deleteTag(key, ofExperiment: id, at: now)
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofExperiment id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.require(.remove, inExperiment: id)
        try await self.base.setLifecycle(lifecycle, ofExperiment: id, at: now)
    }

    // MARK: Runs

    package func createRun(_ run: NewRun) async throws(TrackingError) -> Run {
        try await self.require(.write, inExperiment: run.experimentID)
        return try await self.base.createRun(run)
    }

    package func run(_ id: RunID) async throws(TrackingError) -> Run? {
        guard let run = try await self.base.run(id) else { return nil }
        try await self.require(.read, inExperiment: run.experimentID)
        return run
    }

    package func runIDs(startingWith prefix: String, limit: Int) async throws(TrackingError) -> [RunID] {
        let ids = try await self.base.runIDs(startingWith: prefix, limit: limit)
        for id in ids { try await self.require(.read, id) }
        return ids
    }

    package func updateRun(_ id: RunID, _ update: RunUpdate) async throws(TrackingError) -> Run {
        try await self.require(.write, id)
        return try await self.base.updateRun(id, update)
    }

    package func log(_ batch: RunBatch, to id: RunID) async throws(TrackingError) {
        if let principal = Principal.limited(in: .write) {
            try await self.index.require(.write, onRun: id, principal)
            for model in Set(batch.metrics.compactMap(\.modelID)) {
                try await self.index.require(.write, onLoggedModel: model, principal)
            }
        }
        try await self.base.log(batch, to: id)
    }

    package func log(
        datasets: [DatasetInput],
        inputModels: [String],
        to id: RunID
    ) async throws(TrackingError) {
        try await self.require(.write, id)
        for model in inputModels { try await self.require(.read, onLoggedModel: model) }
        try await self.base.log(datasets: datasets, inputModels: inputModels, to: id)
    }

    package func log(outputModels: [ModelOutput], to id: RunID) async throws(TrackingError) {
        try await self.require(.write, id)
        for model in outputModels { try await self.require(.write, onLoggedModel: model.modelID) }
        try await self.base.log(outputModels: outputModels, to: id)
    }

    package func deleteTag(_ key: String, of id: RunID) async throws(TrackingError) {
        try await self.require(.write, id)
        try await self.base.deleteTag(key, of: id)
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofRun id: RunID,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.require(.write, id)
        try await self.base.setLifecycle(lifecycle, ofRun: id, at: now)
    }

    package func metricHistory(
        of id: RunID,
        key: String,
        limit: Int,
        offset: Int
    ) async throws(TrackingError) -> [Metric] {
        try await self.require(.read, id)
        return try await self.base.metricHistory(of: id, key: key, limit: limit, offset: offset)
    }

    package func metricHistory(_ search: MetricHistorySearch) async throws(TrackingError) -> [RunMetric] {
        for id in search.runIDs { try await self.require(.read, id) }
        return try await self.base.metricHistory(search)
    }

    package func search(_ search: RunSearch) async throws(TrackingError) -> RunPage {
        var search = search
        search.experimentIDs = try await self.readable(search.experimentIDs)
        return try await self.base.search(search)
    }

    /// The experiments of a search: those named, which must all be readable, else all that are.
    func readable(_ named: [String]?) async throws(TrackingError) -> [String]? {
        guard let principal = Principal.limited(in: .read) else { return named }
        guard let named else { return try await self.index.readable(by: principal) }
        for id in named { try await self.index.require(.read, inExperiment: id, principal) }
        return named
    }
}
