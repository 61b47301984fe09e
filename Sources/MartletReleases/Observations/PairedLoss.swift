/// How far a prediction is from what came true.
package enum PairedLoss: String, Sendable, Hashable, Codable, CaseIterable {
    /// The absolute error.
    case absolute
    /// The squared error; of a probability and 0 or 1, the Brier score.
    case squared

    /// The loss of `prediction` when `outcome` came true.
    package func callAsFunction(_ prediction: Double, _ outcome: Double) -> Double {
        let error = prediction - outcome
        return self == .absolute ? abs(error) : error * error
    }
}
