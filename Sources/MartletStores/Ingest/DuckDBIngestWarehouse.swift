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

    package func recordedLoad(source: String, origin: String) async throws -> RecordedLoad? {
        try await self.session.withConnection(readOnly: true) { connection in
            guard try WarehouseTables(connection: connection).hasColumn("version", in: "martlet_loads") else {
                return nil
            }
            let rows = try connection.query(
                """
                SELECT batch, raw_path, definition_hash, version FROM main.martlet_loads
                WHERE source = ? AND origin = ? ORDER BY loaded_at DESC, batch LIMIT 1
                """,
                [.string(source), .string(origin)]
            )
            guard rows.rowCount > 0, let batch = ContentHash(hex: rows.columns[0][0].text),
                let definition = ContentHash(hex: rows.columns[2][0].text)
            else { return nil }
            let version = rows.columns[3][0]
            return RecordedLoad(
                batch: LandedBatch(hash: batch, path: rows.columns[1][0].text, pages: [], byteCount: 0),
                definition: definition,
                version: version == .null ? nil : version.text
            )
        }
    }

    package func watermark(source: String) async throws -> String? {
        try await self.session.withConnection(readOnly: true) { connection in
            guard try WarehouseTables(connection: connection).exists("martlet_watermarks") else { return nil }
            let rows = try connection.query(
                "SELECT value FROM main.martlet_watermarks WHERE source = ?",
                [.string(source)]
            )
            return rows.rowCount > 0 ? rows.columns[0][0].text : nil
        }
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
            let layout = try stage.run()
            var pipeline = try BatchPipeline(connection: connection, load: load, layout: layout)
            if load.isReload {
                let (source, batch) = (load.definition.name, load.batch.hash)
                try RepairOverlay(connection: connection, layout: layout, source: source, batch: batch).apply()
            }
            if !load.isFallback { try pipeline.observeSchema() }
            reached(.staged)
            try pipeline.type()
            reached(.typed)
            try pipeline.check(afterCleaning: false)
            reached(.checked)
            try pipeline.clean()
            try pipeline.check(afterCleaning: true)
            reached(.cleaned)
            try pipeline.judge()
            let (figures, writing) = (pipeline.figures, pipeline.writing)
            try connection.transaction {
                try WarehouseTables(connection: connection).create()
                if figures.refusals.isEmpty { try writing.write() } else { try writing.recordRefusal() }
                reached(.written)
            }
            reached(.committed)
            return figures
        }
    }
}
