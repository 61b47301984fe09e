import Foundation
import MartletEngines

/// A real data set as a training matrix: numbers as they are, words as category codes, empty cells missing.
struct RealTable {
    static let resale = "hdb_resale_2012_2016/resale_transactions.csv"
    static let process = "diecasting_process_2019/process_log.csv"

    let matrix: TrainingMatrix

    /// Whether engines and data are there; `MARTLET_REQUIRE_DATA=1` says they must be, and a test without them fails.
    static let isTestable: Bool = {
        if ProcessInfo.processInfo.environment["MARTLET_REQUIRE_DATA"] == "1" { return true }
        let locator = EngineLocator.ofProcess()
        let hasEngines = [Engine.lightGBM, .xgBoost].allSatisfy { (try? locator.locate($0)) != nil }
        return hasEngines && [Self.resale, Self.process].allSatisfy(Self.exists)
    }()

    static let root: URL = {
        if let folder = ProcessInfo.processInfo.environment["MARTLET_DATA"] { return URL(filePath: folder) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        return package.deletingLastPathComponent().appending(path: "shared/data")
    }()

    static func url(_ path: String) -> URL { Self.root.appending(path: path) }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: Self.url(path).path) }

    /// Reads a CSV file without quoted cells; columns in `dropped` are left out.
    init(path: String, label: String, dropped: Set<String>, isBinary: Bool = false) throws {
        let text = String(decoding: try Data(contentsOf: Self.url(path)), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
        let names = (lines.first ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let cells = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .filter { $0.count == names.count }
        var columns: [[Double]] = []
        var kept: [String] = []
        var categorical: Set<Int> = []
        var labels: [Float] = []
        for (index, name) in names.enumerated() where !dropped.contains(name) {
            let words = cells.map { $0[index] }
            let isNumeric = words.allSatisfy { $0.isEmpty || Double($0) != nil }
            var codes: [Substring: Double] = [:]
            let values = words.map { (word: Substring) -> Double in
                if word.isEmpty { return .nan }
                if isNumeric { return Double(word) ?? .nan }
                let code = codes[word] ?? Double(codes.count)
                codes[word] = code
                return code
            }
            if name == label {
                labels = values.map { isBinary ? ($0 > 0 ? 1 : 0) : Float($0) }
            } else {
                if !isNumeric { categorical.insert(kept.count) }
                kept.append(name)
                columns.append(values)
            }
        }
        let features = labels.indices.flatMap { row in columns.map { $0[row] } }
        self.matrix = TrainingMatrix(
            features: features,
            columnNames: kept,
            label: labels,
            categoricalColumns: categorical
        )
    }
}
