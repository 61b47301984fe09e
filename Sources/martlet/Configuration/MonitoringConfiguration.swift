import MartletCore
import MartletMonitoring

/// How a running server compares live traffic with training.
struct MonitoringConfiguration: DocumentObject, Sendable {
    let every: TimeSpan
    let window: TimeSpan
    let rules: DriftRules
    let objectives: ServiceObjectives

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
        var objectives = ServiceObjectives()
        objectives.errorAlertShare = Self.number(
            "errors_alert",
            0.03,
            "The share of failed requests to alert at.",
            reader
        )
        objectives.errorGrowth = Self.number(
            "error_growth",
            0.2,
            "The growth of the model's error to alert at.",
            reader
        )
        objectives.diskShare = Self.number("disk_alert", 0.8, "The used share of the disk to alert at.", reader)
        let latency = reader.value(
            "latency_alert",
            default: TimeSpan(microseconds: 800_000),
            "The latency to alert at when more than 5 % of answers take longer.",
            documentedDefault: "800ms"
        )
        objectives.latencyAlertSeconds = latency.seconds
        self.objectives = objectives
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

extension MonitoringConfiguration {
    /// A share above 0.
    private static func number(_ key: String, _ usual: Double, _ help: String, _ reader: ObjectReader) -> Double {
        let value = reader.value(key, default: usual, help, documentedDefault: .number(usual))
        if !(value > 0) { reader.report(.documentInvalidValue, "\(key) is \(value); it must be more than 0", at: key) }
        return value
    }
}

extension DriftMeasure: DocumentWord {}
