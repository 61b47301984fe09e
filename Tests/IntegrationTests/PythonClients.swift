import Foundation

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
        let process = Process()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = [Martlet.root.appending(path: "Tests/Clients/\(program)").path] + arguments
        let own = [
            "MLFLOW_TRACKING_URI": address, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "GIT_PYTHON_REFRESH": "quiet",
            "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore",
            "MLFLOW_REGISTRY_URI": address, "OMP_NUM_THREADS": "2",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
        let file = FileManager.default.temporaryDirectory.appending(path: "martlet-client-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: file, encoding: .utf8))
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
