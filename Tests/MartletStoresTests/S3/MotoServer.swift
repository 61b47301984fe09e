import AsyncHTTPClient
import Foundation
import MartletCore
import MartletStores
import MartletTracking
import NIOCore
import NIOHTTP1
import Testing

/// A real S3-speaking server, moto from PyPI, on a free port of this machine.
struct MotoServer {
    let address: String

    /// The package's folder.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let python = Self.root.appending(path: ".clients/venv/bin/python").path
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: Self.python) }
    static let reason: Comment = "needs .clients/venv with moto[server]; run scripts/setup-clients"
    /// Where skipping is a failure.
    static var isRequired: Bool { ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1" }

    struct DidNotStart: Error {
        let output: String
    }

    /// Starts a server, gives it to `body`, and ends it.
    ///
    /// `openCalls` calls are answered without looking at their signature; `nil` answers all so.
    static func run<Result>(
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

    static let http = HTTPClient(
        configuration: HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
    )

    static let key = SigV4Credentials(accessKeyID: "AKIATEST", secretAccessKey: "secret")

    /// A client of `bucket` at `address`, by default this server's.
    func client(
        of bucket: String,
        prefix: String = "team/models",
        at address: String? = nil,
        key: SigV4Credentials = Self.key,
        now: @escaping @Sendable () -> EventTime = { .now }
    ) throws -> S3Client {
        let location = try #require(
            S3Location(
                uri: "s3://\(bucket)/\(prefix)",
                region: "us-east-1",
                endpoint: S3Location.Endpoint(address ?? self.address)
            )
        )
        return S3Client(
            location,
            http: Self.http,
            credentials: FixedS3Credentials(key),
            retries: S3Client.Retries(limit: 4, firstPause: .milliseconds(1), longestPause: .milliseconds(5)),
            now: now
        )
    }

    /// Makes a bucket, as a person would with another tool.
    func makeBucket(_ name: String) async throws {
        var request = HTTPClientRequest(url: "\(self.address)/\(name)")
        request.method = .PUT
        let response = try await Self.http.execute(request, timeout: .seconds(30))
        #expect(response.status == .ok)
    }

    /// Runs Python with boto3 pointed at the server, and returns what it prints.
    func python(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: Self.python)
        process.arguments = ["-c", script]
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_ACCESS_KEY_ID"] = Self.key.accessKeyID
        environment["AWS_SECRET_ACCESS_KEY"] = Self.key.secretAccessKey
        environment["AWS_DEFAULT_REGION"] = "us-east-1"
        environment["AWS_ENDPOINT_URL"] = self.address
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
