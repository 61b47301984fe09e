/// The second model of a regression, which foresees the absolute errors of the first.
package struct LossReference: Sendable, Hashable, Codable {
    /// The name of the file with its bytes, beside the model's.
    package static let fileName = "loss.model"

    /// The library that grew it: `lightgbm` or `xgboost`.
    package let engine: String
    /// The mean absolute error on the test part, which neither model has seen.
    package let testError: Double
    /// What the second model foresaw there.
    package let foreseenTestError: Double
    /// How far single errors fell from what was foreseen there, as a standard deviation.
    package let deviation: Double

    /// Puts it together.
    package init(engine: String, testError: Double, foreseenTestError: Double, deviation: Double) {
        self.engine = engine
        self.testError = testError
        self.foreseenTestError = foreseenTestError
        self.deviation = deviation
    }
}
