import Foundation
import Testing

/// The figures that scikit-learn computed; `Golden/README.md` says how.
struct StatisticsGolden: Decodable {
    struct Classification: Decodable {
        let labels: [Double]
        let scores: [Double]
        let auc: Double
        let average_precision: Double
        let f1_at_half: Double
        let f1_best: Double
        let threshold_best: Double
        let log_loss: Double
        let auc_interval: [Double]
        let average_precision_interval: [Double]
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
        return try JSONDecoder().decode(StatisticsGolden.self, from: bytes)
    }
}

/// Whether two figures agree to `tolerance`, relative to the expected one.
func agree(_ value: Double, _ expected: Double, tolerance: Double = 1e-12) -> Bool {
    abs(value - expected) <= tolerance * max(abs(expected), 1e-300)
}
