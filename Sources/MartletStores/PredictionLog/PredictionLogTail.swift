package import Foundation
package import MartletCore
import Synchronization

/// Reads the segments of the prediction log as they grow, each record once.
///
/// A line that is not whole yet is read at the next look. What it knows is in memory; a new one reads all again.
package final class PredictionLogTail: Sendable {
    private let directory: URL
    private let offsets = Mutex<[String: UInt64]>([:])

    /// Reads the segments in `directory`, which may be missing.
    package init(directory: URL) { self.directory = directory }

    /// Hands each whole record that is new since the last look to `body`, oldest segment first.
    ///
    /// Segments of days before `begin` are passed over. Lines that a crash cut off are too.
    ///
    /// - Throws: `log.failed` when a segment cannot be read; what was handed over before is not handed over again.
    package func forEachNew(since begin: EventTime, _ body: (LoggedPrediction) -> Void) throws(StoreError) {
        let decoder = JSONDecoder()
        for url in PredictionLogReader(directory: self.directory).segments.reversed() {
            let name = url.lastPathComponent
            guard name.prefix(10) >= begin.day else { continue }
            var offset = self.offsets.withLock { $0[name] ?? 0 }
            for line in try PredictionLogSegment.newLines(of: url, from: &offset) {
                guard let record = try? decoder.decode(LoggedPrediction.self, from: Data(line)) else { continue }
                body(record)
            }
            let position = offset
            self.offsets.withLock { $0[name] = position }
        }
    }
}
