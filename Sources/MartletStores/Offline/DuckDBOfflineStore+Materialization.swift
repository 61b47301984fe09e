package import MartletCore
import MartletEngines
package import MartletFeatures

extension DuckDBOfflineStore {
    package func latestArrival(in view: FeatureView) async throws -> EventTime? {
        try await self.session.withConnection(readOnly: true) { connection in
            guard let column = try Self.arrivalColumn(of: view, on: connection) else { return nil }
            let latest = try connection.query(
                "SELECT max(CAST(\(column) AS TIMESTAMP)) FROM (\(FeatureViewSQL.source(view)))"
            )
            if case .time(let moment) = latest.columns[0][0] { return moment }
            return nil
        }
    }

    package func newestRows(
        _ read: MaterializationRead,
        chunkSize: Int,
        _ body: @Sendable ([OnlineEntry]) async throws -> Void
    ) async throws {
        // One row for each entity, by column: small beside the history, and the warehouse is closed before the writing.
        let batches = try await self.session.withConnection(readOnly: true) { connection in
            let arrival = try Self.arrivalColumn(of: read.view, on: connection)
            var batches: [ColumnBatch] = []
            try connection.forEachBatch(MaterializationSQL.query(read, arrivalColumn: arrival), []) {
                batches.append($0)
            }
            return batches
        }
        var chunk: [OnlineEntry] = []
        for batch in batches {
            for row in 0..<batch.rowCount {
                guard let entry = Self.entry(batch, row) else { continue }
                chunk.append(entry)
                if chunk.count == chunkSize {
                    try await body(chunk)
                    chunk.removeAll(keepingCapacity: true)
                }
            }
        }
        if !chunk.isEmpty { try await body(chunk) }
    }

    private static func entry(_ batch: ColumnBatch, _ row: Int) -> OnlineEntry? {
        guard case .string(let key) = batch.columns[0][row], case .time(let event) = batch.columns[1][row],
            case .time(let created) = batch.columns[2][row]
        else { return nil }
        let values = batch.columns.dropFirst(3).map { $0[row] }
        return OnlineEntry(
            key: EntityKey(text: key),
            row: OnlineRow(eventTime: event, createdTime: created, values: Array(values))
        )
    }

    /// The column that says when a row reached the warehouse: ingest's own when the source has it, else the created
    /// timestamp.
    private static func arrivalColumn(of view: FeatureView, on connection: DuckDBConnection) throws -> String? {
        let columns = try connection.describe(FeatureViewSQL.source(view)).names
        if columns.contains("_loaded_at") { return "_loaded_at" }
        return view.createdTimestamp.map(SQLText.identifier)
    }
}

/// Writes the reads of a materialization as DuckDB SQL.
enum MaterializationSQL {
    /// The newest valid rows: key text, event time, created time, then the features.
    static func query(_ read: MaterializationRead, arrivalColumn: String?) -> String {
        let view = read.view
        let moment = SQLText.literal(.time(read.asOf))
        let keys = view.joinKeys.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        let after = read.after.map { "WHERE __key > \(SQLText.literal($0.text))" } ?? ""
        let inner =
            view.isAggregated
            ? self.aggregates(view, moment: moment, keys: keys)
            : self.newest(read, moment: moment, keys: keys, arrivalColumn: arrivalColumn)
        return "SELECT * FROM (\(inner)) \(after) ORDER BY __key"
    }

    private static func newest(
        _ read: MaterializationRead,
        moment: String,
        keys: String,
        arrivalColumn: String?
    ) -> String {
        let view = read.view
        let features = view.features.map { SQLText.identifier($0.name) }
        let order = (["__event", "__created"] + features).map { "\($0) DESC NULLS LAST" }.joined(separator: ", ")
        var conditions = ["__event <= \(moment)", "__created <= \(moment)"]
        if let ttl = view.ttl { conditions.append("__event >= \(SQLText.literal(.time(read.asOf - ttl)))") }
        // Entities with news are judged by all of their rows, so that the outcome is that of a full read.
        let news = self.news(read, arrivalColumn: arrivalColumn)
            .map { "SEMI JOIN (\(FeatureViewSQL.viewSQL(view.reading(.sql($0))))) n USING (\(keys))" }
        return """
            SELECT \(FeatureViewSQL.entityKey(view)) AS __key, __event, __created, \(features.joined(separator: ", "))
            FROM (\(FeatureViewSQL.viewSQL(view))) v \(news ?? "")
            WHERE \(conditions.joined(separator: " AND "))
            QUALIFY row_number() OVER (PARTITION BY \(keys) ORDER BY \(order)) = 1
            """
    }

    /// The query for the source rows that arrived or became visible since the last run, or `nil` for all.
    private static func news(_ read: MaterializationRead, arrivalColumn: String?) -> String? {
        guard let since = read.changedSince, let arrived = read.arrivedFrom, let arrivalColumn else { return nil }
        let recent = SQLText.literal(.time(since))
        let times = ([read.view.eventTimestamp] + [read.view.createdTimestamp].compactMap { $0 })
            .map { "CAST(\(SQLText.identifier($0)) AS TIMESTAMP) > \(recent)" }
        let arrivals = "CAST(\(arrivalColumn) AS TIMESTAMP) >= \(SQLText.literal(.time(arrived)))"
        return "SELECT * FROM (\(FeatureViewSQL.source(read.view))) "
            + "WHERE \(([arrivals] + times).joined(separator: " OR "))"
    }

    /// Every entity with a visible event, whatever its age: a count of 0 is a value too.
    private static func aggregates(_ view: FeatureView, moment: String, keys: String) -> String {
        let columns = FeatureViewSQL.aggregatedColumns(view)
        let values = view.features.map { feature -> String in
            guard case .aggregate(let aggregate) = feature.origin else { return "NULL" }
            let column = aggregate.column.flatMap { columns.firstIndex(of: $0) }.map { "v.__c\($0)" }
            let start = "\(moment) - to_microseconds(\(aggregate.window.microseconds))"
            let call = AggregateSQL.call(aggregate, column: column, window: "v.__event > \(start)")
            return "\(call) AS \(SQLText.identifier(feature.name))"
        }
        return """
            SELECT \(FeatureViewSQL.entityKey(view)) AS __key, \(moment) AS __event, \(moment) AS __created,
                \(values.joined(separator: ", "))
            FROM (\(FeatureViewSQL.viewSQL(view))) v
            WHERE v.__event <= \(moment) AND v.__created <= \(moment)
            GROUP BY \(keys)
            """
    }
}
