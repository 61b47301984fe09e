import Foundation
import MartletEngines

/// The prediction log as a view of the warehouse.
enum PredictionsView {
    /// Makes the temporary view `predictions` over the segments in `directory`, which may be missing.
    ///
    /// Its columns are the same with and without segments.
    static func create(over directory: String, on connection: DuckDBConnection) throws {
        let segments = PredictionLogReader(directory: URL(fileURLWithPath: directory)).segments
        try connection.execute("CREATE OR REPLACE TEMP VIEW predictions AS \(PredictionLogView.query(segments))")
    }
}
