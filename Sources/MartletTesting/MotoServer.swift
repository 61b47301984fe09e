import Foundation

/// A real S3-speaking server, moto from PyPI, on a free port of this machine.
package struct MotoServer: Sendable {
    /// Where it answers, such as `http://127.0.0.1:40123`.
    package let address: String

    /// A server that answers at `address`.
    package init(address: String) { self.address = address }

    /// The package's folder.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python = Self.root.appending(path: ".clients/venv/bin/python").path

    /// Whether a server can be started; also `true` when the tests must not be skipped.
    package static let isAvailable =
        FileManager.default.isExecutableFile(atPath: Self.python)
        || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"

    /// Half of the key that ``python(_:)`` uses, and that the server takes as it takes every other.
    package static let accessKeyID = "AKIATEST"
    /// The other half.
    package static let secretAccessKey = "secret"

    /// The server ended before it answered.
    package struct DidNotStart: Error {
        /// What it said.
        package let output: String
    }

    /// A program ended with an error, which it printed.
    package struct ProgramFailed: Error {
        package let status: Int32
    }

    /// Starts a server, gives it to `body`, and ends it.
    ///
    /// `openCalls` calls are answered without looking at their signature; `nil` answers all so.
    package static func run<Result>(
        openCalls: Int? = nil,
        _ body: (MotoServer) async throws -> Result
    ) async throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AWS_") }
        environment["PYTHONUNBUFFERED"] = "1"
        if let openCalls { environment["INITIAL_NO_AUTH_ACTION_COUNT"] = String(openCalls) }
        process.environment = environment
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            errors.fileHandleForReading.readabilityHandler = nil
            // It keeps nothing, and asked politely it may wait for its open connections.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        var output = ""
        while true {
            let bytes = errors.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw DidNotStart(output: output) }
            output += String(decoding: bytes, as: UTF8.self)
            if let match = output.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:[0-9]+)/) {
                // What the server says later is read too, so that it never waits for us.
                errors.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
                return try await body(MotoServer(address: String(match.output.1)))
            }
        }
    }

    /// Runs Python with boto3 pointed at the server, and returns what it prints.
    ///
    /// - Throws: ``ProgramFailed`` when the program ends with another status than 0.
    package func python(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = ["-c", script]
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_ACCESS_KEY_ID"] = Self.accessKeyID
        environment["AWS_SECRET_ACCESS_KEY"] = Self.secretAccessKey
        environment["AWS_DEFAULT_REGION"] = "us-east-1"
        environment["AWS_ENDPOINT_URL"] = self.address
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ProgramFailed(status: process.terminationStatus) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
