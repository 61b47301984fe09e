import Foundation
import MartletTesting
import Testing

/// The real MLflow client against a server that keeps its metadata in PostgreSQL.
@Suite(
    .enabled(if: PythonClients.areWanted, "run scripts/setup-clients first"),
    .enabled(if: PostgresServer.isAvailable, "PostgreSQL is not installed; run scripts/setup-clients")
)
struct PostgresServingTests {
    @Test(arguments: ["wire.py", "tracking.py", "registry.py"])
    func `the client's own calls work over PostgreSQL`(_ program: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-pg-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try PostgresServer.shared.get().uri()
        let schema = PostgresServer.uniqueName()
        let workspace = """
            name: clients
            auth: off
            environments:
              local: {stores: {metadata: {url: '${MARTLET_TEST_DATABASE}', schema: \(schema)}}}
            """
        try Data(workspace.utf8).write(to: folder.appending(path: "martlet.yaml"))
        let server = try ServerProcess(in: folder, environment: ["MARTLET_TEST_DATABASE": database])
        defer { server.stop() }
        let address = server.address
        let outcome = try await PythonClients.onOwnThread { try PythonClients.run(program, against: address) }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
        #expect(!outcome.output.contains("FAILED"))
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: ".martlet/local/metadata.sqlite").path))
    }
}
