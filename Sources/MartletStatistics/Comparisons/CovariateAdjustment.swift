/// CUPED: takes out of a metric what a value known before the exposure already explained.
///
/// The covariate is the unit's value before the test, or what the control model predicts for it. It must not depend on
/// the variant. The effect stays what it was; its standard error shrinks by the factor `√(1 - r²)`.
///
/// - Source: A. Deng, Y. Xu, R. Kohavi, T. Walker, "Improving the sensitivity of online controlled experiments by
///   utilizing pre-experiment data", 2013, equations 3 to 5.
package struct CovariateAdjustment: Sendable, Hashable, Codable {
    /// The adjusted metric of control.
    package let control: SampleMoments
    /// The adjusted metric of treatment.
    package let treatment: SampleMoments
    /// What the metric rises by for each unit of the covariate, within the variants.
    package let slope: Double
    /// The share of the metric's variance that the covariate explained, 0…1.
    package let varianceReduction: Double

    /// A metric of one side: over all its units, and beside the covariate over those that have one.
    package struct Side: Sendable, Hashable {
        /// The metric over all units.
        package let all: SampleMoments
        /// The metric and the covariate, over the units whose covariate is known.
        package let covered: PairMoments

        /// Holds one side; `covered` is of some of the units of `all`.
        package init(all: SampleMoments, covered: PairMoments) {
            self.all = all
            self.covered = covered
        }
    }

    /// Adjusts the first column of each side by the second, the covariate.
    ///
    /// - Returns: nil when a side has fewer than two units. A covariate that does not vary changes nothing.
    package init?(control: PairMoments, treatment: PairMoments) {
        self.init(
            control: Side(all: control.first, covered: control),
            treatment: Side(all: treatment.first, covered: treatment)
        )
    }

    /// Adjusts a metric of which not every unit has a covariate.
    ///
    /// A unit without one counts as if it had the mean, so that it is left as it is. Whether a unit has one must not
    /// depend on the variant.
    ///
    /// - Returns: nil when a side has fewer than two units with a covariate.
    package init?(control: Side, treatment: Side) {
        guard control.covered.count > 1, treatment.covered.count > 1 else { return nil }
        let spread = control.covered.second.squaredDeviations + treatment.covered.second.squaredDeviations
        let slope = spread > 0 ? (control.covered.codeviations + treatment.covered.codeviations) / spread : 0
        var covariate = control.covered.second
        covariate.merge(treatment.covered.second)
        self.control = Self.adjusted(control, slope, center: covariate.mean)
        self.treatment = Self.adjusted(treatment, slope, center: covariate.mean)
        self.slope = slope
        let before = control.all.squaredDeviations + treatment.all.squaredDeviations
        let after = self.control.squaredDeviations + self.treatment.squaredDeviations
        self.varianceReduction = before > 0 ? max(1 - after / before, 0) : 0
    }

    /// The moments of `metric - slope · (covariate - center)`, where the distance from `center` of a unit without a
    /// covariate is 0.
    private static func adjusted(_ side: Side, _ slope: Double, center: Double) -> SampleMoments {
        let (all, covered) = (Double(side.all.count), Double(side.covered.count))
        let distance = side.covered.second.mean - center
        let mean = covered / all * distance
        let spread = side.covered.second.squaredDeviations + covered * distance * distance - all * mean * mean
        let together =
            side.covered.codeviations + covered * side.covered.first.mean * distance - all * side.all.mean * mean
        return SampleMoments(
            count: side.all.count,
            mean: side.all.mean - slope * mean,
            squaredDeviations: side.all.squaredDeviations - 2 * slope * together + slope * slope * spread
        )
    }
}
