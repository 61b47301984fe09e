import MartletCore
package import MartletTracking

/// The rules every `LoggedModelStore` keeps.
package enum LoggedModelContract {
    private static let now = EventTime(microseconds: 1_000_000)
    private static let later = EventTime(microseconds: 2_000_000)

    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any TrackingStore) async throws -> [String] {
        var report = ContractReport()
        let experiment = try await store.experiment(orCreate: "models", at: Self.now)
        let run = RunID.random()
        _ = try await store.createRun(
            NewRun(id: run, experimentID: experiment.id, name: "r", user: "ada", startedAt: Self.now)
        )
        let ids = (0..<3).map { _ in "m-\(RunID.random())" }
        try await Self.checkLife(store, experiment.id, run, ids[0], &report)
        try await Self.checkMetrics(store, experiment.id, run, ids, &report)
        try await Self.checkLinks(store, run, ids, &report)
        try await Self.checkDeletion(store, run, ids[0], &report)
        return report.violations
    }

    private static func checkLife(
        _ store: any TrackingStore,
        _ experiment: String,
        _ run: RunID,
        _ id: String,
        _ report: inout ContractReport
    ) async throws {
        let new = NewLoggedModel(
            id: id,
            experimentID: experiment,
            name: "model",
            type: "xgboost",
            sourceRunID: run,
            createdAt: Self.now,
            parameters: ["depth": "3"],
            tags: ["team": "a"]
        )
        let model = try await store.createLoggedModel(new)
        report.expect(
            model.status == .pending && model.lifecycle == .active,
            "a new logged model is pending"
        )
        report.expect(
            model.parameters == ["depth": "3"] && model.tags == ["team": "a"] && model.sourceRunID == run,
            "a logged model keeps what it was created with"
        )
        report.expect(
            model.artifactURI == "mlflow-artifacts:/\(experiment)/models/\(id)/artifacts",
            "a logged model has a folder of its own"
        )
        await report.expect(.loggedModelExists, "a logged model's id is given once") {
            _ = try await store.createLoggedModel(new)
        }
        let ready = try await store.setStatus(.ready, ofLoggedModel: id, at: Self.later)
        report.expect(
            ready.status == .ready && ready.updatedAt == Self.later,
            "a logged model becomes ready"
        )
        _ = try await store.setTags(["team": "b", "x": "y"], ofLoggedModel: id, at: Self.later)
        try await store.deleteTag("x", ofLoggedModel: id, at: Self.later)
        await report.expect(
            .tagNotFound,
            "a tag that is not there cannot be deleted from a logged model"
        ) {
            try await store.deleteTag("x", ofLoggedModel: id, at: Self.later)
        }
        try await store.log(
            parameters: ["depth": "3", "rate": "0.1"],
            toLoggedModel: id,
            at: Self.later
        )
        await report.expect(.parameterChanged, "a param of a logged model never changes") {
            try await store.log(parameters: ["rate": "0.2"], toLoggedModel: id, at: Self.later)
        }
        let read = try await store.loggedModel(id)
        report.expect(
            read?.tags == ["team": "b"] && read?.parameters == ["depth": "3", "rate": "0.1"],
            "tags and params of a logged model are read back"
        )
        await report.expect(.loggedModelNotFound, "a logged model that is not there takes no tags") {
            _ = try await store.setTags(["a": "b"], ofLoggedModel: "m-0", at: Self.later)
        }
        let none = try await store.loggedModel("m-0")
        report.expect(none == nil, "a logged model that is not there is nil")
    }

    private static func checkMetrics(
        _ store: any TrackingStore,
        _ experiment: String,
        _ run: RunID,
        _ ids: [String],
        _ report: inout ContractReport
    ) async throws {
        for (index, id) in ids.enumerated().dropFirst() {
            _ = try await store.createLoggedModel(
                NewLoggedModel(
                    id: id,
                    experimentID: experiment,
                    name: "m\(index)",
                    createdAt: EventTime(microseconds: Int64(index) * 10_000_000)
                )
            )
        }
        let sales = DatasetReference(name: "sales", digest: "d1")
        let points = [
            Metric("mae", 0.5, at: Self.now, modelID: ids[0], dataset: sales),
            Metric("mae", .nan, at: Self.now, modelID: ids[1]),
        ]
        // As clients do: first for the run alone, then again for the model.
        try await store.log(RunBatch(metrics: [Metric("mae", 0.5, at: Self.now)]), to: run)
        try await store.log(RunBatch(metrics: points), to: run)
        try await store.log(RunBatch(metrics: points), to: run)
        let history = try await store.metricHistory(of: run, key: "mae", limit: 10, offset: 0)
        report.expect(history.count == 2, "a point logged again for a model is once in the run")
        let model = try await store.loggedModel(ids[0])
        report.expect(
            model?.metrics == [RunMetric(run, points[0])],
            "a point of a model is kept with run and data set"
        )
        await report.expect(.loggedModelNotFound, "a point needs its model") {
            try await store.log(
                RunBatch(metrics: [Metric("mae", 9, at: Self.now, modelID: "m-0")]),
                to: run
            )
        }
        func found(_ search: LoggedModelSearch) async throws -> [Int] {
            try await store.search(search).models.compactMap { ids.firstIndex(of: $0.id) }
        }
        let all = try await found(LoggedModelSearch(experimentIDs: [experiment]))
        report.expect(all == [2, 1, 0], "logged models come the latest created first")
        let metric = LoggedModelField.metric("mae", nil)
        let ordered = try await found(LoggedModelSearch(order: [LoggedModelOrder(metric)]))
        report.expect(
            ordered == [0, 1, 2],
            "an order by a metric has NaN after numbers and the lacking last"
        )
        let low = try await found(LoggedModelSearch(conditions: [.number(metric, .less, 1)]))
        report.expect(low == [0], "a condition on a metric is met by a number, not by NaN")
        let onSales = try await found(LoggedModelSearch(datasets: [LoggedModelDataset(name: "sales")]))
        report.expect(onSales == [0], "a data set finds the models that were measured on it")
        let named = try await found(
            LoggedModelSearch(conditions: [.text(.name, .like, "m%")], limit: 1, offset: 1)
        )
        report.expect(named == [1], "a page of logged models follows limit and offset")
        let keyed = try await found(
            LoggedModelSearch(conditions: [
                .text(.parameter("depth"), .equal, "3"), .anyOf(.sourceRunID, [run.description]),
            ])
        )
        report.expect(keyed == [0], "params and attributes find logged models")
    }

    private static func checkLinks(
        _ store: any TrackingStore,
        _ run: RunID,
        _ ids: [String],
        _ report: inout ContractReport
    ) async throws {
        try await store.log(datasets: [], inputModels: [ids[0]], to: run)
        try await store.log(outputModels: [ModelOutput(modelID: ids[1], step: 4)], to: run)
        try await store.log(outputModels: [ModelOutput(modelID: ids[1], step: 5)], to: run)
        let links = try await store.run(run)
        report.expect(
            links?.inputModels == [ids[0]]
                && links?.outputModels == [ModelOutput(modelID: ids[1], step: 5)],
            "a run knows the models it read and wrote"
        )
    }

    private static func checkDeletion(
        _ store: any TrackingStore,
        _ run: RunID,
        _ id: String,
        _ report: inout ContractReport
    ) async throws {
        try await store.setLifecycle(.deleted, ofLoggedModel: id, at: Self.later)
        let deleted = try await store.loggedModel(id)
        report.expect(deleted?.lifecycle == .deleted, "a deleted logged model answers reads")
        await report.expect(.loggedModelNotFound, "a deleted logged model takes no writes") {
            _ = try await store.setStatus(.ready, ofLoggedModel: id, at: Self.later)
        }
        let found = try await store.search(LoggedModelSearch()).models.map(\.id)
        report.expect(
            !found.contains(id) && found.count == 2,
            "a search passes over deleted logged models"
        )
        try await store.setLifecycle(.active, ofLoggedModel: id, at: Self.later)
        let restored = try await store.loggedModel(id)
        report.expect(restored?.lifecycle == .active, "a logged model is restored")
    }
}
