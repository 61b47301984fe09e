package import MartletCore
import Synchronization

/// The counters of one endpoint and model version.
package final class EndpointMetrics: Sendable {
    /// A copy of the counters.
    package struct Counts: Sendable {
        /// Answered requests.
        package var answeredCount: UInt64 = 0
        /// Predictions in answered requests.
        package var predictionCount: UInt64 = 0
        /// Refused requests by error code.
        package var refusedCounts: [ErrorCode: UInt64] = [:]
        /// Requests by latency: one count for each of ``bucketMicroseconds`` and one beyond; not cumulative.
        package var buckets = [UInt64](repeating: 0, count: EndpointMetrics.bucketMicroseconds.count + 1)
        /// The sum of all latencies.
        package var totalMicroseconds: UInt64 = 0
    }

    /// The upper bounds of the latency histogram, in microseconds.
    package static let bucketMicroseconds: [Int64] = [
        25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ]

    package let endpoint: String
    /// The model and version, such as `prices:3`; empty when none is live.
    package let version: String
    private let state = Mutex(Counts())

    /// Starts at zero.
    package init(endpoint: String, version: String) {
        self.endpoint = endpoint
        self.version = version
    }

    /// The counters now.
    package var counts: Counts { self.state.withLock { $0 } }

    func answered(inputCount: Int, latencyMicroseconds: Int64) {
        self.state.withLock { counts in
            counts.answeredCount += 1
            counts.predictionCount += UInt64(inputCount)
            Self.observe(latencyMicroseconds, &counts)
        }
    }

    func refused(_ code: ErrorCode, latencyMicroseconds: Int64) {
        self.state.withLock { counts in
            counts.refusedCounts[code, default: 0] += 1
            Self.observe(latencyMicroseconds, &counts)
        }
    }

    private static func observe(_ microseconds: Int64, _ counts: inout Counts) {
        var bucket = 0
        while bucket < Self.bucketMicroseconds.count, microseconds > Self.bucketMicroseconds[bucket] { bucket += 1 }
        counts.buckets[bucket] += 1
        counts.totalMicroseconds += UInt64(clamping: microseconds)
    }
}
