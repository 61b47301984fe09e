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

    /// Adjusts the first column of each side by the second, the covariate.
    ///
    /// - Returns: nil when a side has fewer than two units. A covariate that does not vary changes nothing.
    package init?(control: PairMoments, treatment: PairMoments) {
        guard control.count > 1, treatment.count > 1 else { return nil }
        let spread = control.second.squaredDeviations + treatment.second.squaredDeviations
        let slope = spread > 0 ? (control.codeviations + treatment.codeviations) / spread : 0
        var covariate = control.second
        covariate.merge(treatment.second)
        let adjust = { (side: PairMoments) in
            let residual = side.difference(factor: slope)
            return SampleMoments(
                count: residual.count,
                mean: residual.mean + slope * covariate.mean,
                squaredDeviations: residual.squaredDeviations
            )
        }
        self.control = adjust(control)
        self.treatment = adjust(treatment)
        self.slope = slope
        let before = control.first.squaredDeviations + treatment.first.squaredDeviations
        let after = self.control.squaredDeviations + self.treatment.squaredDeviations
        self.varianceReduction = before > 0 ? max(1 - after / before, 0) : 0
    }
}
