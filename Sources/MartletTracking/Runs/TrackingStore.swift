package import MartletCore

/// Keeps experiments and runs.
///
/// Every implementation keeps these rules, and `TrackingStoreContract` holds each one to them:
/// - A call that returns is durable; a call that throws changed nothing.
/// - A metric point that was logged before is kept once; a param logged again with the same value is fine.
/// - A deleted run answers reads and refuses writes.
/// - The name of a run and its tag ``Run/nameTag`` are one: setting either changes both.
/// - The experiment ``Experiment/defaultID`` is there from the start, named `Default`.
package protocol TrackingStore: LoggedModelStore {
    /// Creates an experiment.
    ///
    /// - Throws: `tracking.experimentExists` when an experiment of that name, active or deleted, is there.
    func createExperiment(
        named name: String,
        artifactLocation: String?,
        tags: [String: String],
        at now: EventTime
    ) async throws(TrackingError) -> Experiment

    /// Returns the active experiment `name`, creating it when it is not there; safe to call at once from many processes.
    func experiment(orCreate name: String, at now: EventTime) async throws(TrackingError) -> Experiment

    /// Returns the experiment `name`, active or deleted, or `nil`.
    func experiment(named name: String) async throws(TrackingError) -> Experiment?

    /// Returns the experiment `id`, active or deleted, or `nil`.
    func experiment(id: String) async throws(TrackingError) -> Experiment?

    /// Returns a page of experiments that meet `search`.
    func search(_ search: ExperimentSearch) async throws(TrackingError) -> ExperimentPage

    /// Renames the experiment `id`.
    func renameExperiment(id: String, to name: String, at now: EventTime) async throws(TrackingError)

    /// Sets the tag `key` of the experiment `id`.
    func setExperimentTag(id: String, key: String, value: String, at now: EventTime) async throws(TrackingError)

    /// Deletes the tag `key` of the experiment `id`.
    ///
    /// - Throws: `tracking.tagNotFound`.
    func deleteTag(_ key: String, ofExperiment id: String, at now: EventTime) async throws(TrackingError)

    /// Deletes or restores the experiment `id` with its runs and logged models.
    ///
    /// What was deleted by itself before its experiment stays deleted when the experiment is restored.
    func setLifecycle(_ lifecycle: Lifecycle, ofExperiment id: String, at now: EventTime) async throws(TrackingError)

    /// Starts a run.
    ///
    /// - Throws: `tracking.experimentNotFound`; `tracking.runExists` when the id is taken.
    func createRun(_ run: NewRun) async throws(TrackingError) -> Run

    /// Returns the run `id` with its latest metrics, active or deleted, or `nil`.
    func run(_ id: RunID) async throws(TrackingError) -> Run?

    /// Returns the ids of runs that begin with `prefix`, at most `limit`.
    func runIDs(startingWith prefix: String, limit: Int) async throws(TrackingError) -> [RunID]

    /// Changes status, end or name of the run `id`, and returns the run.
    func updateRun(_ id: RunID, _ update: RunUpdate) async throws(TrackingError) -> Run

    /// Writes all of `batch` or nothing.
    ///
    /// - Throws: `tracking.runNotFound`, `tracking.runDeleted`, `tracking.loggedModelNotFound`, `tracking.invalidValue`;
    ///   `tracking.parameterChanged` with a ``ParameterConflict``.
    func log(_ batch: RunBatch, to id: RunID) async throws(TrackingError)

    /// Adds data sets and logged models the run `id` read.
    ///
    /// A data set that is there already, by name, digest and context, is kept once, and so is a model.
    ///
    /// - Throws: also `tracking.loggedModelNotFound`.
    func log(datasets: [DatasetInput], inputModels: [String], to id: RunID) async throws(TrackingError)

    /// Adds logged models the run `id` wrote; one that is there already takes the new step.
    ///
    /// - Throws: also `tracking.loggedModelNotFound`.
    func log(outputModels: [ModelOutput], to id: RunID) async throws(TrackingError)

    /// Deletes the tag `key` of the run `id`.
    ///
    /// - Throws: `tracking.tagNotFound`.
    func deleteTag(_ key: String, of id: RunID) async throws(TrackingError)

    /// Deletes or restores the run `id`.
    func setLifecycle(_ lifecycle: Lifecycle, ofRun id: RunID, at now: EventTime) async throws(TrackingError)

    /// Returns the points of one metric, ordered by step, then time, then value.
    func metricHistory(
        of id: RunID,
        key: String,
        limit: Int,
        offset: Int
    ) async throws(TrackingError) -> [Metric]

    /// Returns the points of one metric over several runs, in the order of the runs, then by step, time and value.
    ///
    /// - Throws: `tracking.runNotFound`.
    func metricHistory(_ search: MetricHistorySearch) async throws(TrackingError) -> [RunMetric]

    /// Returns a page of runs that meet `search`.
    func search(_ search: RunSearch) async throws(TrackingError) -> RunPage
}

extension TrackingStore {
    /// Adds data sets the run `id` read.
    package func log(datasets: [DatasetInput], to id: RunID) async throws(TrackingError) {
        try await self.log(datasets: datasets, inputModels: [], to: id)
    }

    /// Returns experiments, the latest created first; `nil` as `lifecycle` is all.
    package func experiments(lifecycle: Lifecycle?, limit: Int) async throws(TrackingError) -> [Experiment] {
        try await self.search(ExperimentSearch(lifecycle: lifecycle, limit: limit)).experiments
    }

    /// Returns the run whose id is, or uniquely begins with, `text`.
    ///
    /// - Throws: `tracking.runNotFound` when none or several do.
    package func run(matching text: String) async throws(TrackingError) -> Run {
        let wanted = text.lowercased()
        let ids = wanted.isEmpty ? [] : try await self.runIDs(startingWith: wanted, limit: 2)
        if ids.count > 1 {
            throw TrackingError(
                .runNotFound,
                "the id '\(text)' fits several runs, such as \(ids[0]) and \(ids[1]); give more digits"
            )
        }
        guard let id = ids.first, let run = try await self.run(id) else {
            throw TrackingError(.runNotFound, "no run has the id '\(text)'; `martlet runs list` shows what there is")
        }
        return run
    }
}
