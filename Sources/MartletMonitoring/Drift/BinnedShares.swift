import Foundation

/// Two samples counted in the same bins, and the distances that need no more than that.
package struct BinnedShares: Sendable, Hashable {
    /// An empty bin counts as this share, so that logarithms stay finite.
    package static let emptyShare = 1e-4

    /// Rows of the reference in each bin.
    package let reference: [Double]
    /// Rows of the current window in each bin.
    package let current: [Double]

    /// Takes counts; bins that both leave empty are dropped.
    ///
    /// - Precondition: as many bins on both sides.
    package init(reference: [Double], current: [Double]) {
        precondition(reference.count == current.count, "both sides have the same bins")
        let used = reference.indices.filter { reference[$0] > 0 || current[$0] > 0 }
        self.reference = used.map { reference[$0] }
        self.current = used.map { current[$0] }
    }

    private var referenceCount: Double { self.reference.reduce(0, +) }
    private var currentCount: Double { self.current.reduce(0, +) }

    /// The population stability index, `Σ (c - r) ln(c / r)`.
    ///
    /// The floor is `(B - 1)(1/n + 1/m)`; the error joins that of the multinomial shares (delta method) and the
    /// spread of the index of samples of one distribution, `2(B - 1)(1/n + 1/m)²`.
    ///
    /// - Returns: nil when a side is empty.
    /// - Source: B. Yurdakul, J. Naranjo, "Statistical properties of the population stability index", 2020.
    package var populationStability: DriftEstimate? {
        let (total, all) = (self.referenceCount, self.currentCount)
        guard total > 0, all > 0 else { return nil }
        var (value, first, second, firstSquare, secondSquare) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (ours, theirs) in zip(self.reference, self.current) {
            let (reference, current) = (ours / total, theirs / all)
            let (shownReference, shownCurrent) = (Self.shown(reference), Self.shown(current))
            let logarithm = log(shownCurrent / shownReference)
            value += (shownCurrent - shownReference) * logarithm
            let one = 1 - logarithm - shownCurrent / shownReference
            let two = 1 + logarithm - shownReference / shownCurrent
            first += reference * one
            second += current * two
            firstSquare += reference * one * one
            secondSquare += current * two * two
        }
        let sizes = 1 / total + 1 / all
        let degrees = Double(max(self.reference.count - 1, 0))
        let variance =
            max(0, firstSquare - first * first) / total + max(0, secondSquare - second * second) / all
            + 2 * degrees * sizes * sizes
        return DriftEstimate(value: value, floor: degrees * sizes, standardError: variance.squareRoot())
    }

    /// The Jensen–Shannon distance: the root of the divergence in bits; 0 when equal, 1 when nothing is shared.
    ///
    /// - Returns: nil when a side is empty.
    /// - Source: J. Lin, "Divergence measures based on the Shannon entropy", 1991.
    package var jensenShannon: DriftEstimate? {
        let (total, all) = (self.referenceCount, self.currentCount)
        guard total > 0, all > 0 else { return nil }
        func part(_ share: Double, _ middle: Double) -> Double { share > 0 ? share * log2(share / middle) / 2 : 0 }
        var (divergence, first, second, firstSquare, secondSquare) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (ours, theirs) in zip(self.reference, self.current) {
            let (reference, current) = (ours / total, theirs / all)
            let middle = (reference + current) / 2
            let (one, two) = (part(reference, middle), part(current, middle))
            divergence += one + two
            // The slope by a share is half the logarithm, and share times slope is the part itself.
            first += one
            second += two
            if reference > 0 { firstSquare += one * one / reference }
            if current > 0 { secondSquare += two * two / current }
        }
        let noise = Double(self.reference.count - 1) * (1 / total + 1 / all) / (8 * M_LN2)
        let variance =
            max(0, firstSquare - first * first) / total + max(0, secondSquare - second * second) / all
            + (self.reference.count > 1 ? 2 * noise * noise / Double(self.reference.count - 1) : 0)
        let value = max(0, divergence).squareRoot()
        let floor = value - max(0, divergence - noise).squareRoot()
        // The divergence is about normal, its root near 0 is not: bounds are taken before the root.
        let width = DriftEstimate.width * variance.squareRoot()
        return DriftEstimate(
            value: value,
            floor: floor,
            standardError: value > 0 ? variance.squareRoot() / (2 * value) : 0,
            lower: max(0, divergence - noise - width).squareRoot(),
            upper: min(1, (max(0, divergence) + width).squareRoot())
        )
    }

    private static func shown(_ share: Double) -> Double { share > 0 ? share : Self.emptyShare }
}
