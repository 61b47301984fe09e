package import Foundation

/// The SQL of the warehouse's view `predictions` over the segments of the prediction log.
package enum PredictionLogView {
    /// Creates or replaces the view; run it whenever a warehouse session opens, since it depends on `hasSegments`.
    ///
    /// One row for each request, refused ones too. `predictions` has one double for each input; `inputs` is JSON with
    /// `entities`, `features`, `statuses` and `event_times` for each. Lines that a crash cut off are passed over.
    ///
    /// `hasSegments` says whether `directory` holds a `.jsonl` file yet; without one the view is empty.
    package static func createStatement(directory: URL, hasSegments: Bool) -> String {
        "CREATE OR REPLACE VIEW predictions AS \(Self.query(directory: directory, hasSegments: hasSegments))"
    }

    /// The view's query.
    package static func query(directory: URL, hasSegments: Bool) -> String {
        guard hasSegments else {
            let columns = Self.columns.map { "NULL::\($0.type) AS \($0.name)" }.joined(separator: ", ")
            return "SELECT \(columns) WHERE false"
        }
        let glob = directory.path.replacingOccurrences(of: "'", with: "''") + "/*.jsonl"
        let columns = Self.columns.map { "\($0.name): '\($0.type)'" }.joined(separator: ", ")
        let names = Self.columns.map(\.name).joined(separator: ", ")
        return "SELECT \(names) FROM read_json('\(glob)', format = 'newline_delimited', ignore_errors = true, "
            + "columns = {\(columns)}) WHERE request_id IS NOT NULL"
    }

    private static let columns: [(name: String, type: String)] = [
        ("request_id", "VARCHAR"), ("time", "TIMESTAMP"), ("endpoint", "VARCHAR"), ("model", "VARCHAR"),
        ("version", "BIGINT"), ("status", "VARCHAR"), ("error_code", "VARCHAR"), ("error_field", "VARCHAR"),
        ("latency_us", "BIGINT"), ("predictions", "DOUBLE[]"), ("inputs", "JSON"),
    ]
}
