package import MartletStatistics

/// What is known of an experiment at one look: plain sums, from which every verdict can be computed again.
package struct ExperimentReading: Sendable, Hashable, Codable {
    /// The name of the variant that is compared against.
    package static let control = "control"
    /// The name of the variant that is tried.
    package static let treatment = "treatment"
    /// The name of the shadow by which control's version scores what either answers.
    package static let baseline = "baseline"

    /// Figures by variant name.
    package var variants: [String: VariantReading]
    /// The differences in loss, control less treatment, of requests that both scored, over the loss of control; only in
    /// paired mode.
    package var pairedLoss: MetricReading?
    /// The ranks of the units, by the name of a metric that is compared by them.
    package var ranks: [String: RankSums]?

    /// Holds the figures of one look.
    package init(
        variants: [String: VariantReading],
        pairedLoss: MetricReading? = nil,
        ranks: [String: RankSums]? = nil
    ) {
        self.variants = variants
        self.pairedLoss = pairedLoss
        self.ranks = ranks
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
    /// The second column of a ratio; of paired losses, the loss of control.
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

    /// The metric beside what was known before, over the units of which that is known.
    package struct Covariate: Sendable, Hashable, Codable {
        package var count: Int
        /// The mean of the metric over these units.
        package var metricMean: Double
        package var metricM2: Double
        /// The mean of what was known.
        package var mean: Double
        package var m2: Double
        package var comoment: Double

        /// Holds the moments of the metric (first) and of what was known (second).
        package init(_ pairs: PairMoments) {
            self.count = pairs.count
            self.metricMean = pairs.first.mean
            self.metricM2 = pairs.first.squaredDeviations
            self.mean = pairs.second.mean
            self.m2 = pairs.second.squaredDeviations
            self.comoment = pairs.codeviations
        }

        var pairs: PairMoments {
            PairMoments(
                first: SampleMoments(count: self.count, mean: self.metricMean, squaredDeviations: self.metricM2),
                second: SampleMoments(count: self.count, mean: self.mean, squaredDeviations: self.m2),
                codeviations: self.comoment
            )
        }
    }

    /// How many units (pairs, in paired mode) were added.
    package var count: Int
    package var mean: Double
    /// The sum of squared deviations from the mean.
    package var m2: Double
    /// What the metric is divided by; `nil` unless it is a ratio.
    package var denominator: Denominator?
    /// What was known before; `nil` unless the plan asks for it.
    package var covariate: Covariate?

    /// Holds the moments of a metric.
    package init(count: Int, mean: Double, m2: Double, denominator: Denominator? = nil, covariate: Covariate? = nil) {
        self.count = count
        self.mean = mean
        self.m2 = m2
        self.denominator = denominator
        self.covariate = covariate
    }

    /// The units that converted among all.
    package static func rate(_ count: BernoulliCount) -> MetricReading { .mean(count.moments) }

    /// The moments of a value of each unit.
    package static func mean(_ moments: SampleMoments) -> MetricReading {
        MetricReading(count: moments.count, mean: moments.mean, m2: moments.squaredDeviations)
    }

    /// The moments of what stands above and below the line, for each unit.
    package static func ratio(_ pairs: PairMoments) -> MetricReading {
        var reading = Self.mean(pairs.first)
        reading.denominator = Denominator(
            mean: pairs.second.mean,
            m2: pairs.second.squaredDeviations,
            comoment: pairs.codeviations
        )
        return reading
    }

    /// The differences of the losses of control and treatment on the same requests, over the loss of control.
    package static func paired(_ losses: PairMoments) -> MetricReading {
        var reading = Self.mean(losses.difference())
        reading.denominator = Denominator(mean: losses.first.mean, m2: losses.first.squaredDeviations, comoment: 0)
        return reading
    }

    /// The figure itself; `nil` without data.
    package var value: Double? {
        guard self.count > 0 else { return nil }
        guard let denominator = self.denominator else { return self.mean }
        return denominator.mean != 0 ? self.mean / denominator.mean : nil
    }

    var moments: SampleMoments { SampleMoments(count: self.count, mean: self.mean, squaredDeviations: self.m2) }

    /// The metric as zeros and ones.
    var bernoulli: BernoulliCount {
        let successes = (self.mean * Double(self.count)).rounded()
        return BernoulliCount(trials: self.count, successes: min(max(Int(successes), 0), self.count))
    }

    var pairs: PairMoments? {
        self.denominator.map { denominator in
            PairMoments(
                first: self.moments,
                second: SampleMoments(
                    count: self.count,
                    mean: denominator.mean,
                    squaredDeviations: denominator.m2
                ),
                codeviations: denominator.comoment
            )
        }
    }
}
