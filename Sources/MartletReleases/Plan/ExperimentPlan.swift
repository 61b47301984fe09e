package import MartletCore

/// How two versions are compared on live traffic, and what follows.
package struct ExperimentPlan: Sendable, Hashable, Codable {
    /// The share of the treatment in basis points.
    package var treatmentWeight: Int
    package var metrics: [MetricDefinition]
    /// How often a false winner may be declared, over all looks together.
    package var alpha: Double
    /// The share of units that power is planned for.
    package var power: Double
    /// A relative improvement of at most this is held for review.
    package var improvementMinimum: Double
    /// No verdict for or against before this much time.
    package var durationMinimum: TimeSpan
    /// The end, whatever is known by then.
    package var durationMaximum: TimeSpan
    /// The time between two looks.
    package var lookInterval: TimeSpan
    package var onSuccess: ExperimentSuccess
    /// Whether both versions score every request, and their losses are compared request by request.
    package var isPaired: Bool
    /// How small a p-value of the split's check blocks every verdict.
    package var splitAlpha: Double
    /// The number of units that the confidence sequences are tuned for.
    package var tunedUnits: Int
    /// What is taken out of the metrics; `nil` as ``VarianceReduction/none``.
    package var varianceReduction: VarianceReduction?

    /// Holds a plan; the standard one is 90/10 for one week, or two when it takes them.
    package init(
        treatmentWeight: Int = 1_000,
        metrics: [MetricDefinition] = MetricDefinition.standard,
        alpha: Double = 0.05,
        power: Double = 0.8,
        improvementMinimum: Double = 0.05,
        durationMinimum: TimeSpan = .days(7),
        durationMaximum: TimeSpan = .days(14),
        lookInterval: TimeSpan = .seconds(60),
        onSuccess: ExperimentSuccess = .ask,
        isPaired: Bool = false,
        splitAlpha: Double = 0.001,
        tunedUnits: Int = 10_000,
        varianceReduction: VarianceReduction? = nil
    ) {
        self.treatmentWeight = treatmentWeight
        self.metrics = metrics
        self.alpha = alpha
        self.power = power
        self.improvementMinimum = improvementMinimum
        self.durationMinimum = durationMinimum
        self.durationMaximum = durationMaximum
        self.lookInterval = lookInterval
        self.onSuccess = onSuccess
        self.isPaired = isPaired
        self.splitAlpha = splitAlpha
        self.tunedUnits = tunedUnits
        self.varianceReduction = varianceReduction
    }

    /// The metric that decides.
    package var primary: MetricDefinition? { self.metrics.first { $0.role == .primary } }
}

extension ExperimentPlan: DocumentObject {
    package init(from reader: ObjectReader) {
        let standard = ExperimentPlan()
        let share = reader.value(
            "treatment",
            default: 10.0,
            "The share of the treatment in percent.",
            documentedDefault: 10
        )
        let metrics = reader.value("metrics", default: standard.metrics, "The figures that are compared.")
        self.init(
            treatmentWeight: PercentShare.basisPoints(share) ?? 0,
            metrics: metrics,
            alpha: reader.value(
                "alpha",
                default: standard.alpha,
                "How often a false winner may be declared, over all looks together.",
                documentedDefault: 0.05
            ),
            power: reader.value("power", default: standard.power, "The power planned for.", documentedDefault: 0.8),
            improvementMinimum: reader.value(
                "min_improvement",
                default: standard.improvementMinimum,
                "A relative improvement of at most this is held for review.",
                documentedDefault: 0.05
            ),
            durationMinimum: reader.value(
                "min_duration",
                default: standard.durationMinimum,
                "No verdict before this much time, unless a guardrail breaks.",
                documentedDefault: "7d"
            ),
            durationMaximum: reader.value(
                "max_duration",
                default: standard.durationMaximum,
                "The end, whatever is known by then.",
                documentedDefault: "14d"
            ),
            lookInterval: reader.value(
                "look_every",
                default: standard.lookInterval,
                "The time between two looks; looking often is safe.",
                documentedDefault: "1m"
            ),
            onSuccess: reader.value(
                "on_success",
                default: standard.onSuccess,
                "What happens when the treatment wins.",
                documentedDefault: "ask"
            )
        )
        self.readRest(reader)
        self.check(share, reader)
    }

    private mutating func readRest(_ reader: ObjectReader) {
        self.isPaired = reader.value(
            "paired",
            default: false,
            "Whether both versions score every request, and losses are compared request by request.",
            documentedDefault: false
        )
        self.splitAlpha = reader.value(
            "split_alpha",
            default: self.splitAlpha,
            "How small a p-value of the split's check blocks every verdict.",
            documentedDefault: 0.001
        )
        self.tunedUnits = reader.value(
            "tuned_units",
            default: self.tunedUnits,
            "The number of units at which the confidence sequences are narrowest.",
            documentedDefault: 10_000
        )
        self.varianceReduction = reader.optional(
            "variance_reduction",
            VarianceReduction.self,
            "What is known of a unit before its variant matters, and taken out of conversions and means."
        )
    }

    private func check(_ share: Double, _ reader: ObjectReader) {
        if !(1...9_999).contains(self.treatmentWeight) {
            reader.report(
                .documentInvalidValue,
                "treatment is \(share); it must be 0.01 to 99.99 percent",
                at: "treatment"
            )
        }
        ReleaseGates.check(self.alpha, "alpha", reader)
        ReleaseGates.check(self.power, "power", reader)
        ReleaseGates.check(self.splitAlpha, "split_alpha", reader)
        if self.improvementMinimum < 0 {
            reader.report(.documentInvalidValue, "min_improvement must be 0 or more", at: "min_improvement")
        }
        if self.durationMaximum < self.durationMinimum {
            reader.report(
                .documentInvalidValue,
                "max_duration is \(self.durationMaximum), shorter than min_duration \(self.durationMinimum)",
                at: "max_duration"
            )
        }
        if self.lookInterval.microseconds <= 0 {
            reader.report(.documentInvalidValue, "look_every must be longer than 0s", at: "look_every")
        }
        if self.tunedUnits < 1 {
            reader.report(.documentInvalidValue, "tuned_units must be 1 or more", at: "tuned_units")
        }
        if self.isPaired, let reduction = self.varianceReduction, reduction != .none {
            reader.report(
                .documentInvalidValue,
                "variance_reduction is \(reduction.rawValue), and paired requests need none; leave it out",
                at: "variance_reduction"
            )
        }
        if self.isPaired, let test = self.primary?.test, test.isOfOneLook {
            reader.report(
                .documentInvalidValue,
                "the primary metric is the paired loss, which is compared by bounds; leave 'test: \(test.rawValue)' out",
                at: "metrics"
            )
        }
        let primaries = self.metrics.count { $0.role == .primary }
        if primaries != 1 {
            reader.report(
                .documentInvalidValue,
                "exactly one metric must have the role primary; \(primaries) have it",
                at: "metrics"
            )
        }
        let names = self.metrics.map(\.name)
        if Set(names).count != names.count {
            reader.report(.documentInvalidValue, "two metrics have one name; rename one", at: "metrics")
        }
    }
}
