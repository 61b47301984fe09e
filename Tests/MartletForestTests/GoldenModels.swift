import Foundation
import MartletForest

/// The models in `Golden` with what the libraries' own Python packages answered for them.
struct GoldenModels: Decodable {
    /// What a library answered for every row of a model; hexadecimal floats.
    struct Answers: Decodable {
        let score: [String]
        let raw: [String]
        let contributions: [String]
    }

    let asked: [String]
    let infinite: [String]
    let cases: [String: Answers]

    static let width = 6
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static func bytes(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Self.folder.appending(path: file)))
    }

    static func load() throws -> GoldenModels {
        try JSONDecoder().decode(GoldenModels.self, from: Data(try Self.bytes("expected.json")))
    }

    static func forest(_ name: String) throws -> Forest {
        if name.hasPrefix("light") { return try Forest(lightGBM: Self.bytes("\(name).txt")) }
        return try Forest(xgBoost: Self.bytes("\(name).json"))
    }

    /// The rows that the model `name` was asked about; XGBoost refuses infinities.
    func rows(_ name: String) -> [[Double]] {
        let values = (name.hasPrefix("light") ? self.infinite : self.asked).map { Double($0) ?? .nan }
        return stride(from: 0, to: values.count, by: Self.width).map { Array(values[$0..<$0 + Self.width]) }
    }

    static let names = [
        "light_regression", "light_zero_as_missing", "light_no_missing", "light_binary", "light_poisson",
        "light_sqrt", "light_quantile", "light_cross_entropy", "light_cross_entropy_lambda", "light_random_forest",
        "light_dart", "light_one_leaf", "extreme_regression", "extreme_one_category", "extreme_binary",
        "extreme_logitraw", "extreme_hinge", "extreme_absolute", "extreme_gamma", "extreme_poisson", "extreme_dart",
        "extreme_parallel",
    ]
}
