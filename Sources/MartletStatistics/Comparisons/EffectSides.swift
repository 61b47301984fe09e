import Foundation

/// One side of a comparison: a mean, or a ratio seen as one, and the variance that a unit brings.
struct EffectSide {
    let value: Double
    let unitVariance: Double
    let count: Int
    /// The observations that the value rests on.
    let smallestGroup: Int

    init(_ sample: SampleMoments, smallestGroup: Int = .max) {
        self.value = sample.mean
        self.unitVariance = sample.variance
        self.count = sample.count
        self.smallestGroup = min(sample.count, smallestGroup)
    }

    init(_ count: BernoulliCount) {
        let rate = count.rate ?? 0
        self.value = rate
        self.unitVariance = rate * (1 - rate)
        self.count = count.trials
        self.smallestGroup = min(count.successes, count.failures)
    }

    /// The ratio of the sums of both columns, with its variance by the delta method.
    init?(ratio pair: PairMoments) {
        guard pair.count > 1, pair.second.mean != 0 else { return nil }
        let ratio = pair.first.mean / pair.second.mean
        self.value = ratio
        self.unitVariance = pair.difference(factor: ratio).variance / (pair.second.mean * pair.second.mean)
        self.count = pair.count
        self.smallestGroup = pair.count
    }
}

/// Both sides of a comparison.
///
/// For looks at any time neither side's variance counts for less than that of both together. When few units of the smaller side have had any
/// of what is counted, its own variance is far too small exactly when its mean is, and early looks would call that a
/// difference: in simulated A/A tests on sparse amounts split 90/10, three times as often as alpha allows.
struct EffectSides {
    let control: EffectSide
    let treatment: EffectSide
    private let pooledVariance: Double

    /// - Returns: nil for fewer than two units on a side.
    init?(control: EffectSide, treatment: EffectSide) {
        guard control.count > 1, treatment.count > 1 else { return nil }
        self.control = control
        self.treatment = treatment
        let (theirs, ours) = (Double(control.count), Double(treatment.count))
        self.pooledVariance = (theirs * control.unitVariance + ours * treatment.unitVariance) / (theirs + ours)
    }

    /// The estimate of `value` when its variance is that of each side times the side's factor.
    private func estimate(_ value: Double, factors: (control: Double, treatment: Double)) -> EffectEstimate? {
        let control = factors.control / Double(self.control.count)
        let treatment = factors.treatment / Double(self.treatment.count)
        let plain = control * self.control.unitVariance + treatment * self.treatment.unitVariance
        let watched =
            control * max(self.control.unitVariance, self.pooledVariance)
            + treatment * max(self.treatment.unitVariance, self.pooledVariance)
        return EffectEstimate(
            value: value,
            standardError: plain.squareRoot(),
            watchedError: watched.squareRoot(),
            count: self.control.count + self.treatment.count,
            smallestGroup: min(self.control.smallestGroup, self.treatment.smallestGroup)
        )
    }

    /// Treatment minus control.
    var difference: EffectEstimate? { self.estimate(self.treatment.value - self.control.value, factors: (1, 1)) }

    /// The logarithm of treatment over control; nil unless both are positive.
    var logRatio: EffectEstimate? {
        let (theirs, ours) = (self.control.value, self.treatment.value)
        guard theirs > 0, ours > 0 else { return nil }
        return self.estimate(log(ours / theirs), factors: (1 / (theirs * theirs), 1 / (ours * ours)))
    }
}
