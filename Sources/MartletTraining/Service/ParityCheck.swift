package import MartletCore
import MartletForest

/// Compares the forest that will serve with the library that trained, on every test row.
struct ParityCheck {
    let maxAbsDifference: Double
    let isPassed: Bool
    /// Predictions of the forest, in the order of the rows.
    let predictions: [Double]

    /// Compares; LightGBM must agree bit for bit, XGBoost within 1e-6 of the greater of 1 and the value.
    init(forest: Forest, library: [Double], values: [Double], engine: BoostingEngine) {
        let predictions = forest.scores(values)
        var greatest = 0.0
        var agrees = predictions.count == library.count
        for (own, other) in zip(predictions, library) {
            let difference = abs(own - other)
            if difference > greatest || difference.isNaN { greatest = difference }
            switch engine {
            case .lightgbm: agrees = agrees && own.bitPattern == other.bitPattern
            case .xgboost: agrees = agrees && difference <= 1e-6 * max(1, abs(other))
            }
        }
        self.predictions = predictions
        self.maxAbsDifference = greatest
        self.isPassed = agrees
    }
}

/// The forest that would serve and the library that trained do not agree; carries the figure to the run.
struct ParityMismatch: CodedError {
    let engine: BoostingEngine
    let maxAbsDifference: Double

    var code: ErrorCode { .trainingParity }

    var message: String {
        "the served forest and \(self.engine.rawValue) disagree on the test rows by up to "
            + "\(FigureText.of(self.maxAbsDifference)); the model cannot be registered. "
            + "Report the recipe's parameters to the maintainers"
    }

    var underlying: (any Error)? { nil }
}

extension ErrorCode {
    /// The forest that would serve and the library that trained do not agree.
    package static let trainingParity = ErrorCode("training.parity")
}
