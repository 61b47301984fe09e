package import MartletCore

/// The figures of one model on one part of the data.
package struct PartMetrics: Sendable, Equatable {
    /// Row count.
    package let count: Int
    /// The number of positive rows; `nil` for regression.
    package let positiveCount: Int?
    package let values: [EvaluationMetric: Double]

    /// Measures every metric of `task`.
    ///
    /// Labels are 0 and 1 for classification. `threshold` is the tuned one that ``EvaluationMetric/f1`` uses; 0.5 when
    /// `nil`.
    package init(task: TrainingTask, labels: [Double], predictions: [Double], threshold: Double?) {
        self.count = labels.count
        switch task {
        case .regression:
            let statistics = RegressionStatistics(labels: labels, predictions: predictions)
            self.positiveCount = nil
            self.values = [
                .mae: statistics.mae, .rmse: statistics.rmse, .r2: statistics.r2, .mape: statistics.mape,
            ]
        case .binaryClassification:
            let statistics = ClassificationStatistics(labels: labels.map { $0 > 0.5 }, scores: predictions)
            self.positiveCount = statistics.positiveCount
            let areas = statistics.areas(weights: nil)
            self.values = [
                .auc: areas.auc, .prAUC: areas.averagePrecision, .f1: statistics.f1(threshold: threshold ?? 0.5),
                .f1AtHalf: statistics.f1(threshold: 0.5), .logLoss: statistics.logLoss,
            ]
        }
    }

    /// The value of `metric`, `NaN` when it is not measured.
    package subscript(metric: EvaluationMetric) -> Double { self.values[metric] ?? .nan }

    /// The figures as JSON, by metric name.
    package var json: JSONValue {
        var members: [String: JSONValue] = ["rows": .integer(Int64(self.count))]
        if let positiveCount { members["positives"] = .integer(Int64(positiveCount)) }
        for (metric, value) in self.values { members[metric.rawValue] = .number(value) }
        return .object(members)
    }
}
