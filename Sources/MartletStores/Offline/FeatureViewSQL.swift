import MartletCore
package import MartletFeatures

/// Writes a feature view as DuckDB SQL.
package enum FeatureViewSQL {
    static let event = "__event"
    static let created = "__created"

    /// The query for the raw rows of the source, with its own columns.
    ///
    /// `martlet check` describes it to learn the columns and types a view can name.
    package static func source(_ view: FeatureView) -> String {
        switch view.source {
        case .table(let table): "SELECT * FROM \(SQLText.identifier(table))"
        case .sql(let sql): "SELECT * FROM (\n\(self.trimmed(sql))\n)"
        }
    }

    /// The query for the rows a point-in-time join reads: join keys, `__event`, `__created`, then a column for each
    /// feature, or for each aggregated column `__c0`, `__c1`, …, all of their declared types.
    ///
    /// Rows without a key or a time describe nothing and are left out.
    package static func viewSQL(_ view: FeatureView) -> String {
        let event = "CAST(\(SQLText.identifier(view.eventTimestamp)) AS TIMESTAMP)"
        let created = view.createdTimestamp.map { "CAST(\(SQLText.identifier($0)) AS TIMESTAMP)" } ?? event
        let keys = view.joinKeys.map { key in
            "CAST(\(SQLText.identifier(key.name)) AS \(SQLText.type(key.type))) AS \(SQLText.identifier(key.name))"
        }
        let columns = keys + ["\(event) AS \(self.event)", "\(created) AS \(self.created)"] + self.columns(view)
        let present =
            view.joinKeys.map { "\(SQLText.identifier($0.name)) IS NOT NULL" }
            + ["\(event) IS NOT NULL", "\(created) IS NOT NULL"]
        let from =
            switch view.source {
            case .table(let table): SQLText.identifier(table)
            case .sql(let sql): "(\n\(self.trimmed(sql))\n)"
            }
        return """
            SELECT \(columns.joined(separator: ", "))
            FROM \(from)
            WHERE \(present.joined(separator: " AND "))
            """
    }

    /// The columns that aggregates of `view` read, each once.
    static func aggregatedColumns(_ view: FeatureView) -> [String] {
        var seen: Set<String> = []
        return view.features
            .compactMap { feature in
                if case .aggregate(let aggregate) = feature.origin { aggregate.column } else { nil }
            }
            .filter { seen.insert($0).inserted }
    }

    /// The entity key of a row of ``viewSQL(_:)`` as the text of an ``EntityKey``.
    static func entityKey(_ view: FeatureView) -> String {
        let parts = view.joinKeys.map { "CAST(\(SQLText.identifier($0.name)) AS VARCHAR)" }
        guard parts.count > 1 else { return parts.first ?? "''" }
        return parts.map { "replace(replace(\($0), '\\', '\\\\'), '|', '\\|')" }.joined(separator: " || '|' || ")
    }

    private static func columns(_ view: FeatureView) -> [String] {
        guard !view.isAggregated else {
            return self.aggregatedColumns(view).enumerated()
                .map { "CAST(\(SQLText.identifier($1)) AS DOUBLE) AS __c\($0)" }
        }
        return view.features.map { feature in
            guard case .column(let column) = feature.origin else { return "NULL" }
            let value = "CAST(\(SQLText.identifier(column)) AS \(SQLText.type(feature.type)))"
            return "\(value) AS \(SQLText.identifier(feature.name))"
        }
    }

    /// `sql` without the semicolon people end a query with.
    private static func trimmed(_ sql: String) -> String {
        var text = sql[...]
        while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
        return String(text)
    }
}
