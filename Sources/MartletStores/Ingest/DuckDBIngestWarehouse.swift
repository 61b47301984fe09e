import Foundation
package import MartletCore
import MartletEngines
package import MartletIngest

/// Loads batches into the DuckDB warehouse.
package struct DuckDBIngestWarehouse: IngestWarehouse {
    private let session: WarehouseSession
    private let rawRoot: String

    /// Takes the warehouse and the folder that the paths of landed batches start from.
    package init(session: WarehouseSession, rawRoot: String) {
        self.session = session
        self.rawRoot = rawRoot
    }

    package func recordedDefinition(source: String, batch: ContentHash) async throws -> ContentHash? {
        let scratch = self.scratch(for: batch)
        return try await self.session.withConnection(readOnly: true) { connection in
            // What a run left that was killed between its commit and its end.
            try? FileManager.default.removeItem(atPath: scratch)
            return try Self.recordedDefinition(source, batch, connection)
        }
    }

    private static func recordedDefinition(
        _ source: String,
        _ batch: ContentHash,
        _ connection: DuckDBConnection
    ) throws -> ContentHash? {
        guard try WarehouseTables(connection: connection).exists("martlet_loads") else { return nil }
        let rows = try connection.query(
            "SELECT definition_hash FROM main.martlet_loads WHERE source = ? AND batch = ?",
            [.string(source), .string(batch.description)]
        )
        return rows.rowCount == 0 ? nil : ContentHash(hex: rows.columns[0][0].text)
    }

    private func scratch(for batch: ContentHash) -> String { self.session.path + ".staging-\(batch.short)" }

    package func load(
        _ load: BatchLoad,
        reached: @escaping @Sendable (IngestStep) -> Void
    ) async throws -> BatchFigures? {
        let pages = load.batch.pages.map { self.rawRoot + "/" + $0 }
        let scratch = self.scratch(for: load.batch.hash)
        return try await self.session.withConnection { connection in
            // The file is this process's alone from here on, so what holds now holds until the end.
            let recorded = try Self.recordedDefinition(load.definition.name, load.batch.hash, connection)
            guard recorded == nil || load.isReload else { return nil }
            try? FileManager.default.removeItem(atPath: scratch)
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            try BatchPipeline.makeHeld(connection)
            let stage = BatchStage(connection: connection, load: load, pages: pages, scratch: scratch)
            var pipeline = try BatchPipeline(connection: connection, load: load, layout: stage.run())
            reached(.staged)
            try pipeline.type()
            reached(.typed)
            try pipeline.check(afterCleaning: false)
            reached(.checked)
            try pipeline.clean()
            try pipeline.check(afterCleaning: true)
            reached(.cleaned)
            try pipeline.judge()
            let finished = pipeline
            try connection.transaction {
                try WarehouseTables(connection: connection).create()
                if finished.figures.refusals.isEmpty {
                    try finished.write()
                } else {
                    try finished.recordRefusal()
                }
                reached(.written)
            }
            reached(.committed)
            return finished.figures
        }
    }
}
