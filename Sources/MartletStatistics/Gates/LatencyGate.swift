/// Decides whether a latency quantile is below a threshold, safely at any traffic and at any look.
///
/// "The 95th percentile is below 500 ms" says the same as "fewer than 5 % of requests take more than 500 ms", which is a
/// statement about a rate: no estimate of the quantile is needed, and no assumption about the latencies.
package struct LatencyGate: Sendable, Hashable, Codable {
    /// The quantile, such as 0.95.
    package let quantile: Double
    /// The latency it must stay below, in milliseconds.
    package let thresholdMilliseconds: Double
    /// The probability of a wrong pass, and of a wrong fail, over all looks together.
    package let alpha: Double

    /// A gate on `quantile` at `thresholdMilliseconds`.
    ///
    /// - Precondition: quantile and alpha strictly between 0 and 1, the threshold positive.
    package init(quantile: Double, thresholdMilliseconds: Double, alpha: Double = 0.05) {
        precondition(quantile > 0 && quantile < 1, "a quantile lies between 0 and 1")
        precondition(thresholdMilliseconds > 0, "a latency threshold is positive")
        precondition(alpha > 0 && alpha < 1, "alpha lies between 0 and 1")
        self.quantile = quantile
        self.thresholdMilliseconds = thresholdMilliseconds
        self.alpha = alpha
    }

    /// The gate on the share of slow requests that says the same.
    package var rateGate: ErrorRateGate { ErrorRateGate(threshold: 1 - self.quantile, alpha: self.alpha) }

    /// The verdict on `slow`: all requests, and those that took longer than the threshold.
    package func verdict(on slow: BernoulliCount) -> GateVerdict { self.rateGate.verdict(on: slow) }

    /// Counts the slow requests of a histogram.
    ///
    /// A bucket that reaches past the threshold counts as slow whole, so a threshold between two bounds is judged as the
    /// bound below it: never too kindly.
    ///
    /// `upperBounds` are those of all buckets but the last, in milliseconds and rising; the last has none.
    package func slow(counts: [Int], upperBounds: [Double]) -> BernoulliCount {
        precondition(counts.count == upperBounds.count + 1, "one more bucket than bounds")
        let fast = zip(counts, upperBounds).reduce(0) { $0 + ($1.1 <= self.thresholdMilliseconds ? $1.0 : 0) }
        let all = counts.reduce(0, +)
        return BernoulliCount(trials: all, successes: all - fast)
    }
}
