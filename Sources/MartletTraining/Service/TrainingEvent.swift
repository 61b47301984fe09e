package import MartletCore
package import MartletTracking

/// Something a person watching a training wants to know, in the order it happens.
package enum TrainingEvent: Sendable {
    /// Runs that an earlier, killed training had left open were closed.
    case abandonedRunsClosed(count: Int)
    case snapshotReady(hash: ContentHash, rowCount: Int, columnCount: Int, seconds: Double)
    case splitMade(train: Int, validation: Int, test: Int)
    case leakageSuspected(LeakageFinding)
    case runStarted(experiment: String, run: RunID, position: Int, total: Int)
    /// A round ended; `metrics` holds the engine's own figures, such as `valid_rmse`.
    case roundEnded(experiment: String, round: Int, rounds: Int, metrics: [String: Double])
    case runFinished(experiment: String, run: RunID, keptRounds: Int, validation: Double, seconds: Double)
    case runFailed(experiment: String, run: RunID, message: String)
    case bestSelected(experiment: String, run: RunID, metric: EvaluationMetric, validation: Double)
    case gateJudged(GateVerdict)
    /// Plots were stored as drawings only, and why there are no images.
    case plotsWithoutImages(reason: String)
    case registered(ModelVersionID)
    /// Nothing was registered, and why.
    case notRegistered(reason: String)
}
