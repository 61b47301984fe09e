import Foundation

/// Bounds on an effect that hold at every look at once, so that a test may be watched and stopped at any time.
///
/// With probability `1 - alpha` (for large samples) the true effect lies inside the interval of *every* look. The price
/// is a wider interval than that of a single look; the mixture is tuned so that it is narrowest at `expectedCount`.
///
/// After `t` units with standard error `s` (``EffectEstimate/watchedError``) the interval is `value ± s · √(2 (tρ² + 1) / (tρ²) · log(√(tρ² + 1) / α))`,
/// and one-sided `value - s · √(2 (tρ² + 1) / (tρ²) · log(1 + √(tρ² + 1) / (2α)))`. Nothing is said before every part of
/// the effect rests on `firstLook` observations: the bounds are asymptotic, and looks at a handful of units are where
/// they would break.
///
/// - Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas, "Time-uniform central limit theory and
///   asymptotic confidence sequences", arXiv 2103.06476 (2021; Annals of Statistics 2024): the Gaussian-mixture
///   boundary of theorem 2.2 and the one-sided boundary of its appendix, with the standard error of the estimate for
///   `σ̂ₜ / √t`; the mixture goes back to H. Robbins, 1970.
package struct ConfidenceSequence: Sendable, Hashable, Codable {
    /// The probability, over all looks together, that some interval misses the effect.
    package let alpha: Double
    /// The units at which the interval is narrowest beside that of a single look.
    package let expectedCount: Int
    /// The observations every part of an effect needs before it is judged.
    package let firstLook: Int
    /// The variance ρ² of the mixture.
    package let mixtureVariance: Double

    /// The fewest observations that a normal bound is trusted with.
    ///
    /// Simulated A/A tests on rates and on skewed and sparse amounts keep alpha with it (`Benchmarks/experiments`).
    package static let defaultFirstLook = 20

    /// Tunes the bounds for a test that is expected to take `expectedCount` units, all variants together.
    ///
    /// - Precondition: `alpha` in 0…1 exclusive, `expectedCount` and `firstLook` positive.
    package init(alpha: Double, expectedCount: Int, firstLook: Int = Self.defaultFirstLook) {
        precondition(alpha > 0 && alpha < 1, "alpha lies between 0 and 1")
        precondition(expectedCount > 0 && firstLook > 0, "counts are positive")
        self.alpha = alpha
        self.expectedCount = expectedCount
        self.firstLook = firstLook
        self.mixtureVariance = Self.bestProduct(alpha: alpha) / Double(expectedCount)
    }

    /// The value of `tρ²` at which the two-sided boundary is narrowest: the root of `v = log(1 + v) - 2 log α`, which
    /// is `-W₋₁(-α²/e) - 1` by Lambert's function.
    private static func bestProduct(alpha: Double) -> Double {
        let level = -2 * log(alpha)
        var product = level + 1
        for _ in 0..<200 {
            let next = level + log1p(product)
            if abs(next - product) < 1e-15 * next { break }
            product = next
        }
        return product
    }

    /// How many standard errors the interval is wide to each side after `count` units.
    package func multiplier(count: Int, _ alternative: Alternative = .twoSided) -> Double {
        self.multiplier(count: Double(count), alternative)
    }

    func multiplier(count: Double, _ alternative: Alternative) -> Double {
        let product = count * self.mixtureVariance
        let root = (product + 1).squareRoot()
        let level = alternative == .twoSided ? log(root / self.alpha) : log1p(root / (2 * self.alpha))
        return (2 * (product + 1) / product * level).squareRoot()
    }

    /// Where the effect lies, whenever it is asked.
    ///
    /// - Returns: nil before the first look.
    package func interval(
        for effect: EffectEstimate,
        _ alternative: Alternative = .twoSided
    ) -> ConfidenceInterval? {
        guard effect.smallestGroup >= self.firstLook else { return nil }
        let width = effect.watchedError * self.multiplier(count: effect.count, alternative)
        return ConfidenceInterval(
            lower: alternative == .less ? nil : effect.value - width,
            upper: alternative == .greater ? nil : effect.value + width
        )
    }

    /// Where a relative lift lies, whenever it is asked.
    ///
    /// - Returns: nil before the first look.
    package func interval(for lift: RelativeLift, _ alternative: Alternative = .twoSided) -> ConfidenceInterval? {
        self.interval(for: lift.logRatio, alternative)?.mapped(expm1)
    }

    /// The always-valid p-value against an effect of `null`: the least alpha whose interval excludes it.
    ///
    /// With no effect, the probability that this is at most alpha at *any* look is at most alpha. 1 before the first
    /// look. The least value over the looks so far is valid too. The mixture stays tuned for ``alpha``.
    package func pValue(
        for effect: EffectEstimate,
        against null: Double = 0,
        _ alternative: Alternative = .twoSided
    ) -> Double {
        guard effect.smallestGroup >= self.firstLook else { return 1 }
        let product = Double(effect.count) * self.mixtureVariance
        let statistic = (effect.value - null) / effect.watchedError
        let root = (product + 1).squareRoot()
        let exponent = statistic * statistic * product / (2 * (product + 1))
        switch alternative {
        case .twoSided: return min(root * exp(-exponent), 1)
        case .greater where statistic <= 0: return 1
        case .less where statistic >= 0: return 1
        // √(v + 1) / (2 (eˣ - 1)), written so that a great x gives 0.
        case .greater, .less: return min(root * exp(-exponent) / (-2 * expm1(-exponent)), 1)
        }
    }

    /// The always-valid p-value against a lift of `null` (greater than -1).
    package func pValue(
        for lift: RelativeLift,
        against null: Double = 0,
        _ alternative: Alternative = .twoSided
    ) -> Double {
        self.pValue(for: lift.logRatio, against: log1p(null), alternative)
    }

    /// How many units in all it takes until the interval excludes `null`, if the effect and its variance stay as found.
    ///
    /// - Returns: the units so far when it already does; nil when the effect is `null` or lies on the wrong side, or it
    ///   would take more than a trillion.
    package func countToExclude(
        _ null: Double,
        from effect: EffectEstimate,
        _ alternative: Alternative = .twoSided
    ) -> Int? {
        let distance = effect.value - null
        if alternative == .greater && distance <= 0 || alternative == .less && distance >= 0 { return nil }
        let unitVariance = effect.watchedError * effect.watchedError * Double(effect.count)
        // The first look may come later than the bound itself.
        let growth = Double(self.firstLook) / Double(max(effect.smallestGroup, 1))
        let earliest = max(Double(effect.count), (Double(effect.count) * growth).rounded(.up))
        return CountSearch.least(from: Int(min(earliest, 1e12))) { count in
            self.multiplier(count: count, alternative) * (unitVariance / count).squareRoot() < abs(distance)
        }
    }
}
