import MartletCore
import MartletMonitoring

/// How a running server compares live traffic with training.
struct MonitoringConfiguration: DocumentObject, Sendable {
    let every: TimeSpan
    let window: TimeSpan
    let rules: DriftRules

    init(from reader: ObjectReader) {
        self.every = reader.value(
            "every",
            default: .seconds(300),
            "The time between two looks at live traffic; at least 1s.",
            documentedDefault: "5m"
        )
        self.window = reader.value(
            "window",
            default: .days(1),
            "How much of the latest traffic is compared, in whole hours; at least 1h.",
            documentedDefault: "1d"
        )
        let measure = reader.value(
            "measure",
            default: DriftMeasure.populationStability,
            "What a column is judged by.",
            documentedDefault: "psi"
        )
        let threshold = reader.optional(
            "threshold",
            Double.self,
            "The distance up to which a column counts as the same; by default 0.2 for psi and 0.1 for the others."
        )
        self.rules = DriftRules(measure: measure, threshold: threshold)
        if self.every < .seconds(1) {
            reader.report(.documentInvalidValue, "every is \(self.every); it must be 1s or more", at: "every")
        }
        if self.window < .seconds(3_600) {
            reader.report(.documentInvalidValue, "window is \(self.window); it must be 1h or more", at: "window")
        }
        if let threshold, threshold < 0 {
            reader.report(.documentInvalidValue, "threshold is \(threshold); it must be 0 or more", at: "threshold")
        }
    }
}

extension DriftMeasure: DocumentWord {}
