import Foundation

/// Tests after every unit whether units arrive in the shares the plan says (sample ratio mismatch).
///
/// Exact at every size, for as long as the shares stay the same; start anew when the plan changes them.
///
/// - Source: M. Lindon, A. Malek, "Anytime-valid inference for multinomial count data", 2022: the Bayes factor of a
///   Dirichlet mixture against the planned shares, a martingale when they hold.
package struct SampleRatioSequence: Sendable, Hashable, Codable {
    /// The planned shares; they add to one.
    package let shares: [Double]
    /// How many units' worth the mixture is concentrated at the plan; more finds small mismatches sooner and great ones
    /// a little later.
    package let concentration: Double

    /// Holds arrivals against `weights`, in any scale.
    ///
    /// - Precondition: at least two weights, all positive.
    package init(weights: [Double], concentration: Double = 100) {
        precondition(weights.count > 1 && weights.allSatisfy { $0 > 0 }, "two or more positive weights")
        precondition(concentration > 0, "the concentration is positive")
        let total = weights.reduce(0, +)
        self.shares = weights.map { $0 / total }
        self.concentration = concentration
    }

    /// The natural logarithm of the evidence against the plan, for units of each variant in the order of the weights.
    package func logEvidence(observed: [Int]) -> Double {
        precondition(observed.count == self.shares.count, "each variant has a count")
        let total = Double(observed.reduce(0, +))
        var sum = SaddlePoint.logGamma(self.concentration) - SaddlePoint.logGamma(self.concentration + total)
        for (count, share) in zip(observed, self.shares) {
            let weight = self.concentration * share
            sum += SaddlePoint.logGamma(weight + Double(count)) - SaddlePoint.logGamma(weight)
            sum -= Double(count) * log(share)
        }
        return sum
    }

    /// The always-valid p-value: under the planned shares it is at most alpha at any look with probability at most
    /// alpha.
    package func pValue(observed: [Int]) -> Double { min(exp(-self.logEvidence(observed: observed)), 1) }
}
