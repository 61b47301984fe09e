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
            try ModelWorkspace.write(to: folder)
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
}
