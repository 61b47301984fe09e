import Foundation

/// What SciPy, scikit-learn, Evidently and NannyML say, written by `Golden/make.py`.
struct Golden: Decodable {
    struct Number: Decodable {
        let ks: Double
        let wasserstein: Double
        let edges: [Double]
        let evidentlyPSI: Double
        let evidentlyJensenShannon: Double
        let evidentlyWasserstein: Double
    }

    struct Category: Decodable {
        let jensenShannon: Double
        let evidentlyPSI: Double
    }

    struct Reconstruction: Decodable {
        let kept: Int
        let held: Double
        let current: Double
    }

    struct Gain: Decodable {
        let reference: [Double]
        let current: [Double]
        let value: Double
    }

    struct Confidence: Decodable {
        let scores: [Double]
        let labels: [Int]
        let current: [Double]
        let currentLabels: [Int]
        let rates: [Double]
        let estimated: [String: Double]
        let realised: [String: Double]
    }

    struct Maturity: Decodable {
        let ages: [Double]
        let delays: [Double?]
        let days: [Int]
        let shares: [Double]
    }

    let numbers: [String: Number]
    let categories: [String: Category]
    let reconstruction: Reconstruction
    let gain: Gain
    let confidence: Confidence
    let maturity: Maturity

    static func load() throws -> Golden {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/golden.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }
}

/// A column of a real data set, in the folder `MARTLET_DATA` or `../shared/data` beside the package.
enum RealColumns {
    private static let folder: URL = {
        let named = ProcessInfo.processInfo.environment["MARTLET_DATA"].map { URL(filePath: $0) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        return named ?? package.deletingLastPathComponent().appending(path: "shared/data")
    }()

    /// Whether the data are there; `MARTLET_REQUIRE_DATA=1` says they must be.
    static let areTestable =
        ProcessInfo.processInfo.environment["MARTLET_REQUIRE_DATA"] == "1"
        || FileManager.default.fileExists(atPath: Self.folder.appending(path: "electricity_nsw/elec.csv").path)

    /// The columns of `file` by name; its cells hold no commas.
    static func read(_ file: String) throws -> [String: [String]] {
        let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        let names = lines.first?.split(separator: ",").map(String.init) ?? []
        var columns = [[String]](repeating: [], count: names.count)
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            for (index, cell) in cells.enumerated() where index < names.count { columns[index].append(String(cell)) }
        }
        return Dictionary(uniqueKeysWithValues: zip(names, columns))
    }

    /// The first 20,000 and the last 10,000 rows.
    static func windows<Cell>(_ cells: [Cell]) -> (reference: [Cell], current: [Cell]) {
        (Array(cells.prefix(20_000)), Array(cells.suffix(10_000)))
    }

    static func electricity() throws -> [String: [Double]] {
        try Self.read("electricity_nsw/elec.csv").mapValues { $0.map { Double($0) ?? .nan } }
    }
}

/// A seeded generator with a normal distribution.
struct Noise {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func uniform() -> Double {
        self.state = self.state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return (Double((mixed ^ (mixed >> 31)) >> 11) + 0.5) / 9_007_199_254_740_992
    }

    mutating func normal() -> Double { (-2 * log(self.uniform())).squareRoot() * cos(2 * .pi * self.uniform()) }
}
