import MartletCore
import MartletEngines
import MartletFeatures

/// Writes an entity spine as DuckDB SQL.
enum SpineSQL {
    /// The query for the rows of the spine of `request`.
    ///
    /// In a CSV file the join keys are read as their declared type, so that `00003` keeps its zeros.
    static func query(_ request: HistoricalRequest, on connection: DuckDBConnection) throws -> String {
        switch request.spine {
        case .sql(let sql):
            var text = sql[...]
            while let last = text.last, last.isWhitespace || last == ";" { text.removeLast() }
            return String(text)
        case .file(let path):
            let file = SQLText.literal(path)
            let name = path.lowercased()
            if name.hasSuffix(".parquet") { return "SELECT * FROM read_parquet(\(file))" }
            if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") || name.hasSuffix(".json") {
                return "SELECT * FROM read_json_auto(\(file))"
            }
            let plain = "SELECT * FROM read_csv(\(file), header = true)"
            let columns = try connection.describe(plain)
            let types = (request.service?.joinKeys ?? []).filter { columns.type(of: $0.name) != nil }
                .map { "\(SQLText.literal($0.name)): \(SQLText.literal(SQLText.type($0.type)))" }
            guard !types.isEmpty else { return plain }
            return "SELECT * FROM read_csv(\(file), header = true, types = {\(types.joined(separator: ", "))})"
        }
    }
}
