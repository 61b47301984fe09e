/// How far apart two distributions of numbers are, read from both in one sweep.
package struct DistributionDistance: Sendable, Hashable {
    /// The Kolmogorov–Smirnov distance: the greatest difference of the shares at or below a value, 0…1.
    ///
    /// The floor is the mean of Kolmogorov's distribution for these sizes, the error that of the two shares at the
    /// value of the greatest difference.
    ///
    /// - Source: N. Smirnov, "Table for estimating the goodness of fit of empirical distributions", 1948; M. Raghavachari,
    ///   "Limiting distributions of Kolmogorov–Smirnov type statistics under the alternative", 1973.
    package let kolmogorovSmirnov: DriftEstimate
    /// The Wasserstein distance of order 1 in the unit of the values: how far a value must be moved on average.
    ///
    /// The floor is its asymptotic mean for samples of one distribution, `√(2/π) √(1/n + 1/m) ∫ √(H(1 - H))`; the error
    /// is the delta method's.
    ///
    /// - Source: E. del Barrio, E. Giné, C. Matrán, "Central limit theorems for the Wasserstein distance between the
    ///   empirical and the true distributions", 1999.
    package let wasserstein: DriftEstimate

    /// The mean of Kolmogorov's distribution, `√(π/2) ln 2`.
    private static let kolmogorovMean = 0.868_731_160_636_159_4
    private static let meanOfAbsoluteNormal = 0.797_884_560_802_865_4

    /// Compares `current` with `reference`; nil when either is empty.
    ///
    /// - Complexity: O(n + m).
    package init?(reference: EmpiricalDistribution, current: EmpiricalDistribution) {
        guard reference.count > 0, current.count > 0 else { return nil }
        let (total, all) = (reference.count, current.count)
        let sizes = 1 / total + 1 / all
        var (left, right) = (0, 0)
        var (below, under) = (0.0, 0.0)
        var (greatest, greatestVariance) = (0.0, 0.0)
        var (moved, spread, path) = (0.0, 0.0, 0.0)
        var (ours, theirs) = (PathMoments(), PathMoments())
        var last: Double?
        while left < reference.values.count || right < current.values.count {
            let next = min(
                left < reference.values.count ? reference.values[left] : .infinity,
                right < current.values.count ? current.values[right] : .infinity
            )
            let (first, second) = (below / total, under / all)
            if let last {
                let (step, difference) = (next - last, first - second)
                let pooled = (below + under) / (total + all)
                moved += abs(difference) * step
                spread += max(0, pooled * (1 - pooled)).squareRoot() * step
                path += difference > 0 ? step : difference < 0 ? -step : 0
            }
            if left < reference.values.count, reference.values[left] == next {
                ours.add(path, weight: reference.cumulative[left] - below)
                below = reference.cumulative[left]
                left += 1
            }
            if right < current.values.count, current.values[right] == next {
                theirs.add(path, weight: current.cumulative[right] - under)
                under = current.cumulative[right]
                right += 1
            }
            let (one, two) = (below / total, under / all)
            if abs(one - two) > greatest {
                greatest = abs(one - two)
                greatestVariance = one * (1 - one) / total + two * (1 - two) / all
            }
            last = next
        }
        self.kolmogorovSmirnov = DriftEstimate(
            value: greatest,
            floor: min(greatest, Self.kolmogorovMean * sizes.squareRoot()),
            standardError: max(0, greatestVariance).squareRoot()
        )
        self.wasserstein = DriftEstimate(
            value: moved,
            floor: Self.meanOfAbsoluteNormal * sizes.squareRoot() * spread,
            standardError: (ours.variance / total + theirs.variance / all).squareRoot()
        )
    }
}

/// The spread of a weighted quantity.
private struct PathMoments {
    private var weight = 0.0
    private var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double, weight: Double) {
        guard weight > 0 else { return }
        self.weight += weight
        let distance = value - self.mean
        self.mean += distance * weight / self.weight
        self.squares += weight * distance * (value - self.mean)
    }

    var variance: Double { self.weight > 0 ? max(0, self.squares / self.weight) : 0 }
}
