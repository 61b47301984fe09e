import Foundation
import MartletCore
import MartletTesting
import Testing

/// The path a person walks, by the binary, on a small generated data set.
@Suite(.serialized)
struct WholePathTests {
    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `raw data becomes a served, explained and traceable prediction`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-path-\(UUID().uuidString)")
        let days = folder.deletingLastPathComponent().appending(path: folder.lastPathComponent + "-days")
        defer { for made in [folder, days] { try? FileManager.default.removeItem(at: made) } }
        let demo = try Martlet.run(["demo", "--directory", folder.path, "--sales", "4000", "--days", "1"])
        #expect(demo.status == 0)
        #expect(demo.output.contains("GENERATED"))
        #expect(demo.output.contains("gate r2 > 0.80: passed"))
        #expect(demo.output.contains("largest difference between library and served forest on the test rows: 0\n"))
        #expect(demo.output.contains("ledger intact"))
        #expect(demo.output.contains("source batches and raw files"))
        #expect(!demo.errors.contains("error"))
        #expect(demo.output.contains("GENERATED visitors"))
        #expect(demo.output.contains("ada starts the experiment of apartment_price:2 against apartment_price:1"))
        let jobs = try Martlet.run(["jobs", "list"], in: days)
        #expect(jobs.output.contains("nightly") && jobs.output.contains("weekly") && !jobs.output.contains("failed"))

        let again = try Martlet.run(["ingest", "--json"], in: folder)
        #expect(again.status == 0)
        #expect(again.output.contains(#""outcome": "alreadyLoaded""#))
        #expect(!again.output.contains(#""outcome": "loaded""#))

        let refused = try Martlet.run(["deploy", "apartment-prize", "--model", "apartment_price:1"], in: folder)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("Did you mean 'apartment-price'?"))

        let log = try Martlet.run(["warehouse", "query", "SELECT status FROM predictions", "--json"], in: folder)
        #expect(log.output.contains(#""status": "answered""#))
        #expect(try Martlet.run(["ledger", "verify"], in: folder).status == 0)
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `a missed gate registers nothing and ends with 3`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-gate-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try Martlet.writeSmallWorkspace(to: folder, gate: "mae < 0.000001")
        #expect(try Martlet.run(["ingest"], in: folder).status == 0)
        let trained = try Martlet.run(["train", "--recipe-file", "recipes/price.yaml"], in: folder)
        #expect(trained.status == 3)
        #expect(trained.output.contains("missed by"))
        #expect(trained.output.contains("registered nothing"))
        #expect(try Martlet.run(["models", "list", "--json"], in: folder).output == "[]\n")
    }
}

/// The built binary and a workspace of a few lines.
enum Martlet {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let binary = Self.root.appending(path: ".build/debug/martlet").path

    static let hasEngines: Bool = (try? Self.run(["doctor"]))?.output.contains("ok  LightGBM") ?? false

    static func run(
        _ arguments: [String],
        in folder: URL? = nil
    ) throws -> (status: Int32, output: String, errors: String) {
        let outcome = try TestProgram.run([Self.binary] + arguments, in: folder ?? Self.root)
        return (outcome.status, outcome.output, outcome.errors)
    }

    /// 400 sales whose price is three times the area, and a recipe with one gate.
    static func writeSmallWorkspace(to folder: URL, gate: String) throws {
        let rows = (0..<400).map { "2023-01-\(10 + $0 % 20),\(30 + $0 % 90),\(3 * (30 + $0 % 90) + $0 % 7)" }
        let files = [
            "martlet.yaml": "name: small\nauth: off\nendpoints:\n  price: {model: price}\n",
            "data/sales.csv": "sold_on,area,price\n" + rows.joined(separator: "\n") + "\n",
            "sources/sales.yaml": """
            name: sales
            location: {path: data/sales.csv}
            format: csv
            columns: {sold_on: date, area: float64, price: float64}
            """,
            "recipes/price.yaml": """
            name: price
            model: price
            task: regression
            loader: {sql: "SELECT sold_on, area, price FROM sales", timestamp: sold_on}
            label: price
            request_features: {area: {type: float64}}
            experiments: [{name: small, rounds: 20}]
            gates: ["\(gate)"]
            """,
        ]
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
    }
}
