import MartletMonitoring
import MartletServer
import MartletTracking

/// What monitoring says of one version, as Prometheus reads it.
struct MonitoringSamples {
    private let endpoint: String
    private let version: ModelVersionID
    private let drift: DriftReport
    private let quality: QualityReport

    /// Takes what a look found.
    init(_ monitored: MonitoredVersion) {
        self.endpoint = monitored.endpoint
        self.version = monitored.version
        self.drift = monitored.drift
        self.quality = monitored.quality
    }

    /// All figures.
    var all: [MetricSample] { self.columns + self.whole + self.figures }

    private var columns: [MetricSample] {
        var samples: [MetricSample] = []
        let named = self.drift.columns.map { ($0.name, $0) } + [("__prediction__", self.drift.prediction)]
        for (name, column) in named {
            for measure in DriftMeasure.allCases {
                guard let estimate = column[measure] else { continue }
                samples.append(
                    self.sample(
                        "martlet_drift",
                        "Distance of a column of live traffic from training; the answers are column __prediction__.",
                        ["column": name, "measure": measure.rawValue],
                        estimate.value
                    )
                )
                samples.append(
                    self.sample(
                        "martlet_drift_lower",
                        "What the distance is not below, with 95 % confidence.",
                        ["column": name, "measure": measure.rawValue],
                        estimate.lower
                    )
                )
            }
            samples.append(
                self.sample(
                    "martlet_missing_share",
                    "Share of rows without a value.",
                    ["column": name],
                    column.currentMissingShare
                )
            )
        }
        return samples
    }

    private var whole: [MetricSample] {
        let count = Double(self.drift.driftedColumns.count)
        var samples = [
            self.sample("martlet_drifted_columns", "Inputs that drifted.", [:], count),
            self.sample(
                "martlet_monitored_rows",
                "Rows of live traffic in the window.",
                [:],
                Double(self.drift.rowCount)
            ),
        ]
        if let whole = self.drift.multivariate {
            samples.append(
                self.sample(
                    "martlet_reconstruction_shift",
                    "Shift of the reconstruction error of rows, in standard deviations of training.",
                    [:],
                    whole.shift
                )
            )
        }
        if let attribution = self.drift.attribution {
            samples.append(
                self.sample(
                    "martlet_attribution_gain",
                    "How well the ranking of contributions agrees with training, 0 to 1.",
                    [:],
                    attribution.gain
                )
            )
        }
        return samples
    }

    private var figures: [MetricSample] {
        var samples = [
            self.sample(
                "martlet_labelled_share",
                "Share of predictions whose label is in.",
                [:],
                self.quality.maturity.labelledShare
            )
        ]
        for (source, figures, growth) in [
            ("labels", self.quality.realised.figures, self.quality.growth),
            ("estimate", self.quality.estimated, self.quality.estimatedGrowth),
        ] {
            for figure in figures {
                samples.append(
                    self.sample(
                        "martlet_model_quality",
                        "Quality of a model: realised on labels, or estimated before they are in.",
                        ["figure": figure.name, "source": source],
                        figure.value
                    )
                )
            }
            guard let growth else { continue }
            samples.append(
                self.sample(
                    "martlet_model_error_growth",
                    "Growth of the mean absolute error over that of the test part of training.",
                    ["source": source],
                    growth
                )
            )
        }
        return samples
    }

    private func sample(
        _ name: String,
        _ help: String,
        _ labels: KeyValuePairs<String, String>,
        _ value: Double
    ) -> MetricSample {
        MetricSample(
            name,
            help,
            labels: [("endpoint", self.endpoint), ("version", self.version.description)]
                + labels.map { ($0.key, $0.value) },
            value: value
        )
    }
}
