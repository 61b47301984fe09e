import Foundation
package import MartletCore
package import MartletEngines
package import MartletFeatures

/// The offline store in the DuckDB warehouse.
package struct DuckDBOfflineStore: OfflineStore {
    let session: WarehouseSession
    /// The number of pairs up to which joining all of them is cheaper than sorting the view.
    static let pairLimit = 30_000_000.0
    /// How many moments are examined for rows that arrived late.
    static let examinedMoments = 10_000
    /// Entities with at most this many moments each never need the exact count of pairs.
    static let harmlessSlotCount: Int64 = 32

    /// Reads the warehouse that `session` opens.
    package init(session: WarehouseSession) { self.session = session }

    package func historicalFeatures(_ request: HistoricalRequest) async throws -> HistoricalResult {
        try await self.session.withConnection { connection in
            try Self.historicalFeatures(request, on: connection)
        }
    }

    package func readParquet(_ path: String) async throws -> ColumnBatch {
        try await self.session.withConnection(readOnly: true) { connection in
            try connection.query("SELECT * FROM read_parquet(\(SQLText.literal(path)))")
        }
    }

    /// Runs a point-in-time join on an open connection; `strategy` is chosen by the data when it is `nil`.
    package static func historicalFeatures(
        _ request: HistoricalRequest,
        on connection: DuckDBConnection,
        strategy: PointInTimeSQL.Strategy? = nil
    ) throws -> HistoricalResult {
        let spine = try SpineSQL.query(request, on: connection)
        let plan = try PointInTimePlan(
            spine: try connection.describe(spine),
            timestampColumn: request.timestampColumn,
            service: request.service
        )
        let printer = PointInTimeSQL(plan)
        var lateShares: [String: Double] = [:]
        try connection.execute(printer.createSpine(from: spine))
        for index in plan.steps.indices {
            try connection.execute(printer.createSlots(index))
            let chosen = try strategy ?? self.strategy(for: index, printer, on: connection)
            do {
                try connection.execute(printer.createStep(index, by: chosen))
                let view = plan.steps[index].view
                if request.countsLateRows, view.createdTimestamp != nil {
                    let query = printer.lateShare(index, limit: self.examinedMoments)
                    let share = try connection.query(query).columns[0][0].number
                    if share > 0 { lateShares[view.name] = share }
                }
            } catch {
                throw FeatureError(
                    .featureViewFailed,
                    "feature view '\(plan.steps[index].view.name)' cannot be read: \(error.message)",
                    underlying: error
                )
            }
        }
        let partial = request.output + ".partial"
        try self.write(printer.result(), to: partial, output: request.output, on: connection)
        for index in plan.steps.indices {
            try connection.execute("DROP TABLE __step\(index); DROP TABLE __slots\(index)")
        }
        try connection.execute("DROP TABLE __spine")
        return try self.describe(request, plan: plan, spine: spine, lateShares: lateShares, on: connection)
    }

    private static func strategy(
        for index: Int,
        _ printer: PointInTimeSQL,
        on connection: DuckDBConnection
    ) throws -> PointInTimeSQL.Strategy {
        let view = printer.plan.steps[index].view
        guard !view.isAggregated else { return .pairs }
        let most = try connection.query(printer.countSlotsOfOneEntity(index)).columns[0][0]
        if case .int64(let count) = most, count <= self.harmlessSlotCount { return .pairs }
        let pairs = try connection.query(printer.countPairs(index)).columns[0][0].number
        return pairs <= self.pairLimit ? .pairs : .asOf
    }

    private static func write(
        _ query: String,
        to partial: String,
        output: String,
        on connection: DuckDBConnection
    ) throws {
        let folder = URL(fileURLWithPath: output).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try connection.execute("COPY (\(query)) TO \(SQLText.literal(partial)) (FORMAT parquet)")
        if FileManager.default.fileExists(atPath: output) { try FileManager.default.removeItem(atPath: output) }
        try FileManager.default.moveItem(atPath: partial, toPath: output)
    }

    private static func describe(
        _ request: HistoricalRequest,
        plan: PointInTimePlan,
        spine: String,
        lateShares: [String: Double],
        on connection: DuckDBConnection
    ) throws -> HistoricalResult {
        let counts = ["count(*)"] + plan.output.map { "count(\(SQLText.identifier($0.columnName)))" }
        let file = "read_parquet(\(SQLText.literal(request.output)))"
        let row = try connection.query("SELECT \(counts.joined(separator: ", ")) FROM \(file)").row(0).map(\.number)
        let sources = [spine] + plan.steps.map { FeatureViewSQL.source($0.view) }
        let sourceTables = Set(try sources.flatMap { try self.tables(of: $0, on: connection) }).sorted()
        let present = zip(plan.output, row.dropFirst()).map { ($0.columnName, Int($1)) }
        return HistoricalResult(
            path: request.output,
            rowCount: Int(row[0]),
            schema: try connection.describe("SELECT * FROM \(file)"),
            contentHash: try self.hash(of: request.output),
            sourceTables: sourceTables,
            batches: try self.batches(of: sourceTables, on: connection),
            presentCounts: Dictionary(uniqueKeysWithValues: present),
            lateShares: lateShares
        )
    }

    /// The tables of the warehouse that `query` names.
    ///
    /// Taken from the parsed text: the library's own list is refused for queries that call a table function.
    private static func tables(of query: String, on connection: DuckDBConnection) throws -> [String] {
        let names = try connection.query(
            """
            SELECT DISTINCT CAST(table_name AS VARCHAR) FROM information_schema.tables WHERE list_contains(
                json_extract_string(json_serialize_sql(CAST(? AS VARCHAR)), '$..table_name'), table_name)
            """,
            [.string(query)]
        )
        return (0..<names.rowCount).map { names.columns[0][$0].text }
    }

    private static func batches(of tables: [String], on connection: DuckDBConnection) throws -> [ContentHash] {
        let known = try connection.query(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'martlet_loads' AND NOT temporary"
        )
        guard known.columns[0][0].number > 0, !tables.isEmpty else { return [] }
        let list = tables.map(SQLText.literal).joined(separator: ", ")
        let loads = try connection.query(
            "SELECT DISTINCT CAST(batch AS VARCHAR) FROM martlet_loads WHERE source IN (\(list)) ORDER BY 1"
        )
        return (0..<loads.rowCount).compactMap { ContentHash(hex: loads.columns[0][$0].text) }
    }

    private static func hash(of path: String) throws -> ContentHash {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        var hasher = ContentHasher()
        while let block = try file.read(upToCount: 1 << 20), !block.isEmpty { hasher.update(block) }
        return hasher.finalize()
    }
}

extension ErrorCode {
    /// The source of a feature view cannot be read.
    package static let featureViewFailed = ErrorCode("features.viewFailed")
}
