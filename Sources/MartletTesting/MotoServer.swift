import Foundation
import MartletEngines

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
        /// What it wrote to its standard error.
        package let errors: String
    }

    /// Starts a server, gives it to `body`, and ends it.
    ///
    /// `openCalls` calls are answered without looking at their signature; `nil` answers all so.
    package static func run<Result>(
        openCalls: Int? = nil,
        _ body: (MotoServer) async throws -> Result
    ) async throws -> Result {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AWS_") }
        environment["PYTHONUNBUFFERED"] = "1"
        if let openCalls { environment["INITIAL_NO_AUTH_ACTION_COUNT"] = String(openCalls) }
        let pipe = try ProgramPipe()
        let errors = FileHandle(fileDescriptor: pipe.reading, closeOnDealloc: true)
        let server: TestProgram
        do {
            defer { pipe.closeWriting() }
            server = try TestProgram(
                [Self.python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
                environment: environment,
                errors: .descriptor(pipe.writing)
            )
        }
        defer {
            errors.readabilityHandler = nil
            // It keeps nothing, and asked politely it may wait for its open connections.
            server.end()
        }
        var output = ""
        while true {
            let bytes = errors.availableData
            guard !bytes.isEmpty else { throw DidNotStart(output: output) }
            output += String(decoding: bytes, as: UTF8.self)
            if let match = output.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:[0-9]+)/) {
                // What the server says later is read too, so that it never waits for us.
                errors.readabilityHandler = { _ = $0.availableData }
                return try await body(MotoServer(address: String(match.output.1)))
            }
        }
    }

    /// Runs Python with boto3 pointed at the server, and returns what it prints.
    ///
    /// - Throws: ``ProgramFailed`` when the program ends with another status than 0.
    package func python(_ script: String) throws -> String {
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_ACCESS_KEY_ID"] = Self.accessKeyID
        environment["AWS_SECRET_ACCESS_KEY"] = Self.secretAccessKey
        environment["AWS_DEFAULT_REGION"] = "us-east-1"
        environment["AWS_ENDPOINT_URL"] = self.address
        let outcome = try TestProgram.run([Self.python, "-c", script], environment: environment)
        guard outcome.status == 0 else { throw ProgramFailed(status: outcome.status, errors: outcome.errors) }
        return outcome.output
    }
}
