import MartletCore
package import MartletTracking

/// The rules every `TrackingStore` keeps.
package enum TrackingStoreContract {
    private static let now = EventTime(microseconds: 1_000_000)

    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any TrackingStore) async throws -> [String] {
        var report = ContractReport()
        let experiment = try await Self.checkExperiments(store, &report)
        let id = try await Self.checkRuns(store, experiment, &report)
        try await Self.checkBatches(store, id, &report)
        try await Self.checkLifecycle(store, experiment, id, &report)
        return report.violations
    }

    private static func checkExperiments(
        _ store: any TrackingStore,
        _ report: inout ContractReport
    ) async throws -> Experiment {
        let experiment = try await store.experiment(orCreate: "price", at: Self.now)
        let again = try await store.experiment(orCreate: "price", at: EventTime(microseconds: 2_000_000))
        report.expect(again == experiment, "asking for an experiment twice gives the same one")
        await report.expect(.experimentExists, "an experiment's name is given once") {
            _ = try await store.createExperiment(named: "price", artifactLocation: nil, tags: [:], at: Self.now)
        }
        try await store.setExperimentTag(id: experiment.id, key: "team", value: "a", at: Self.now)
        let tagged = try await store.experiment(id: experiment.id)
        report.expect(tagged?.tags == ["team": "a"], "a tag of an experiment is read back")
        let none = try await store.experiment(named: "nothing")
        report.expect(none == nil, "an experiment that is not there is nil")
        await report.expect(.experimentNotFound, "an experiment that is not there cannot be renamed") {
            try await store.renameExperiment(id: "999", to: "other", at: Self.now)
        }
        return experiment
    }

    private static func checkRuns(
        _ store: any TrackingStore,
        _ experiment: Experiment,
        _ report: inout ContractReport
    ) async throws -> RunID {
        let id = RunID.random()
        let new = NewRun(
            id: id,
            experimentID: experiment.id,
            name: "first",
            user: "ada",
            startedAt: Self.now,
            tags: ["k": "v"]
        )
        let run = try await store.createRun(new)
        report.expect(run.status == .running && run.tags == ["k": "v"], "a new run is running, with its tags")
        let read = try await store.run(id)
        report.expect(read == run, "a run is read back as it was returned")
        await report.expect(.runExists, "a run's id is given once") { _ = try await store.createRun(new) }
        var lost = new
        lost.id = RunID.random()
        lost.experimentID = "999"
        let stray = lost
        await report.expect(.experimentNotFound, "a run needs its experiment") { _ = try await store.createRun(stray) }
        let ids = try await store.runIDs(startingWith: String(id.description.prefix(9)), limit: 5)
        report.expect(ids == [id], "a run is found by the first digits of its id")
        let end = EventTime(microseconds: 3_000_000)
        let ended = try await store.updateRun(id, RunUpdate(status: .finished, endedAt: end))
        report.expect(
            ended.status == .finished && ended.endedAt == end && ended.name == "first",
            "an update changes what it names and nothing else"
        )
        return id
    }

    private static func checkBatches(
        _ store: any TrackingStore,
        _ id: RunID,
        _ report: inout ContractReport
    ) async throws {
        let points = [(2, 0.5), (1, 0.7), (2, 0.4)].map { Metric("mae", $0.1, at: Self.now, step: $0.0) }
        let batch = RunBatch(metrics: points, parameters: ["rate": "0.1"])
        try await store.log(batch, to: id)
        try await store.log(batch, to: id)
        let history = try await store.metricHistory(of: id, key: "mae", limit: 10, offset: 0)
        report.expect(history.map(\.value) == [0.7, 0.4, 0.5], "points are kept once, by step, time and value")
        let page = try await store.metricHistory(of: id, key: "mae", limit: 1, offset: 1)
        report.expect(page.map(\.value) == [0.4], "a page of points follows limit and offset")
        await report.expect(.parameterChanged, "a param never changes") {
            let change = RunBatch(
                metrics: [Metric("r2", 1, at: Self.now)],
                parameters: ["rate": "0.2"],
                tags: ["late": "yes"]
            )
            try await store.log(change, to: id)
        }
        await report.expect(.runNotFound, "a batch needs its run") { try await store.log(batch, to: .random()) }
        let run = try await store.run(id)
        report.expect(
            run?.metrics.mapValues(\.value) == ["mae": 0.5] && run?.tags["late"] == nil,
            "a refused batch changes nothing, and the latest point is the run's metric"
        )
        let input = DatasetInput(name: "sales", digest: "d", sourceType: "file", source: "sales.csv")
        try await store.log(datasets: [input], to: id)
        try await store.log(datasets: [input], to: id)
        let inputs = try await store.run(id)?.datasets
        report.expect(inputs == [input], "a data set is kept once")
        await report.expect(.tagNotFound, "a tag that is not there cannot be deleted") {
            try await store.deleteTag("nothing", of: id)
        }
    }

    private static func checkLifecycle(
        _ store: any TrackingStore,
        _ experiment: Experiment,
        _ id: RunID,
        _ report: inout ContractReport
    ) async throws {
        try await store.setLifecycle(.deleted, ofRun: id, at: Self.now)
        let deleted = try await store.run(id)
        report.expect(deleted?.lifecycle == .deleted, "a deleted run answers reads")
        await report.expect(.runDeleted, "a deleted run refuses writes") {
            try await store.log(RunBatch(tags: ["a": "b"]), to: id)
        }
        let found = try await store.search(RunSearch(experimentIDs: [experiment.id])).runs
        report.expect(found.isEmpty, "a search passes over deleted runs")
        try await store.setLifecycle(.active, ofRun: id, at: Self.now)
        try await store.log(RunBatch(tags: ["a": "b"]), to: id)
        let search = RunSearch(experimentIDs: [experiment.id], conditions: [.text(.tag("a"), .equal, "b")], limit: 1)
        let restored = try await store.search(search).runs.map(\.id)
        report.expect(restored == [id], "a restored run takes writes and is found")
        try await store.setLifecycle(.deleted, ofExperiment: experiment.id, at: Self.now)
        let names = try await store.experiments(lifecycle: .active, limit: 10).map(\.name)
        report.expect(!names.contains("price"), "a deleted experiment is not listed as active")
    }
}
