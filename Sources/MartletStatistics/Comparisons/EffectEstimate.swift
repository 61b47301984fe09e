/// An effect with its standard error: what every metric comes down to before it is judged.
///
/// A difference of means, of proportions, of ratios, a relative lift and a paired difference all have errors that grow
/// normal with the number of units, so one set of bounds serves them all: for a single look (``fixedInterval(alpha:_:)``)
/// and for looks at any time (``ConfidenceSequence``).
package struct EffectEstimate: Sendable, Hashable, Codable {
    /// The effect, in the metric's unit; treatment minus control.
    package let value: Double
    /// Its standard error for one look; positive.
    package let standardError: Double
    /// Its standard error for looks at any time, at least ``standardError``: neither side's variance counts for less
    /// than that of both together.
    package let watchedError: Double
    /// Units behind it, of all variants.
    package let count: Int
    /// The fewest observations that any part of it rests on.
    ///
    /// Units of the smaller side, and for proportions the rarer outcome of either side. A normal bound means nothing
    /// while this is small.
    package let smallestGroup: Int

    /// An effect that was computed elsewhere.
    ///
    /// Returns nil unless the value is finite and the error finite and positive.
    package init?(value: Double, standardError: Double, watchedError: Double? = nil, count: Int, smallestGroup: Int) {
        guard value.isFinite, standardError.isFinite, standardError > 0, count > 0 else { return nil }
        self.value = value
        self.standardError = standardError
        self.watchedError = max(watchedError ?? standardError, standardError)
        self.count = count
        self.smallestGroup = smallestGroup
    }

    /// Where the effect lies, for one look at a size fixed beforehand.
    package func fixedInterval(alpha: Double, _ alternative: Alternative = .twoSided) -> ConfidenceInterval {
        TestResult.interval(self.value, error: self.standardError, alternative, alpha: alpha) {
            NormalDistribution.quantile(.upper, probability: $0)
        }
    }

    /// The p-value against an effect of `null`, for one look at a size fixed beforehand.
    package func fixedPValue(against null: Double = 0, _ alternative: Alternative = .twoSided) -> Double {
        TestResult.pValue(
            of: (self.value - null) / self.standardError,
            alternative,
            probability: NormalDistribution.probability
        )
    }
}

extension EffectEstimate {
    /// The mean of one sample, such as of paired differences.
    ///
    /// - Returns: nil for fewer than two values, or when they do not vary.
    package static func mean(_ sample: SampleMoments) -> EffectEstimate? {
        EffectEstimate(
            value: sample.mean,
            standardError: sample.standardError,
            count: sample.count,
            smallestGroup: sample.count
        )
    }

    /// The difference of two means, treatment minus control, of which each part rests on at most `smallestGroup`
    /// observations.
    ///
    /// - Returns: nil when a side has fewer than two units, or neither varies.
    package static func difference(
        control: SampleMoments,
        treatment: SampleMoments,
        smallestGroup: Int = .max
    ) -> EffectEstimate? {
        let control = EffectSide(control, smallestGroup: smallestGroup)
        let treatment = EffectSide(treatment, smallestGroup: smallestGroup)
        return EffectSides(control: control, treatment: treatment)?.difference
    }

    /// The difference of two proportions, treatment minus control.
    ///
    /// - Returns: nil when a side has fewer than two units, or all units of both sides ended alike.
    package static func difference(control: BernoulliCount, treatment: BernoulliCount) -> EffectEstimate? {
        guard let sides = EffectSides(control: EffectSide(control), treatment: EffectSide(treatment)) else {
            return nil
        }
        return sides.difference
    }

    /// The difference of two ratios of sums, treatment minus control: the first column over the second.
    ///
    /// - Returns: nil when a side has fewer than two units, or its second column adds to zero.
    /// - Source: the delta method; A. Deng, U. Knoblich, J. Lu, "Applying the delta method in metric analytics", 2018.
    package static func ratioDifference(control: PairMoments, treatment: PairMoments) -> EffectEstimate? {
        guard let control = EffectSide(ratio: control), let treatment = EffectSide(ratio: treatment) else { return nil }
        return EffectSides(control: control, treatment: treatment)?.difference
    }
}
