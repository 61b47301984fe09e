package import MartletCore
package import MartletForest

/// What turns a row into a prediction.
package enum Scorer: Sendable {
    case forest(Forest)
    case network(any NetworkScorer)

    /// How many values a row has.
    package var featureCount: Int {
        switch self {
        case .forest(let forest): forest.featureCount
        case .network(let network): network.featureCount
        }
    }

    /// The forest, when it is one.
    package var forest: Forest? { if case .forest(let forest) = self { forest } else { nil } }

    /// The prediction for `row`.
    ///
    /// - Throws: `model.failed`, by a network only.
    @inline(__always)
    func score(_ row: [Double]) throws(ServingError) -> Double {
        switch self {
        case .forest(let forest): forest.score(row)
        case .network(let network): try network.score(row)
        }
    }
}

/// A model that another library runs, such as a network in ONNX form.
package protocol NetworkScorer: Sendable {
    /// How many values a row has.
    var featureCount: Int { get }

    /// The prediction for `row`; safe to call from any number of tasks at once.
    ///
    /// - Throws: `model.failed`.
    func score(_ row: [Double]) throws(ServingError) -> Double
}

extension ErrorCode {
    /// The library that runs a model could not compute a prediction.
    package static let modelFailed = ErrorCode("model.failed")
    /// The model's predictions cannot be explained.
    package static let requestNotExplainable = ErrorCode("request.notExplainable")
}
