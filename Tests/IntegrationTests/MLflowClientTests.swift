import Foundation
import Testing

/// The real MLflow client against a real process.
@Suite(.serialized, .enabled(if: PythonClients.areWanted, "run scripts/setup-clients first"))
struct MLflowClientTests {
    @Test(arguments: ["wire.py", "tracking.py", "registry.py", "models.py", "autolog.py", "commands.py"])
    func `the client's own calls work unchanged`(_ program: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-mlflow-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try ServerProcess(in: folder)
        defer { server.stop() }
        let outcome = try PythonClients.run(program, against: server.address)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
        #expect(!outcome.output.contains("FAILED"))
    }
}
