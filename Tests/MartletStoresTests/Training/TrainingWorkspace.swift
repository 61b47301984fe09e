import Foundation
import MartletCore
import MartletEngines
import MartletFeatures
import MartletStores
import MartletTracking
import MartletTraining
import Synchronization
import Testing

/// A workspace in a folder of its own, with every store real.
final class TrainingWorkspace: Sendable {
    static let user = "park"
    let folder: String
    let warehouse: WarehouseSession
    let tracking: SQLTrackingStore
    let registry: SQLModelRegistry
    let artifacts: FileArtifactStore
    let catalog: FeatureCatalog
    private let minutes = Mutex<Int64>(0)

    init(features: String? = nil) throws {
        let folder = NSTemporaryDirectory() + "martlet-training-\(UUID().uuidString)"
        self.folder = folder
        self.warehouse = WarehouseSession(path: folder + "/warehouse.duckdb", locator: .ofProcess())
        let database = try MetadataDatabase(path: folder + "/metadata.sqlite")
        self.tracking = SQLTrackingStore(database)
        self.registry = SQLModelRegistry(database)
        self.artifacts = FileArtifactStore(root: folder + "/artifacts")
        self.catalog = try Self.catalog(features)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.folder) }

    private static func catalog(_ text: String?) throws -> FeatureCatalog {
        guard let text else { return FeatureCatalog(entities: [], views: [], services: []) }
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: text, file: "features/f.yaml", in: context))
        let catalog = FeatureCatalog.build([FeatureFile.read(document, in: context)], in: context)
        try #require(context.diagnostics.isEmpty, "\(context.diagnostics)")
        return catalog
    }

    /// Runs statements in the warehouse.
    func execute(_ sql: String) async throws {
        try await self.warehouse.withConnection { try $0.execute(sql) }
    }

    static func recipe(_ text: String) throws -> Recipe {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: text, file: "recipes/r.yaml", in: context))
        let recipe = Recipe.read(document, in: context)
        try #require(context.diagnostics.isEmpty, "\(context.diagnostics)")
        return recipe
    }

    func service(
        trainer: any ModelTrainer = NativeModelTrainer(locator: .ofProcess()),
        rasteriser: any PlotRasteriser = NativePlotRasteriser(),
        process: String = "this",
        living: Set<String> = ["this"]
    ) -> TrainingService {
        TrainingService(
            offline: DuckDBOfflineStore(session: self.warehouse),
            tracking: self.tracking,
            registry: self.registry,
            artifacts: self.artifacts,
            snapshots: FileSnapshotStore(root: self.folder + "/snapshots"),
            trainer: trainer,
            rasteriser: rasteriser,
            coreCount: 2,
            context: TrainingContext(
                user: Self.user,
                now: { self.now() },
                process: process,
                isAlive: { living.contains($0) }
            )
        )
    }

    /// A clock that moves on a minute each time it is read.
    func now() -> EventTime {
        self.minutes.withLock {
            $0 += 1
            return EventTime(microseconds: 1_800_000_000_000_000 + $0 * 60_000_000)
        }
    }

    func train(
        _ text: String,
        trainer: any ModelTrainer = NativeModelTrainer(locator: .ofProcess()),
        onEvent: @escaping @Sendable (TrainingEvent) -> Void = { _ in }
    ) async throws -> TrainingReport {
        try await self.service(trainer: trainer)
            .train(Self.recipe(text), recipeHash: Recipe.hash(ofText: text), catalog: self.catalog, onEvent: onEvent)
    }

    /// Every run of the experiment `name`, the first started first.
    func runs(of name: String) async throws -> [Run] {
        let experiment = try #require(try await self.tracking.experiment(named: name))
        let page = try await self.tracking.search(
            RunSearch(experimentIDs: [experiment.id], order: [RunOrder(.startedAt)])
        )
        return page.runs
    }
}
