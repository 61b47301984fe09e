/// Tests whether units arrived in the shares the plan says (sample ratio mismatch), for one look.
///
/// A mismatch means that units went missing in a way that may depend on the variant: no verdict of the experiment may
/// be trusted until it is explained. While data come in use ``SampleRatioSequence``.
package enum SampleRatioTest {
    /// Pearson's χ² of `observed` units against `weights`.
    ///
    /// - Parameters:
    ///   - observed: units of each variant.
    ///   - weights: the plan's shares, in any scale, all positive.
    /// - Returns: nil without units or with fewer than two variants.
    package static func test(observed: [Int], weights: [Double]) -> TestResult? {
        precondition(observed.count == weights.count, "each variant has a count and a weight")
        precondition(weights.allSatisfy { $0 > 0 }, "every weight is positive")
        let total = Double(observed.reduce(0, +))
        guard observed.count > 1, total > 0 else { return nil }
        let scale = total / weights.reduce(0, +)
        let statistic = zip(observed, weights)
            .reduce(0.0) { sum, pair in
                let expected = pair.1 * scale
                return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
            }
        let degrees = Double(observed.count - 1)
        return TestResult(
            statistic: statistic,
            pValue: ChiSquaredDistribution(degreesOfFreedom: degrees).probability(.upper, at: statistic),
            degreesOfFreedom: degrees
        )
    }
}
