import Foundation
import MartletCore
import MartletRetraining
import MartletStores
import MartletTesting
import Testing

/// Retraining by the real command line, on a workspace without traffic.
struct RetrainCommandTests {
    private static let files = [
        "martlet.yaml": "name: rents\nauth: off\nendpoints: {rent: {model: rent}}\n",
        "sources/contracts.yaml": """
        name: contracts
        location: {path: rents.csv}
        format: csv
        columns: {signed_on: date, area: float64, rent: float64}
        """,
        "recipes/rent.yaml": """
        name: rent
        model: rent
        task: regression
        loader: {sql: "SELECT signed_on, area, rent FROM contracts", timestamp: signed_on}
        label: rent
        request_features: {area: {type: float64}}
        experiments: [{name: small, rounds: 5}]
        """,
        "labels/paid.yaml": "name: paid\nendpoint: rent\nfrom: outcome\n",
        "retraining/weekly.yaml": "name: weekly\nrecipe: rent\nlabels: paid\ntriggers: {age: 7d}\n",
    ]

    /// A workspace with loaded contracts; `files` are added to its own, or take their places.
    static func withWorkspace(
        _ added: [String: String] = [:],
        _ body: (URL) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-retrain-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var files = Self.files.merging(added) { $1 }
        let rows = (0..<200).map { "2024-01-\(10 + $0 % 18),\(20 + $0 * 37 % 90),\(500 + $0 * 37 % 90 * 9)" }
        files["rents.csv"] = "signed_on,area,rent\n" + rows.joined(separator: "\n") + "\n"
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let ingested = try MartletProcess.run(["ingest"], in: folder)
        #expect(ingested.status == 0, "\(ingested.errors)")
        try await body(folder)
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a person may train, the same rows once, and another recipe again`() async throws {
        try await Self.withWorkspace { folder in
            let held = try MartletProcess.run(["retrain", "run", "weekly", "--if-due", "--by", "ada"], in: folder)
            #expect(held.status == 0)
            #expect(held.output.contains("The plan says auto: never, so a person must ask for it."))
            let first = try MartletProcess.run(["retrain", "run", "weekly", "--by", "ada"], in: folder)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains("The recipe was never trained."))
            #expect(first.output.contains("registered rent:1, waiting for approval"))
            let again = try MartletProcess.run(["retrain", "run", "rent", "--by", "ada"], in: folder)
            #expect(again.status == 1)
            #expect(again.output.contains("These very rows were trained with this recipe before, and gave rent:1."))
            let file = folder.appending(path: "recipes/rent.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("rounds: 5", with: "rounds: 6").utf8).write(to: file)
            let dry = try MartletProcess.run(["retrain", "run", "rent", "--dry-run", "--json"], in: folder)
            #expect(try JSONValue(parsing: Data(dry.output.utf8))["verdict"] == "train")
            let other = try MartletProcess.run(["retrain", "run", "rent", "--by", "ada", "--json"], in: folder)
            #expect(other.status == 0, "\(other.errors)")
            #expect(try JSONValue(parsing: Data(other.output.utf8))["version"] == "rent:2")
            let ledger = try MartletProcess.run(["ledger", "verify"], in: folder)
            #expect(ledger.status == 0, "\(ledger.errors)")
        }
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `a training whose process is gone is closed, and its rows may be tried again`() async throws {
        try await Self.withWorkspace { folder in
            let path = folder.appending(path: ".martlet/metadata.sqlite").path
            _ = try MartletProcess.run(["retrain", "status"], in: folder)
            let host = ProcessInfo.processInfo.hostName
            var attempt = RetrainingStoreContract.attempt("t1", rows: "a", at: 1)
            attempt.plan = "weekly"
            // No process has the greatest number.
            attempt.process = "\(host):\(Int32.max)"
            try await SQLRetrainingStore(MetadataDatabase(path: path))
                .begin(attempt, RetrainingStoreContract.record("d1", at: 1))
            let trained = try MartletProcess.run(["retrain", "run", "weekly", "--by", "ada"], in: folder)
            #expect(trained.status == 0, "\(trained.errors)")
            let shown = try MartletProcess.run(["retrain", "status", "weekly"], in: folder)
            #expect(shown.output.contains("ended before it did"))
            #expect(shown.output.contains("rent:1 was registered"))
        }
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `names that lead nowhere are told with the nearest`() async throws {
        try await Self.withWorkspace { folder in
            let unknown = try MartletProcess.run(["retrain", "check", "weekli"], in: folder)
            #expect(unknown.status == 2)
            #expect(unknown.errors.contains("Did you mean 'weekly'?"))
            let labels = try MartletProcess.run(["labels", "build", "payd"], in: folder)
            #expect(labels.errors.contains("Did you mean 'paid'?"))
            let plan = folder.appending(path: "retraining/weekly.yaml")
            try Data("name: weekly\nrecipe: rents\nlabels: payd\nrelease: none\n".utf8).write(to: plan)
            let rule = folder.appending(path: "labels/paid.yaml")
            try Data("name: contracts\nendpoint: rent\nfrom: outcome\n".utf8).write(to: rule)
            let checked = try MartletProcess.run(["check"], in: folder)
            #expect(checked.status == 2)
            #expect(checked.errors.contains("there is no recipe 'rents'. Did you mean 'rent'?"))
            #expect(checked.errors.contains("there are no labels 'payd'."))
            #expect(checked.errors.contains("there is no release plan 'none'."))
            #expect(checked.errors.contains("labels 'contracts' and a source would share one table"))
        }
    }
}
