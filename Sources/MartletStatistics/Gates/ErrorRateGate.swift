import Foundation

/// Decides whether an error rate is below a threshold, safely at any traffic and at any look.
///
/// Three requests without an error prove nothing about "below 1 %"; three errors in three do prove it wrong. The gate
/// weighs the evidence each way with a mixture martingale, so it may be asked after every request.
package struct ErrorRateGate: Sendable, Hashable, Codable {
    /// The rate that must not be reached, strictly between 0 and 1.
    package let threshold: Double
    /// The probability of a wrong pass, and of a wrong fail, over all looks together.
    package let alpha: Double

    /// A gate at `threshold`.
    ///
    /// - Precondition: both strictly between 0 and 1.
    package init(threshold: Double, alpha: Double = 0.05) {
        precondition(threshold > 0 && threshold < 1, "a threshold lies between 0 and 1")
        precondition(alpha > 0 && alpha < 1, "alpha lies between 0 and 1")
        self.threshold = threshold
        self.alpha = alpha
    }

    /// The verdict on `errors`: all requests, and those that failed.
    ///
    /// - Complexity: O(√n) and a few dozen times that while inconclusive.
    package func verdict(on errors: BernoulliCount) -> GateVerdict {
        let (ones, zeros) = (Double(errors.successes), Double(errors.failures))
        if let decided = self.decision(ones, zeros) { return decided }
        // Without data the fewest that could pass: all of them good.
        let rate = errors.rate ?? 0
        let needed = CountSearch.least(from: 1) { more in
            self.decision(ones + more * rate, zeros + more * (1 - rate)) != nil
        }
        return .inconclusive(moreRequests: needed ?? .max)
    }

    /// The rates that the gate's own evidence leaves open, each bound with probability 1 - alpha over all looks.
    ///
    /// It passes when the upper bound is at or below the threshold, and fails when the lower is at or above it: the
    /// bounds are the thresholds at which the verdict would turn. 0 and 1 without a request.
    package func bounds(on errors: BernoulliCount) -> ConfidenceInterval {
        guard let rate = errors.rate else { return ConfidenceInterval(lower: 0, upper: 1) }
        let (ones, zeros) = (Double(errors.successes), Double(errors.failures))
        let limit = -log(self.alpha)
        return ConfidenceInterval(
            lower: ones == 0
                ? 0
                : Bisection.edge(inside: rate, outside: 0) {
                    RateMixture.above.logEvidence(ones, zeros, against: $0) >= limit
                },
            upper: zeros == 0
                ? 1
                : Bisection.edge(inside: rate, outside: 1) {
                    RateMixture.below.logEvidence(ones, zeros, against: $0) >= limit
                }
        )
    }

    /// The always-valid p-values: against a rate at or above the threshold (small passes), and against one at or below
    /// it (small fails).
    package func pValues(on errors: BernoulliCount) -> (pass: Double, fail: Double) {
        let (ones, zeros) = (Double(errors.successes), Double(errors.failures))
        return (
            min(exp(-RateMixture.below.logEvidence(ones, zeros, against: self.threshold)), 1),
            min(exp(-RateMixture.above.logEvidence(ones, zeros, against: self.threshold)), 1)
        )
    }

    private func decision(_ ones: Double, _ zeros: Double) -> GateVerdict? {
        let limit = -log(self.alpha)
        guard ones + zeros > 0 else { return nil }
        if RateMixture.below.logEvidence(ones, zeros, against: self.threshold) >= limit { return .pass }
        if RateMixture.above.logEvidence(ones, zeros, against: self.threshold) >= limit { return .fail }
        return nil
    }
}
