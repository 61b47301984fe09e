import Foundation
import MartletCore

/// Reads one file of the prediction log.
enum PredictionLogSegment {
    /// All bytes, mapped where that is safe.
    ///
    /// - Throws: `log.failed`.
    static func bytes(of url: URL) throws(StoreError) -> Data {
        do {
            return try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw Self.unreadable(url, error)
        }
    }

    /// The whole lines from `offset` on, which then lies behind them; what a writer has not ended yet is left for later.
    ///
    /// - Throws: `log.failed`; `offset` is as it was.
    static func newLines(of url: URL, from offset: inout UInt64) throws(StoreError) -> [Data.SubSequence] {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            try handle.seek(toOffset: offset)
            data = try handle.readToEnd() ?? Data()
        } catch {
            throw Self.unreadable(url, error)
        }
        guard let end = data.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += UInt64(end - data.startIndex + 1)
        return data[...end].split(separator: UInt8(ascii: "\n"))
    }

    private static func unreadable(_ url: URL, _ error: any Error) -> StoreError {
        StoreError(
            .predictionLogFailed,
            "The prediction log file \(url.path) cannot be read; check its rights.",
            underlying: error
        )
    }
}
