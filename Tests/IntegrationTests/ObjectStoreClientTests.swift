import Foundation
import MartletTesting
import Testing

/// The real MLflow client and the gateway, with artifacts in a store that speaks S3.
@Suite(
    .serialized,
    .enabled(if: PythonClients.areWanted && MotoServer.isAvailable, "run scripts/setup-clients first"),
    .enabled(if: Martlet.hasEngines, "run scripts/setup first")
)
struct ObjectStoreClientTests {
    @Test(arguments: ["objects.py", "serving.py"])
    func `artifacts in a bucket are what files are`(_ program: String) async throws {
        let outcome = try await MotoServer.run { store in
            _ = try store.python("import boto3; boto3.client('s3').create_bucket(Bucket='artifacts')")
            return try await PythonClients.onOwnThread { try Self.run(program, on: store) }
        }
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("ok      test_"))
    }

    private static func run(_ program: String, on store: MotoServer) throws -> (status: Int32, output: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-objects-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let stores = """
            environments:
              local:
                stores:
                  artifacts: s3://artifacts/team
                  s3: {endpoint: "\(store.address)"}

            """
        try ModelWorkspace.write(to: folder, configuration: stores)
        let key = [
            "AWS_ACCESS_KEY_ID": MotoServer.accessKeyID, "AWS_SECRET_ACCESS_KEY": MotoServer.secretAccessKey,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": store.address,
        ]
        let server = try ServerProcess("up", in: folder, environment: key)
        defer { server.stop() }
        let binary = Martlet.root.appending(path: ".build/debug/martlet").path
        let own = ["MARTLET_BINARY": binary, "MARTLET_WORKSPACE": folder.path, "USER": "tester"]
        return try PythonClients.run(program, against: server.address, environment: key.merging(own) { $1 })
    }
}
