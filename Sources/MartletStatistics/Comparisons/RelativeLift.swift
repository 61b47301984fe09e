import Foundation

/// How much greater treatment is than control, as a share of control: 0.05 is five per cent more.
///
/// Judged on the logarithm of the ratio, where the error is nearer to normal and the bounds cannot pass -100 %.
package struct RelativeLift: Sendable, Hashable, Codable {
    /// `log(treatment / control)` with its error by the delta method.
    package let logRatio: EffectEstimate

    /// The lift: `treatment / control - 1`.
    package var value: Double { expm1(self.logRatio.value) }

    /// Compares two means, of which each part rests on at most `smallestGroup` observations.
    ///
    /// - Returns: nil unless both means are positive and vary.
    package init?(control: SampleMoments, treatment: SampleMoments, smallestGroup: Int = .max) {
        self.init(
            control: EffectSide(control, smallestGroup: smallestGroup),
            treatment: EffectSide(treatment, smallestGroup: smallestGroup)
        )
    }

    /// Compares two proportions.
    ///
    /// - Returns: nil unless both sides have successes and one has failures.
    package init?(control: BernoulliCount, treatment: BernoulliCount) {
        self.init(control: EffectSide(control), treatment: EffectSide(treatment))
    }

    /// Compares two ratios of sums, the first column over the second.
    ///
    /// - Returns: nil unless both ratios are positive.
    package init?(control: PairMoments, treatment: PairMoments) {
        guard let control = EffectSide(ratio: control), let treatment = EffectSide(ratio: treatment) else { return nil }
        self.init(control: control, treatment: treatment)
    }

    private init?(control: EffectSide, treatment: EffectSide) {
        guard let estimate = EffectSides(control: control, treatment: treatment)?.logRatio else { return nil }
        self.logRatio = estimate
    }

    /// Where the lift lies, for one look at a size fixed beforehand.
    package func fixedInterval(alpha: Double, _ alternative: Alternative = .twoSided) -> ConfidenceInterval {
        self.logRatio.fixedInterval(alpha: alpha, alternative).mapped(expm1)
    }

    /// The p-value against a lift of `null` (greater than -1), for one look at a size fixed beforehand.
    package func fixedPValue(against null: Double = 0, _ alternative: Alternative = .twoSided) -> Double {
        self.logRatio.fixedPValue(against: log1p(null), alternative)
    }
}
