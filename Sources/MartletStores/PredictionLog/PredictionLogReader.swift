package import Foundation
package import MartletCore

/// Finds records in the segments of the prediction log.
package struct PredictionLogReader: Sendable {
    private let directory: URL

    /// Reads the segments in `directory`, which may be missing.
    package init(directory: URL) { self.directory = directory }

    /// The segment files, the newest day first.
    package var segments: [URL] {
        let files = (try? FileManager.default.contentsOfDirectory(at: self.directory, includingPropertiesForKeys: nil))
        return (files ?? []).filter { $0.pathExtension == "jsonl" }
            .sorted { $0.lastPathComponent > $1.lastPathComponent }
    }

    /// The record of the answer to `requestID`, or `nil`; those of shadows are passed over.
    ///
    /// Newest segments first. A line that a crash cut off is passed over.
    ///
    /// - Throws: `log.failed` when a segment cannot be read.
    /// - Complexity: O(bytes of the log).
    package func record(of requestID: String) throws(StoreError) -> LoggedPrediction? {
        let prefix = Data("{\"request_id\":\"\(requestID)\"".utf8)
        for url in self.segments {
            let data = try PredictionLogSegment.bytes(of: url)
            var start = data.startIndex
            while let found = data.range(of: prefix, in: start..<data.endIndex) {
                let end = data[found.lowerBound...].firstIndex(of: UInt8(ascii: "\n")) ?? data.endIndex
                if let record = try? JSONDecoder()
                    .decode(LoggedPrediction.self, from: Data(data[found.lowerBound..<end])),
                    record.shadow != true
                {
                    return record
                }
                start = end
            }
        }
        return nil
    }

    /// At most `limit` records of answers by `endpoint`, the newest of each process first; those of shadows are passed
    /// over, as are torn lines.
    ///
    /// - Throws: `log.failed` when a segment cannot be read.
    package func newestRecords(of endpoint: String, limit: Int) throws(StoreError) -> [LoggedPrediction] {
        var mark = ""
        JSONValue.quote(endpoint, into: &mark)
        let bytes = Data("\"endpoint\":\(mark)".utf8)
        var records: [LoggedPrediction] = []
        for url in self.segments {
            let data = try PredictionLogSegment.bytes(of: url)
            for line in data.split(separator: UInt8(ascii: "\n")).reversed() where line.range(of: bytes) != nil {
                guard let record = try? JSONDecoder().decode(LoggedPrediction.self, from: Data(line)),
                    record.endpoint == endpoint, record.status == "answered", record.shadow != true
                else { continue }
                records.append(record)
                if records.count == limit { return records }
            }
        }
        return records
    }

    /// All whole records, oldest segment first; torn lines are passed over.
    ///
    /// - Throws: `log.failed` when a segment cannot be read.
    package func records() throws(StoreError) -> [LoggedPrediction] {
        var records: [LoggedPrediction] = []
        for url in self.segments.reversed() {
            for line in try PredictionLogSegment.bytes(of: url).split(separator: UInt8(ascii: "\n")) {
                guard let record = try? JSONDecoder().decode(LoggedPrediction.self, from: Data(line)) else { continue }
                records.append(record)
            }
        }
        return records
    }

    /// Hands each whole record of `endpoint` in a window to `body`, segment by segment, in the order they were written.
    ///
    /// `from` belongs to the window, `to` does not. Days outside of it are not read; torn lines are passed over.
    ///
    /// - Throws: `log.failed` when a segment cannot be read, and what `body` throws.
    package func forEach(
        at endpoint: String,
        from begin: EventTime,
        to end: EventTime,
        _ body: (LoggedPrediction) throws -> Void
    ) throws {
        var mark = ""
        JSONValue.quote(endpoint, into: &mark)
        let bytes = Data("\"endpoint\":\(mark)".utf8)
        let decoder = JSONDecoder()
        // A record may have waited over midnight for its disk.
        let lastDay = (end + .days(1)).day
        for url in self.segments.reversed() {
            let day = String(url.lastPathComponent.prefix(10))
            guard day >= begin.day, day <= lastDay else { continue }
            let data = try PredictionLogSegment.bytes(of: url)
            for line in data.split(separator: UInt8(ascii: "\n")) where line.range(of: bytes) != nil {
                guard let record = try? decoder.decode(LoggedPrediction.self, from: Data(line)),
                    record.endpoint == endpoint, begin <= record.time, record.time < end
                else { continue }
                try body(record)
            }
        }
    }
}
