import Foundation
import MartletEngines
import MartletTesting

/// The Python environment that `scripts/setup-clients` makes, and the programs in `Tests/Clients`.
enum PythonClients {
    private static let python = Martlet.root.appending(path: ".clients/venv/bin/python").path

    /// Whether tests of clients are run: when the environment is there, or must be.
    static let areWanted =
        FileManager.default.isExecutableFile(atPath: Self.python)
        || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"

    /// Runs a program of `Tests/Clients` against the server at `address`.
    static func run(
        _ program: String,
        _ arguments: [String] = [],
        against address: String,
        environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String) {
        let own = [
            "MLFLOW_TRACKING_URI": address, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "GIT_PYTHON_REFRESH": "quiet",
            "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore",
            "MLFLOW_REGISTRY_URI": address, "OMP_NUM_THREADS": "2",
        ]
        let file = FileManager.default.temporaryDirectory.appending(path: "martlet-client-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        // One file for both streams keeps what was written in its order.
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        let handle = try FileHandle(forWritingTo: file)
        let client = try TestProgram(
            [Self.python, Martlet.root.appending(path: "Tests/Clients/\(program)").path] + arguments,
            environment: ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 },
            output: .descriptor(handle.fileDescriptor),
            errors: .descriptor(handle.fileDescriptor)
        )
        let ending = client.wait()
        try handle.close()
        return (ending.status ?? -1, try String(contentsOf: file, encoding: .utf8))
    }

    /// Runs `body`, which waits for processes, on a thread of its own, so that other tests go on.
    static func onOwnThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Swift.Result(catching: body)) }
            thread.start()
        }
    }
}
