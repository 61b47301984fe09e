import Foundation

/// How much greater treatment is than control, as a share of control: 0.05 is five per cent more.
///
/// Judged on the logarithm of the ratio, where the error is nearer to normal and the bounds cannot pass -100 %.
package struct RelativeLift: Sendable, Hashable, Codable {
    /// `log(treatment / control)` with its error by the delta method.
    package let logRatio: EffectEstimate

    /// The lift: `treatment / control - 1`.
    package var value: Double { expm1(self.logRatio.value) }

    /// Compares two means.
    ///
    /// - Returns: nil unless both means are positive and vary.
    package init?(control: SampleMoments, treatment: SampleMoments) {
        guard control.count > 1, treatment.count > 1 else { return nil }
        let sides = [control, treatment].map { ($0.mean, EffectEstimate.squaredError($0), $0.count) }
        self.init(control: sides[0], treatment: sides[1])
    }

    /// Compares two proportions.
    ///
    /// - Returns: nil unless both sides have successes and one has failures.
    package init?(control: BernoulliCount, treatment: BernoulliCount) {
        // Over n, not n - 1: a proportion's variance is known from its rate.
        let sides = [control, treatment]
            .map { side -> (Double, Double, Int) in
                let rate = side.rate ?? 0
                return (rate, rate * (1 - rate) / Double(max(side.trials, 1)), side.trials)
            }
        guard let plain = RelativeLift(control: sides[0], treatment: sides[1]),
            let resting = plain.logRatio.resting(on: [control, treatment])
        else { return nil }
        self.logRatio = resting
    }

    /// Compares two ratios of sums, the first column over the second.
    ///
    /// - Returns: nil unless both ratios are positive.
    package init?(control: PairMoments, treatment: PairMoments) {
        guard let theirs = EffectEstimate.ratio(control), let ours = EffectEstimate.ratio(treatment) else {
            return nil
        }
        self.init(
            control: (theirs.value, theirs.squaredError, control.count),
            treatment: (ours.value, ours.squaredError, treatment.count)
        )
    }

    private init?(
        control: (mean: Double, squaredError: Double, count: Int),
        treatment: (mean: Double, squaredError: Double, count: Int)
    ) {
        guard control.mean > 0, treatment.mean > 0 else { return nil }
        let squared =
            control.squaredError / (control.mean * control.mean)
            + treatment.squaredError / (treatment.mean * treatment.mean)
        let estimate = EffectEstimate(
            value: log(treatment.mean / control.mean),
            standardError: squared.squareRoot(),
            count: control.count + treatment.count,
            smallestGroup: min(control.count, treatment.count)
        )
        guard let estimate else { return nil }
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
