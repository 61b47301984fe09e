import Foundation

@testable import MartletStatistics

/// The real A/B test of a game: the folder `MARTLET_DATA`, or `../shared/data` beside the package.
struct CookieCats {
    static let file: URL = {
        let named = ProcessInfo.processInfo.environment["MARTLET_DATA"].map { URL(filePath: $0) }
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let data = named ?? package.deletingLastPathComponent().appending(path: "shared/data")
        return data.appending(path: "cookie_cats_ab/cookie_cats.csv")
    }()

    /// Whether the data are there; `MARTLET_REQUIRE_DATA=1` says they must be.
    static let isTestable =
        ProcessInfo.processInfo.environment["MARTLET_REQUIRE_DATA"] == "1"
        || FileManager.default.fileExists(atPath: Self.file.path)

    /// The players of one variant.
    struct Side {
        var rounds: [Double] = []
        var retention1 = BernoulliCount()
        var retention7 = BernoulliCount()
    }

    private(set) var control = Side()
    private(set) var treatment = Side()

    /// Reads the file; nothing is left out.
    init() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let cells = line.split(separator: ",")
            guard cells.count == 5, let rounds = Double(cells[2]) else { continue }
            let side = cells[1] == "gate_30" ? \CookieCats.control : \CookieCats.treatment
            self[keyPath: side].rounds.append(rounds)
            self[keyPath: side].retention1.add(cells[3] == "TRUE")
            self[keyPath: side].retention7.add(cells[4] == "TRUE")
        }
    }
}
