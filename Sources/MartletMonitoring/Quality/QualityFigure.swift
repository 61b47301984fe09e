package import MartletStatistics

/// One figure of a model's quality with where it lies, 95 %.
package struct QualityFigure: Sendable, Hashable, Codable {
    /// Such as `mae`.
    package let name: String
    package let value: Double
    /// `nil` when too few rows say.
    package let interval: ConfidenceInterval?

    /// Names a figure.
    package init(_ name: String, _ value: Double, _ interval: ConfidenceInterval?) {
        self.name = name
        self.value = value
        self.interval = interval
    }

    /// A mean with its standard error, kept between `lowest` and `highest`.
    init(_ name: String, mean: Double, standardError: Double, from lowest: Double, to highest: Double = .infinity) {
        let width = NormalDistribution.quantile(.upper, probability: 0.025) * standardError
        let interval = ConfidenceInterval(lower: max(lowest, mean - width), upper: min(highest, mean + width))
        self.init(name, mean, standardError > 0 ? interval : nil)
    }
}
