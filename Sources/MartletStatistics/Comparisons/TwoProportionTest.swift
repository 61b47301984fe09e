/// Compares two proportions by the normal distribution.
package enum TwoProportionTest {
    /// Treatment minus control.
    ///
    /// The statistic pools both sides, as "no difference" says they are one; the interval (Wald's) does not.
    ///
    /// - Returns: nil when a side has no trials, or all trials of both sides ended alike.
    package static func compare(
        control: BernoulliCount,
        treatment: BernoulliCount,
        _ alternative: Alternative = .twoSided,
        alpha: Double = 0.05
    ) -> TestResult? {
        guard let ours = treatment.rate, let theirs = control.rate else { return nil }
        let (treated, controlled) = (Double(treatment.trials), Double(control.trials))
        let pooled = Double(treatment.successes + control.successes) / (treated + controlled)
        let variance = pooled * (1 - pooled) * (1 / treated + 1 / controlled)
        guard variance > 0 else { return nil }
        let statistic = (ours - theirs) / variance.squareRoot()
        let error = (ours * (1 - ours) / treated + theirs * (1 - theirs) / controlled).squareRoot()
        return TestResult(
            statistic: statistic,
            pValue: TestResult.pValue(of: statistic, alternative, probability: NormalDistribution.probability),
            estimate: ours - theirs,
            interval: TestResult.interval(ours - theirs, error: error, alternative, alpha: alpha) {
                NormalDistribution.quantile(.upper, probability: $0)
            }
        )
    }
}
