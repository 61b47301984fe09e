import MartletCore

/// A figure that says how good predictions are.
package enum EvaluationMetric: String, DocumentWord, Sendable, Codable, Hashable {
    /// Mean absolute error, in the label's unit.
    case mae
    /// Root mean squared error, in the label's unit.
    case rmse
    /// The share of the label's variance that is explained; 1 is perfect, 0 is the mean.
    case r2
    /// Mean absolute error as a share of the label; rows whose label is 0 are left out.
    case mape
    /// Area under the receiver operating characteristic.
    case auc
    /// Average precision, the area under the precision-recall steps.
    case prAUC = "pr_auc"
    /// F1 at the threshold that was best on the validation part.
    case f1
    /// F1 at threshold 0.5.
    case f1AtHalf = "f1_at_half"
    /// Mean negative log likelihood.
    case logLoss = "log_loss"

    /// Whether a smaller value is better.
    package var isLowerBetter: Bool {
        switch self {
        case .mae, .rmse, .mape, .logLoss: true
        case .r2, .auc, .prAUC, .f1, .f1AtHalf: false
        }
    }

    /// The tasks it measures.
    package var tasks: Set<TrainingTask> {
        switch self {
        case .mae, .rmse, .r2, .mape: [.regression]
        case .auc, .prAUC, .f1, .f1AtHalf, .logLoss: [.binaryClassification]
        }
    }

    /// Whether `first` is better than `second`; `NaN` is never better than anything.
    package func isBetter(_ first: Double, than second: Double) -> Bool {
        if first.isNaN { return false }
        if second.isNaN { return true }
        return self.isLowerBetter ? first < second : first > second
    }
}
