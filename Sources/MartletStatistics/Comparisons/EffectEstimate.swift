/// An effect with its standard error: what every metric comes down to before it is judged.
///
/// A difference of means, of proportions, of ratios, a relative lift and a paired difference all have errors that grow
/// normal with the number of units, so one set of bounds serves them all: for a single look (``fixedInterval(alpha:_:)``)
/// and for looks at any time (``ConfidenceSequence``).
package struct EffectEstimate: Sendable, Hashable, Codable {
    /// The effect, in the metric's unit; treatment minus control.
    package let value: Double
    /// Its standard error; positive.
    package let standardError: Double
    /// Units behind it, of all variants.
    package let count: Int
    /// The fewest observations that any part of it rests on: units of the smaller side, and for proportions the rarer
    /// outcome of either side. A normal bound means nothing while this is small.
    package let smallestGroup: Int

    /// An effect that was computed elsewhere.
    ///
    /// - Returns: nil unless the value is finite and the error finite and positive.
    package init?(value: Double, standardError: Double, count: Int, smallestGroup: Int) {
        guard value.isFinite, standardError.isFinite, standardError > 0, count > 0 else { return nil }
        self.value = value
        self.standardError = standardError
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

    /// The difference of two means, treatment minus control.
    ///
    /// - Returns: nil when a side has fewer than two units, or neither varies.
    package static func difference(control: SampleMoments, treatment: SampleMoments) -> EffectEstimate? {
        guard control.count > 1, treatment.count > 1 else { return nil }
        let error = (Self.squaredError(control) + Self.squaredError(treatment)).squareRoot()
        return EffectEstimate(
            value: treatment.mean - control.mean,
            standardError: error,
            count: control.count + treatment.count,
            smallestGroup: min(control.count, treatment.count)
        )
    }

    /// The difference of two proportions, treatment minus control.
    ///
    /// - Returns: nil when a side has fewer than two units, or all units of both sides ended alike.
    package static func difference(control: BernoulliCount, treatment: BernoulliCount) -> EffectEstimate? {
        guard let plain = Self.difference(control: control.moments, treatment: treatment.moments) else { return nil }
        return plain.resting(on: [control, treatment])
    }

    /// The difference of two ratios of sums, treatment minus control: the first column over the second.
    ///
    /// - Returns: nil when a side has fewer than two units, or its second column adds to zero.
    /// - Source: the delta method; A. Deng, U. Knoblich, J. Lu, "Applying the delta method in metric analytics", 2018.
    package static func ratioDifference(control: PairMoments, treatment: PairMoments) -> EffectEstimate? {
        guard let (theirs, theirError) = Self.ratio(control), let (ours, ourError) = Self.ratio(treatment) else {
            return nil
        }
        return EffectEstimate(
            value: ours - theirs,
            standardError: (theirError + ourError).squareRoot(),
            count: control.count + treatment.count,
            smallestGroup: min(control.count, treatment.count)
        )
    }

    /// The ratio of the sums of both columns, and its squared standard error by the delta method.
    static func ratio(_ side: PairMoments) -> (value: Double, squaredError: Double)? {
        guard side.count > 1, side.second.mean != 0 else { return nil }
        let ratio = side.first.mean / side.second.mean
        let residual = side.difference(factor: ratio).variance
        return (ratio, residual / (Double(side.count) * side.second.mean * side.second.mean))
    }

    static func squaredError(_ sample: SampleMoments) -> Double { sample.variance / Double(sample.count) }

    /// The same effect, resting on no more than the rarer outcome of each count.
    func resting(on counts: [BernoulliCount]) -> EffectEstimate? {
        EffectEstimate(
            value: self.value,
            standardError: self.standardError,
            count: self.count,
            smallestGroup: counts.reduce(self.smallestGroup) { min($0, $1.successes, $1.failures) }
        )
    }
}
