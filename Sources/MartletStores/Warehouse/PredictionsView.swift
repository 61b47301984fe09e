import Foundation
import MartletEngines

/// The prediction log as a view of the warehouse.
enum PredictionsView {
    /// Makes the temporary view `predictions` over the segments in `directory`.
    ///
    /// A line that a crash cut short is left out. Without segments the view is empty.
    static func create(over directory: String, on connection: DuckDBConnection) throws {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let segments = files.filter { $0.hasSuffix(".jsonl") }.sorted()
            .map { directory + "/" + $0 }
            .filter { path in
                let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
                return (size ?? 0) > 0
            }
        guard !segments.isEmpty else {
            try connection.execute(
                "CREATE OR REPLACE TEMP VIEW predictions AS SELECT CAST(NULL AS VARCHAR) AS request_id WHERE false"
            )
            return
        }
        let list = segments.map(SQLText.literal).joined(separator: ", ")
        try connection.execute(
            """
            CREATE OR REPLACE TEMP VIEW predictions AS
            SELECT * FROM read_json([\(list)], format = 'newline_delimited', union_by_name = true,
                ignore_errors = true, sample_size = -1, maximum_object_size = 67108864)
            """
        )
    }
}
