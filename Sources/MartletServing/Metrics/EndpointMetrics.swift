package import MartletCore
import Synchronization

/// The counters of one variant of an endpoint and model version.
package final class EndpointMetrics: Sendable {
    /// A copy of the counters.
    package struct Counts: Sendable, Hashable {
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

        /// Counts nothing.
        package init() {}

        /// What was counted after `earlier`.
        package static func - (later: Counts, earlier: Counts) -> Counts {
            var counts = later
            counts.answeredCount -= earlier.answeredCount
            counts.predictionCount -= earlier.predictionCount
            for (code, count) in earlier.refusedCounts { counts.refusedCounts[code, default: count] -= count }
            counts.refusedCounts = counts.refusedCounts.filter { $0.value > 0 }
            for (index, count) in earlier.buckets.enumerated() { counts.buckets[index] -= count }
            counts.totalMicroseconds -= earlier.totalMicroseconds
            return counts
        }
    }

    /// The upper bounds of the latency histogram, in microseconds; the usual limits of promises are among them.
    package static let bucketMicroseconds: [Int64] = [
        25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 800_000,
        1_000_000,
    ]

    package let endpoint: String
    /// The model and version, such as `prices:3`; empty when none is live.
    package let version: String
    /// The variant's name; empty when none is live.
    package let variant: String
    /// Whether the variant scores beside and answers nobody.
    package let isShadow: Bool
    private let state = Mutex(Counts())
    private let history = Mutex(MetricsHistory())

    /// Starts at zero.
    package init(endpoint: String, version: String, variant: String, isShadow: Bool) {
        self.endpoint = endpoint
        self.version = version
        self.variant = variant
        self.isShadow = isShadow
    }

    /// The counters now.
    package var counts: Counts { self.state.withLock { $0 } }

    /// What was counted since `moment`: from the first sample that is not earlier, so never anything before it; nothing
    /// while there is none.
    package func counts(since moment: EventTime) -> Counts {
        guard let sample = self.history.withLock({ $0.counts(from: moment) }) else { return Counts() }
        return self.counts - sample
    }

    /// Remembers the counters as of `now`.
    func sample(at now: EventTime, isMark: Bool) {
        let counts = self.counts
        self.history.withLock { $0.add(counts, at: now, isMark: isMark) }
    }

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
