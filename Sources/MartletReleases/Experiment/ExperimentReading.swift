/// What is known of an experiment at one look: plain sums, from which every verdict can be computed again.
package struct ExperimentReading: Sendable, Hashable, Codable {
    /// Figures by variant name, `control` and `treatment`.
    package var variants: [String: VariantReading]
    /// The differences in loss, control less treatment, of requests that both scored; only in paired mode.
    package var pairedLoss: MetricReading?

    /// Holds the figures of one look.
    package init(variants: [String: VariantReading], pairedLoss: MetricReading? = nil) {
        self.variants = variants
        self.pairedLoss = pairedLoss
    }
}

/// What is known of one variant.
package struct VariantReading: Sendable, Hashable, Codable {
    /// The units that were served by it.
    package var units: Int
    /// Figures by metric name.
    package var metrics: [String: MetricReading]
    /// Why the gateway took the variant out of traffic, when it did.
    package var takenOut: String?

    /// Holds the figures of a variant.
    package init(units: Int, metrics: [String: MetricReading], takenOut: String? = nil) {
        self.units = units
        self.metrics = metrics
        self.takenOut = takenOut
    }
}

/// The moments of one metric over the units of a variant.
///
/// A conversion rate is the mean of zeros and ones.
package struct MetricReading: Sendable, Hashable, Codable {
    /// The second column of a ratio.
    package struct Denominator: Sendable, Hashable, Codable {
        package var mean: Double
        /// The sum of squared deviations from the mean.
        package var m2: Double
        /// The sum of products of the deviations of both columns.
        package var comoment: Double

        /// Holds the moments of what stands below the line.
        package init(mean: Double, m2: Double, comoment: Double) {
            self.mean = mean
            self.m2 = m2
            self.comoment = comoment
        }
    }

    /// How many units (pairs, in paired mode) were added.
    package var count: Int
    package var mean: Double
    /// The sum of squared deviations from the mean.
    package var m2: Double
    /// What the metric is divided by; `nil` unless it is a ratio.
    package var denominator: Denominator?

    /// Holds the moments of a metric.
    package init(count: Int, mean: Double, m2: Double, denominator: Denominator? = nil) {
        self.count = count
        self.mean = mean
        self.m2 = m2
        self.denominator = denominator
    }
}
