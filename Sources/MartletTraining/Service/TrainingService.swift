package import MartletCore
package import MartletFeatures
package import MartletTracking

/// Carries out recipes: snapshot, split, experiments, choice, gates, registration.
///
/// Experiments run in parallel within `coreCount`: no more threads train at once than there are cores. Cancelling the
/// task stops the engines after their current round and closes the open runs as `KILLED`; what a killed process left
/// open is closed by the next training of the same recipe. Nothing is registered before everything that belongs to the
/// version is stored.
package struct TrainingService: Sendable {
    let offline: any OfflineStore
    let tracking: any TrackingStore
    let registry: any ModelRegistry
    let artifacts: any ArtifactStore
    let snapshots: any SnapshotStore
    let trainer: any ModelTrainer
    let rasteriser: any PlotRasteriser
    let coreCount: Int
    let context: TrainingContext

    /// Puts the parts together; nothing starts.
    package init(
        offline: any OfflineStore,
        tracking: any TrackingStore,
        registry: any ModelRegistry,
        artifacts: any ArtifactStore,
        snapshots: any SnapshotStore,
        trainer: any ModelTrainer,
        rasteriser: any PlotRasteriser = NativePlotRasteriser(),
        coreCount: Int,
        context: TrainingContext
    ) {
        self.offline = offline
        self.tracking = tracking
        self.registry = registry
        self.artifacts = artifacts
        self.snapshots = snapshots
        self.trainer = trainer
        self.rasteriser = rasteriser
        self.coreCount = max(1, coreCount)
        self.context = context
    }

    /// Trains `recipe` and registers a version when every gate passes.
    ///
    /// - Parameters:
    ///   - recipe: what to train.
    ///   - recipeHash: what names the recipe's text; see ``Recipe/hash(ofText:)``.
    ///   - catalog: the workspace's features.
    ///   - onEvent: called as things happen, from any thread.
    /// - Returns: the report; a missed gate is a result, not an error.
    /// - Throws: ``TrainingError`` when the data cannot be trained on, `CancellationError` when interrupted, and what
    ///   the stores throw.
    package func train(
        _ recipe: Recipe,
        recipeHash: ContentHash,
        catalog: FeatureCatalog,
        onEvent: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws -> TrainingReport {
        let service = try recipe.featureService.map { try catalog.service($0.value) }
        let columns = try Self.columns(of: recipe, service: service)
        let experiment = try await self.tracking.experiment(orCreate: recipe.name, at: self.context.now())
        let closed = try await AbandonedRuns.close(
            inExperiment: experiment.id,
            tracking: self.tracking,
            context: self.context
        )
        if closed > 0 { onEvent(.abandonedRunsClosed(count: closed)) }
        let snapshot = try await self.snapshot(of: recipe, service: service, onEvent: onEvent)
        let table = try TrainingTable(batch: snapshot.batch, recipe: recipe, columns: columns)
        let split = table.split
        onEvent(.splitMade(train: split.train.count, validation: split.validation.count, test: split.test.count))
        let late = LeakageGuard.lateFeatures(snapshot.result.lateShares, among: service?.features ?? [])
        let leaks = late + (try await EngineThread.run { Self.leaks(in: table, task: recipe.task) })
        for leak in leaks { onEvent(.leakageSuspected(leak)) }
        let training = Training(
            service: self,
            recipe: recipe,
            recipeHash: recipeHash,
            features: service,
            experimentID: experiment.id,
            snapshot: snapshot,
            table: table,
            leaks: leaks,
            onEvent: onEvent
        )
        return try await training.carryOut()
    }

    /// The model's columns: the service's features in its order, then the request features as written.
    package static func columns(
        of recipe: Recipe,
        service: FeatureService?
    ) throws(TrainingError) -> [ModelColumn] {
        let features = (service?.features ?? [])
            .map { reference in
                ModelColumn(
                    name: reference.columnName,
                    type: reference.type,
                    source: .feature(view: reference.view, feature: reference.feature),
                    isRequired: false
                )
            }
        let requested = recipe.requestFeatures.entries.map { entry in
            ModelColumn(name: entry.name, type: entry.value.type, source: .request, isRequired: entry.value.isRequired)
        }
        let columns = features + requested
        let names = columns.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw TrainingError(
                .trainingDuplicateColumn,
                "the model of recipe '\(recipe.name)' would have two columns '\(twice)'; rename the request feature"
            )
        }
        return columns
    }

    private func snapshot(
        of recipe: Recipe,
        service: FeatureService?,
        onEvent: @Sendable (TrainingEvent) -> Void
    ) async throws -> Snapshot {
        let started = self.context.now()
        let request = HistoricalRequest(
            spine: .sql(recipe.loader.sql.value),
            timestampColumn: recipe.loader.timestamp.value,
            service: service,
            output: try self.snapshots.stagingPath(),
            countsLateRows: true
        )
        let result = try await self.offline.historicalFeatures(request)
        let path = try self.snapshots.keep(result.path, as: result.contentHash)
        let batch = try await self.offline.readParquet(path)
        onEvent(
            .snapshotReady(
                hash: result.contentHash,
                rowCount: batch.rowCount,
                columnCount: batch.columns.count,
                seconds: Double(self.context.now().microseconds - started.microseconds) / 1_000_000
            )
        )
        return Snapshot(result: result, path: path, batch: batch)
    }

    private static func leaks(in table: TrainingTable, task: TrainingTask) -> [LeakageFinding] {
        let rows = table.split.train
        let labels = table.labels(of: rows)
        return table.columns.enumerated()
            .compactMap { position, column in
                LeakageGuard.examine(
                    name: column.name,
                    values: table.column(position, of: rows),
                    categories: table.encodings[position]?.categories,
                    labels: labels,
                    task: task
                )
            }
    }
}

/// The training set of one training.
struct Snapshot: Sendable {
    let result: HistoricalResult
    let path: String
    let batch: ColumnBatch

    /// The data set as a run records it, with the way back to the raw files.
    func dataset(of recipe: Recipe) -> DatasetInput {
        let source = JSONValue.object([
            "path": .string(self.path), "sql": .string(recipe.loader.sql.value),
            "tables": .array(self.result.sourceTables.map(JSONValue.string)),
            "batches": .array(self.result.batches.map { .string($0.description) }),
        ])
        let fields = self.batch.schema.fields.map { field -> JSONValue in
            .object(["name": .string(field.name), "type": .string(field.type.rawValue)])
        }
        return DatasetInput(
            name: recipe.name,
            digest: self.result.contentHash.description,
            sourceType: "snapshot",
            source: source.canonicalText,
            schema: JSONValue.array(fields).canonicalText,
            profile: JSONValue.object(["rows": .integer(Int64(self.batch.rowCount))]).canonicalText,
            context: "training"
        )
    }
}

extension ErrorCode {
    /// Two model columns with one name.
    package static let trainingDuplicateColumn = ErrorCode("training.duplicateColumn")
}
