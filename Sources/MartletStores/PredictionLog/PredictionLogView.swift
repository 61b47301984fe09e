package import Foundation

/// The SQL of the warehouse's view `predictions` over the segments of the prediction log.
package enum PredictionLogView {
    /// The view's query over `segments`; empty, with the same columns, when there are none.
    ///
    /// One row for each request, refused ones too, and one for each shadow that scored it, with `shadow` true. `predictions` has one double for each input; `inputs` is JSON with
    /// `entities`, `features`, `statuses` and `event_times` for each. Lines that a crash cut off are passed over.
    package static func query(_ segments: [URL]) -> String {
        guard !segments.isEmpty else {
            let columns = Self.columns.map { "NULL::\($0.type) AS \"\($0.name)\"" }.joined(separator: ", ")
            return "SELECT \(columns) WHERE false"
        }
        let files = segments.map { SQLText.literal($0.path) }.joined(separator: ", ")
        let columns = Self.columns.map { "\"\($0.name)\": '\($0.type)'" }.joined(separator: ", ")
        let names = Self.columns.map { $0.name == "shadow" ? "coalesce(shadow, false) AS shadow" : "\"\($0.name)\"" }
            .joined(separator: ", ")
        return "SELECT \(names) FROM read_json([\(files)], format = 'newline_delimited', ignore_errors = true, "
            + "maximum_object_size = \(Self.lineByteLimit), columns = {\(columns)}) WHERE request_id IS NOT NULL"
    }

    /// DuckDB takes twice this for each thread that reads; the largest record of the default limits is smaller.
    private static let lineByteLimit = 33_554_432

    private static let columns: [(name: String, type: String)] = [
        ("request_id", "VARCHAR"), ("time", "TIMESTAMP"), ("endpoint", "VARCHAR"), ("model", "VARCHAR"),
        ("version", "BIGINT"), ("status", "VARCHAR"), ("error_code", "VARCHAR"), ("error_field", "VARCHAR"),
        ("latency_us", "BIGINT"), ("predictions", "DOUBLE[]"), ("inputs", "JSON"),
        ("variant", "VARCHAR"), ("unit", "VARCHAR"), ("release", "VARCHAR"), ("instead_of", "VARCHAR"),
        ("shadow", "BOOLEAN"),
    ]
}
