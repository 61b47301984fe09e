/// What a test of fixed size found.
///
/// Valid for one look at a size that was fixed beforehand. For looks while data come in use ``ConfidenceSequence``.
package struct TestResult: Sendable, Hashable, Codable {
    /// The statistic: t, z, χ² or U.
    package let statistic: Double
    /// The probability of a statistic at least this far out when there is no difference.
    package let pValue: Double
    /// The difference that was tested; nil for tests without one.
    package let estimate: Double?
    /// Where the difference lies; nil for tests without one.
    package let interval: ConfidenceInterval?
    /// Degrees of freedom; nil for tests by the normal distribution.
    package let degreesOfFreedom: Double?

    init(
        statistic: Double,
        pValue: Double,
        estimate: Double? = nil,
        interval: ConfidenceInterval? = nil,
        degreesOfFreedom: Double? = nil
    ) {
        self.statistic = statistic
        self.pValue = pValue
        self.estimate = estimate
        self.interval = interval
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// The p-value of a statistic whose upper and lower tails are given.
    static func pValue(
        of statistic: Double,
        _ alternative: Alternative,
        probability: (Tail, Double) -> Double
    ) -> Double {
        switch alternative {
        case .twoSided: min(2 * probability(.upper, abs(statistic)), 1)
        case .greater: probability(.upper, statistic)
        case .less: probability(.lower, statistic)
        }
    }

    /// `estimate ± quantile · error`, one-sided where the alternative is.
    static func interval(
        _ estimate: Double,
        error: Double,
        _ alternative: Alternative,
        alpha: Double,
        quantile: (Double) -> Double
    ) -> ConfidenceInterval {
        let width = error * quantile(alternative == .twoSided ? alpha / 2 : alpha)
        return ConfidenceInterval(
            lower: alternative == .less ? nil : estimate - width,
            upper: alternative == .greater ? nil : estimate + width
        )
    }
}
