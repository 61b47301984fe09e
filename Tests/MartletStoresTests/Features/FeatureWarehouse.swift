import Foundation
import MartletCore
import MartletEngines
import MartletFeatures
import MartletStores
import MartletTesting

/// A warehouse in a folder of its own, removed at the end of a test.
final class FeatureWarehouse: Sendable {
    let folder: URL
    let session: WarehouseSession

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.session = Self.session(in: self.folder.path)
    }

    deinit { try? FileManager.default.removeItem(at: self.folder) }

    static func session(in folder: String) -> WarehouseSession {
        WarehouseSession(path: folder + "/warehouse.duckdb", locator: .ofProcess())
    }

    func path(_ name: String) -> String { self.folder.appending(path: name).path }

    func execute(_ sql: String) async throws {
        try await self.session.withConnection { try $0.execute(sql) }
    }

    func append(_ batch: ColumnBatch, to table: String) async throws {
        try await self.session.withConnection { try $0.append(batch, to: table) }
    }

    /// Makes the tables `events` and `spine` of `join`.
    func fill(_ join: RandomJoin) async throws {
        for (table, batch) in [("events", join.sourceBatch), ("spine", join.spineBatch)] {
            try await self.execute(RandomJoin.ddl(table, batch.schema))
            try await self.append(batch, to: table)
        }
    }

    /// The rows that the join of `service` to `spine` gives by `strategy`.
    func join(
        _ service: FeatureService,
        to spine: EntitySpine,
        by strategy: PointInTimeSQL.Strategy? = nil
    ) async throws -> ColumnBatch {
        let request = HistoricalRequest(
            spine: spine,
            timestampColumn: "moment",
            service: service,
            output: self.path("joined.parquet")
        )
        return try await self.session.withConnection { connection in
            _ = try DuckDBOfflineStore.historicalFeatures(request, on: connection, strategy: strategy)
            return try connection.query("SELECT * FROM read_parquet('\(request.output)')")
        }
    }
}

/// A service of all features of `views`, in reverse so that order is seen to be kept.
func everything(of views: [FeatureView]) -> FeatureService {
    let features = views.flatMap { view in
        view.features.map { FeatureReference(view: view.name, feature: $0.name, type: $0.type) }
    }
    return FeatureService(name: "everything", features: features.reversed(), views: views)
}

/// The moment `hour` hours into the tests' data.
func hour(_ hour: Int) -> EventTime {
    EventTime(microseconds: 1_700_000_000_000_000 + Int64(hour) * 3_600_000_000)
}

/// Where the public data sets lie, and what tests do without them.
enum RealData {
    static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["MARTLET_DATA"] { return URL(filePath: named) }
        let package = URL(filePath: #filePath).appending(path: "../../../..").standardized
        return package.appending(path: "../shared/data").standardized
    }()

    static func path(_ name: String) -> String { self.folder.appending(path: name).path }

    /// Whether a test runs: with its data, or to fail because the data must be there.
    static func isExpected(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: self.path(name))
            || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_DATA"] == "1"
    }
}
