import Foundation
package import MartletCore

/// When a variant is taken out at once because of what its last requests did.
///
/// It is no verdict, for which 64 requests are too few; it stops harm that is plain to see.
package struct FusePolicy: Sendable, Hashable, Codable {
    /// How many of the last 64 requests may fail or be slow; one more takes the variant out.
    package var toleratedFaultCount: Int
    /// From how many microseconds on a request is slow.
    package var slowMicroseconds: Int64

    /// Holds the limits; the standard ones are 15 of 64 and half a second.
    package init(toleratedFaultCount: Int = 15, slowMicroseconds: Int64 = 500_000) {
        self.toleratedFaultCount = toleratedFaultCount
        self.slowMicroseconds = slowMicroseconds
    }

    /// How many requests are looked at.
    package static let windowCount = 64

    /// The limits for a variant that may keep to an error rate and a quantile of latency, and be neither better nor worse.
    ///
    /// Of such a variant, the 64 requests are over the limit in less than one case in a billion.
    ///
    /// - Parameters:
    ///   - errorRate: the share of requests that may fail.
    ///   - slowShare: the share of requests that may take longer than `slowMicroseconds`.
    ///   - slowMicroseconds: from when on a request is slow.
    package init(errorRate: Double, slowShare: Double, slowMicroseconds: Int64) {
        let share = min(max(errorRate + slowShare, 0), 1)
        self.init(toleratedFaultCount: Self.tolerated(share), slowMicroseconds: slowMicroseconds)
    }

    /// The least count that more than this many of 64 trials of probability `share` exceed with at most 1e-9.
    private static func tolerated(_ share: Double) -> Int {
        guard share > 0 else { return 0 }
        guard share < 1 else { return Self.windowCount }
        let trials = Double(Self.windowCount)
        var tail = 0.0
        for count in stride(from: Self.windowCount, through: 1, by: -1) {
            let successes = Double(count)
            let ways = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
            tail += exp(ways + successes * log(share) + (trials - successes) * log1p(-share))
            if tail > 1e-9 { return count }
        }
        return 0
    }

    /// Whether a request counts as a fault.
    package func isFault(failed: Bool, latencyMicroseconds: Int64) -> Bool {
        failed || latencyMicroseconds >= self.slowMicroseconds
    }

    /// Why a variant is taken out whose last 64 requests are the bits of `window`, a fault as 1; `nil` while it is not.
    package func reason(_ window: UInt64) -> Remark? {
        let count = window.nonzeroBitCount
        guard count > self.toleratedFaultCount else { return nil }
        return Remark("fuse.faults", "\(count) of its last \(Self.windowCount) requests failed or were slow")
    }
}
