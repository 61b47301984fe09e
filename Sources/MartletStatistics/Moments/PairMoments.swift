/// Moments of two columns of the same units and how they vary together.
///
/// The columns are numerator and denominator of a ratio metric, a metric and its covariate (CUPED), or the losses of
/// control and treatment on the same request.
package struct PairMoments: Sendable, Hashable, Codable {
    /// The first column.
    package private(set) var first: SampleMoments
    /// The second column.
    package private(set) var second: SampleMoments
    /// The sum of products of the distances from both means.
    package private(set) var codeviations: Double

    /// No pairs.
    package init() { (self.first, self.second, self.codeviations) = (SampleMoments(), SampleMoments(), 0) }

    /// Moments that were computed elsewhere.
    ///
    /// - Precondition: both columns have as many values.
    package init(first: SampleMoments, second: SampleMoments, codeviations: Double) {
        precondition(first.count == second.count, "both columns are of the same units")
        (self.first, self.second, self.codeviations) = (first, second, codeviations)
    }

    /// The moments of `pairs`.
    package init(_ pairs: some Sequence<(Double, Double)>) {
        self.init()
        for (first, second) in pairs { self.add(first, second) }
    }

    /// How many pairs.
    package var count: Int { self.first.count }

    /// Takes one pair in.
    package mutating func add(_ first: Double, _ second: Double) {
        let distance = first - self.first.mean
        self.first.add(first)
        self.second.add(second)
        self.codeviations += distance * (second - self.second.mean)
    }

    /// Takes one pair out that was added before.
    package mutating func remove(_ first: Double, _ second: Double) {
        guard self.count > 1 else {
            self = PairMoments()
            return
        }
        let distance = second - self.second.mean
        self.first.remove(first)
        self.second.remove(second)
        self.codeviations -= (first - self.first.mean) * distance
    }

    /// Changes one pair that was added before: a unit whose outcome came late.
    package mutating func replace(_ old: (Double, Double), with new: (Double, Double)) {
        guard self.count > 0, old != new else { return }
        self.remove(old.0, old.1)
        self.add(new.0, new.1)
    }

    /// Takes in all pairs of `other`.
    package mutating func merge(_ other: PairMoments) {
        let (ours, theirs) = (Double(self.count), Double(other.count))
        if theirs == 0 { return }
        let distance = (other.first.mean - self.first.mean) * (other.second.mean - self.second.mean)
        self.codeviations += other.codeviations + (ours == 0 ? 0 : distance * ours * theirs / (ours + theirs))
        self.first.merge(other.first)
        self.second.merge(other.second)
    }

    /// The unbiased covariance; 0 for fewer than two pairs.
    package var covariance: Double { self.count > 1 ? self.codeviations / Double(self.count - 1) : 0 }

    /// Pearson's correlation; nil when a column does not vary.
    package var correlation: Double? {
        let spread = (self.first.squaredDeviations * self.second.squaredDeviations).squareRoot()
        return spread > 0 ? self.codeviations / spread : nil
    }

    /// The moments of `first - factor · second`.
    package func difference(factor: Double = 1) -> SampleMoments {
        SampleMoments(
            count: self.count,
            mean: self.first.mean - factor * self.second.mean,
            squaredDeviations: self.first.squaredDeviations - 2 * factor * self.codeviations
                + factor * factor * self.second.squaredDeviations
        )
    }
}
