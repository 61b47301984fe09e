import Foundation
import Testing

/// The real MLflow client against a real process.
@Suite(.serialized, .enabled(if: PythonClients.areWanted, "run scripts/setup-clients first"))
struct MLflowClientTests {
    @Test(arguments: ["surface.py", "wire.py", "tracking.py", "registry.py", "models.py", "autolog.py", "commands.py"])
    func `the client's own calls work unchanged`(_ program: String) async throws {
        let outcome = try await PythonClients.onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-mlflow-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let server = try ServerProcess(in: folder)
            defer { server.stop() }
            return try PythonClients.run(program, against: server.address)
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
        #expect(!outcome.output.contains("FAILED"))
    }

    @Test(.enabled(if: Martlet.hasEngines, "run scripts/setup first"))
    func `models of Python are served, and models of Martlet load in Python`() async throws {
        let outcome = try await PythonClients.onOwnThread {
            let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-mlflow-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            try Self.writeWorkspace(to: folder)
            let server = try ServerProcess("up", in: folder)
            defer { server.stop() }
            let binary = Martlet.root.appending(path: ".build/debug/martlet").path
            return try PythonClients.run(
                "serving.py",
                against: server.address,
                environment: ["MARTLET_BINARY": binary, "MARTLET_WORKSPACE": folder.path, "USER": "tester"]
            )
        }
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    /// 600 sales with two columns, a recipe for them, and endpoints for the models of the test.
    private static func writeWorkspace(to folder: URL) throws {
        let rows = (0..<600)
            .map { row -> String in
                let (area, floor) = (20 + row * 37 % 180, 1 + row * 11 % 29)
                return "2023-0\(1 + row % 9)-\(10 + row % 18),\(area).5,\(floor),\(3 * area + floor + row % 7)"
            }
        let files = [
            "martlet.yaml": """
            name: models
            auth: off
            endpoints: {price: {model: price}, level: {model: level}, boost: {}, forest: {}, other: {}, exported: {}, network: {}}
            """,
            "data/sales.csv": "sold_on,area,floor,price\n" + rows.joined(separator: "\n") + "\n",
            "sources/sales.yaml": """
            name: sales
            location: {path: data/sales.csv}
            format: csv
            columns: {sold_on: date, area: float64, floor: int64, price: float64}
            """,
            "recipes/price.yaml": """
            name: price
            model: price
            task: regression
            loader: {sql: "SELECT sold_on, area, floor, price FROM sales", timestamp: sold_on}
            label: price
            request_features: {area: {type: float64}, floor: {type: int64}}
            experiments: [{name: small, rounds: 20}]
            """,
            "recipes/level.yaml": """
            name: level
            model: level
            task: regression
            loader: {sql: "SELECT sold_on, area, floor, price FROM sales", timestamp: sold_on}
            label: price
            request_features: {area: {type: float64}, floor: {type: int64}}
            experiments: [{name: small, engine: xgboost, rounds: 20}]
            """,
        ]
        for (path, text) in files {
            let file = folder.appending(path: path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }
}
