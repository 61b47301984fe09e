/// What an engine is given: numbers, and how to grow trees from them.
package struct TrainingJob: Sendable {
    package let engine: BoostingEngine
    package let columnNames: [String]
    package let categoryPositions: Set<Int>
    /// Row-major training values; `NaN` is missing.
    package let trainingValues: [Double]
    package let trainingLabels: [Double]
    package let validationValues: [Double]
    package let validationLabels: [Double]
    package let parameters: [String: String]
    package let rounds: Int
    package let earlyStoppingRounds: Int?
    package let threads: Int
}

/// What an engine gives back.
package struct TrainedModel: Sendable {
    /// The library's own format: LightGBM text or XGBoost JSON.
    package let bytes: [UInt8]
    /// The number of trees kept.
    package let keptRounds: Int
    /// The gain of every column, in model order.
    package let gain: [Double]

    /// Keeps a result.
    package init(bytes: [UInt8], keptRounds: Int, gain: [Double]) {
        self.bytes = bytes
        self.keptRounds = keptRounds
        self.gain = gain
    }
}

/// Grows trees and scores with the library that grew them.
///
/// Calls block; ``TrainingService`` makes them on threads of their own. Equal jobs must give equal bytes.
package protocol ModelTrainer: Sendable {
    /// Trains one model.
    ///
    /// `onRound` is called after each round with its number from 0 and the metrics; `false` stops training.
    func train(
        _ job: TrainingJob,
        onRound: (Int, [String: Double]) -> Bool
    ) throws(TrainingError) -> TrainedModel

    /// Predictions of the library itself, one a row, as it transforms them.
    func predict(
        engine: BoostingEngine,
        model: [UInt8],
        values: [Double],
        columnCount: Int,
        threads: Int
    ) throws(TrainingError) -> [Double]
}
