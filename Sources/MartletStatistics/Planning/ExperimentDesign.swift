/// What a test of two variants can find: power, the least effect, the units and the days it takes.
///
/// Everything follows from the variance that one unit brings to the difference: `σ₀²/(1-w) + σ₁²/w` for a treatment
/// that gets the share `w` of the units; the variance of the difference after `n` units is that over `n`.
package struct ExperimentDesign: Sendable, Hashable, Codable {
    /// The variance of the difference times the number of units.
    package let unitVariance: Double
    /// The level of the test.
    package let alpha: Double
    /// The probability with which an effect is to be found.
    package let power: Double
    /// What is held against "no difference".
    package let alternative: Alternative

    /// A design from the variance of one unit.
    package init(
        unitVariance: Double,
        alpha: Double = 0.05,
        power: Double = 0.8,
        _ alternative: Alternative = .twoSided
    ) {
        precondition(unitVariance > 0, "a metric that does not vary needs no test")
        precondition(alpha > 0 && alpha < 1 && power > 0 && power < 1, "alpha and power lie between 0 and 1")
        self.unitVariance = unitVariance
        self.alpha = alpha
        self.power = power
        self.alternative = alternative
    }

    /// The variance of one unit of a difference of means, from both standard deviations and the share of units that
    /// treatment gets, strictly between 0 and 1.
    package static func unitVariance(control: Double, treatment: Double, treatmentShare: Double) -> Double {
        precondition(treatmentShare > 0 && treatmentShare < 1, "a share lies between 0 and 1")
        return control * control / (1 - treatmentShare) + treatment * treatment / treatmentShare
    }

    /// The variance of one unit of a difference of the rates `control` and `treatment`.
    package static func unitVariance(controlRate: Double, treatmentRate: Double, treatmentShare: Double) -> Double {
        Self.unitVariance(
            control: (controlRate * (1 - controlRate)).squareRoot(),
            treatment: (treatmentRate * (1 - treatmentRate)).squareRoot(),
            treatmentShare: treatmentShare
        )
    }

    private var critical: Double {
        NormalDistribution.quantile(
            .upper,
            probability: self.alternative == .twoSided ? self.alpha / 2 : self.alpha
        )
    }

    /// The probability that one look after `count` units, all variants together, finds `effect`.
    package func power(count: Int, effect: Double) -> Double {
        let shift = effect / (self.unitVariance / Double(count)).squareRoot()
        switch self.alternative {
        case .twoSided:
            return NormalDistribution.probability(.upper, at: self.critical - shift)
                + NormalDistribution.probability(.upper, at: self.critical + shift)
        case .greater: return NormalDistribution.probability(.upper, at: self.critical - shift)
        case .less: return NormalDistribution.probability(.upper, at: self.critical + shift)
        }
    }

    /// The least effect, as a size, that one look after `count` units finds with the wanted power.
    package func minimumDetectableEffect(count: Int) -> Double {
        let sum = self.critical + NormalDistribution.quantile(probability: self.power)
        return sum * (self.unitVariance / Double(count)).squareRoot()
    }

    /// The units, all variants together, that one look needs to find `effect` with the wanted power.
    ///
    /// - Returns: nil when the effect is zero or lies on the other side of a one-sided test.
    package func requiredCount(effect: Double) -> Int? {
        if effect == 0 || self.alternative == .greater && effect < 0 || self.alternative == .less && effect > 0 {
            return nil
        }
        return CountSearch.least(from: 1) { self.power(count: Int($0), effect: effect) >= self.power }
    }

    /// The units by which a confidence sequence, looked at all the time, has found `effect` with the wanted power.
    ///
    /// Counts a crossing at that very look, so the true number is a little smaller.
    ///
    /// - Returns: nil when the effect is zero or lies on the other side of a one-sided test.
    package func requiredCount(effect: Double, watchedBy sequence: ConfidenceSequence) -> Int? {
        if effect == 0 || self.alternative == .greater && effect < 0 || self.alternative == .less && effect > 0 {
            return nil
        }
        let margin = NormalDistribution.quantile(probability: self.power)
        return CountSearch.least(from: 1) { count in
            let wanted = sequence.multiplier(count: count, self.alternative) + margin
            return abs(effect) >= wanted * (self.unitVariance / count).squareRoot()
        }
    }

    /// The least effect, as a size, that a confidence sequence finds by `count` units with the wanted power.
    package func minimumDetectableEffect(count: Int, watchedBy sequence: ConfidenceSequence) -> Double {
        let sum =
            sequence.multiplier(count: count, self.alternative) + NormalDistribution.quantile(probability: self.power)
        return sum * (self.unitVariance / Double(count)).squareRoot()
    }

    /// How long `count` units take at `unitsPerDay`, in days; nil without traffic.
    package static func days(count: Int, unitsPerDay: Double) -> Double? {
        unitsPerDay > 0 ? Double(count) / unitsPerDay : nil
    }
}
