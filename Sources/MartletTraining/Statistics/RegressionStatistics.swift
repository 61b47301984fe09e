/// How far numeric predictions lie from their labels.
///
/// `NaN` stands for a figure that the rows do not determine; a gate on it never passes.
package struct RegressionStatistics: Sendable, Equatable {
    package let count: Int
    /// Mean absolute error.
    package let mae: Double
    /// Root mean squared error.
    package let rmse: Double
    /// 1 − residual sum of squares / total sum of squares; `NaN` under two rows or when all labels are equal.
    package let r2: Double
    /// Mean of |error| / |label| over rows whose label is not 0; `NaN` when there is none.
    package let mape: Double

    /// Measures `predictions` against `labels`.
    ///
    /// - Parameters:
    ///   - labels: what happened. Shape `[n]`.
    ///   - predictions: what was predicted, in the same order.
    /// - Precondition: both have one length.
    /// - Complexity: O(n).
    package init(labels: [Double], predictions: [Double]) {
        precondition(labels.count == predictions.count, "one prediction for each label")
        let count = labels.count
        let mean = labels.reduce(0, +) / Double(count)
        var absolute = 0.0
        var squared = 0.0
        var total = 0.0
        var relative = 0.0
        var relativeCount = 0
        for (label, prediction) in zip(labels, predictions) {
            let error = prediction - label
            absolute += abs(error)
            squared += error * error
            total += (label - mean) * (label - mean)
            if label != 0 {
                relative += abs(error / label)
                relativeCount += 1
            }
        }
        self.count = count
        self.mae = count == 0 ? .nan : absolute / Double(count)
        self.rmse = count == 0 ? .nan : (squared / Double(count)).squareRoot()
        self.r2 = count < 2 || total == 0 ? .nan : 1 - squared / total
        self.mape = relativeCount == 0 ? .nan : relative / Double(relativeCount)
    }
}
