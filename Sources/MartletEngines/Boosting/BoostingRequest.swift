/// What to train.
package struct BoostingRequest: Sendable {
    /// Parameters by the library's own names; several metrics are separated by commas.
    package let parameters: [String: String]
    /// The most trees (rounds) to train.
    package let rounds: Int
    /// Stops after this many rounds without a better first metric on the validation rows; `nil` trains all rounds.
    package let earlyStoppingRounds: Int?
    package let threads: Int
    /// Whether metrics on the training rows are computed too; AUC over many rows costs more than a tree.
    package let evaluatesTraining: Bool

    /// Describes a training.
    package init(
        parameters: [String: String],
        rounds: Int,
        earlyStoppingRounds: Int? = nil,
        threads: Int,
        evaluatesTraining: Bool = true
    ) {
        self.parameters = parameters
        self.rounds = rounds
        self.earlyStoppingRounds = earlyStoppingRounds
        self.threads = threads
        self.evaluatesTraining = evaluatesTraining
    }
}

/// What training gave.
package struct BoostingResult: Sendable {
    /// LightGBM's text or XGBoost's JSON, in UTF-8, with `bestIteration` rounds; the same for the same input and threads.
    package let model: [UInt8]
    /// The count of rounds kept.
    package let bestIteration: Int
    /// One value a round that was trained, by `train_<metric>` and `valid_<metric>` with the library's metric names.
    package let metrics: [String: [Double]]
    /// The total gain of each column.
    package let gain: [Double]
    /// How often each column splits.
    package let split: [Double]
}

/// What a model is asked for.
package enum PredictionKind: Sendable {
    /// The prediction, one a row.
    case value
    /// The sum of the trees before the objective's transform, one a row.
    case raw
    /// SHAP contributions to the raw prediction: one a column and the base value last, for each row.
    case contributions
}
