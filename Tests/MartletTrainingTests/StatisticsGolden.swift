import Foundation
import Testing

/// The figures that scikit-learn computed; `Golden/README.md` says how.
struct StatisticsGolden: Decodable {
    struct Classification: Decodable {
        let labels: [Double]
        let scores: [Double]
        let auc: Double
        let averagePrecision: Double
        let f1AtHalf: Double
        let f1Best: Double
        let thresholdBest: Double
        let logLoss: Double
        let aucInterval: [Double]
        let averagePrecisionInterval: [Double]
        /// False positive rate, true positive rate and threshold, without the point of no row.
        let rocCurve: [[Double]]
        /// Recall, precision and threshold, by falling threshold.
        let precisionRecallCurve: [[Double]]
        /// Mean prediction and share of positives of each bin.
        let calibration: [[Double]]
    }

    struct Regression: Decodable {
        let labels: [Double]
        let predictions: [Double]
        let mae: Double
        let rmse: Double
        let r2: Double
        let mape: Double
    }

    let classification: Classification
    let regression: Regression

    static func load() throws -> StatisticsGolden {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let bytes = try Data(contentsOf: folder.appending(path: "Golden/statistics.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(StatisticsGolden.self, from: bytes)
    }
}

/// Whether two figures agree to `tolerance`, relative to the expected one.
func agree(_ value: Double, _ expected: Double, tolerance: Double = 1e-12) -> Bool {
    abs(value - expected) <= tolerance * max(abs(expected), 1e-300)
}
