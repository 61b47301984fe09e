/// Tests whether paired differences have a mean of zero: the t-test of one sample.
package enum PairedTest {
    /// The mean of the differences against zero.
    ///
    /// - Parameters:
    ///   - differences: one for each pair, treatment minus control (``PairMoments/difference(factor:)``).
    ///   - alternative: what is held against "no difference".
    ///   - alpha: one minus the level of the interval.
    /// - Returns: nil for fewer than two differences, or when they are all the same.
    package static func test(
        differences: SampleMoments,
        _ alternative: Alternative = .twoSided,
        alpha: Double = 0.05
    ) -> TestResult? {
        guard differences.count > 1, differences.squaredDeviations > 0 else { return nil }
        let error = differences.standardError
        let distribution = StudentTDistribution(degreesOfFreedom: Double(differences.count - 1))
        return TestResult(
            statistic: differences.mean / error,
            pValue: TestResult.pValue(
                of: differences.mean / error,
                alternative,
                probability: distribution.probability
            ),
            estimate: differences.mean,
            interval: TestResult.interval(differences.mean, error: error, alternative, alpha: alpha) {
                distribution.quantile(.upper, probability: $0)
            },
            degreesOfFreedom: distribution.degreesOfFreedom
        )
    }
}
