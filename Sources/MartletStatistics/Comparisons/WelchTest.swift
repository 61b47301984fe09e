/// Compares two means whose variances may differ.
///
/// - Source: B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
///   involved", 1947.
package enum WelchTest {
    /// Treatment minus control.
    ///
    /// - Returns: nil when a side has fewer than two values, or neither side varies.
    package static func compare(
        control: SampleMoments,
        treatment: SampleMoments,
        _ alternative: Alternative = .twoSided,
        alpha: Double = 0.05
    ) -> TestResult? {
        guard control.count > 1, treatment.count > 1 else { return nil }
        let ours = treatment.variance / Double(treatment.count)
        let theirs = control.variance / Double(control.count)
        guard ours + theirs > 0 else { return nil }
        let degrees =
            (ours + theirs) * (ours + theirs)
            / (ours * ours / Double(treatment.count - 1) + theirs * theirs / Double(control.count - 1))
        let error = (ours + theirs).squareRoot()
        let difference = treatment.mean - control.mean
        let distribution = StudentTDistribution(degreesOfFreedom: degrees)
        return TestResult(
            statistic: difference / error,
            pValue: TestResult.pValue(of: difference / error, alternative, probability: distribution.probability),
            estimate: difference,
            interval: TestResult.interval(difference, error: error, alternative, alpha: alpha) {
                distribution.quantile(.upper, probability: $0)
            },
            degreesOfFreedom: degrees
        )
    }
}
