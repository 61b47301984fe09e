import Foundation
import MartletTesting

/// The built binary, run as a person runs it.
struct MartletProcess {
    /// What a run ended with.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The package's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The binary beside the test bundle.
    static let binary: URL = {
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "martlet")
        let built = Self.root.appending(path: ".build/debug/martlet")
        return FileManager.default.isExecutableFile(atPath: beside.path) ? beside : built
    }()

    /// Runs the binary with `arguments`, without colours and with nothing of the caller's environment but its path.
    static func run(
        _ arguments: [String],
        in folder: URL? = nil,
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let inherited = ProcessInfo.processInfo.environment.filter {
            ["PATH", "HOME", "TMPDIR"].contains($0.key) || $0.key.hasPrefix("MARTLET_")
        }
        let outcome = try TestProgram.run(
            [Self.binary.path] + arguments,
            in: folder ?? Self.root,
            environment: inherited.merging(["USER": "tester"]) { $1 }.merging(environment) { $1 }
        )
        return Outcome(status: outcome.status, output: outcome.output, errors: outcome.errors)
    }

    /// A new empty folder, removed by `body`'s end.
    static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// Whether the engines that `scripts/setup` fetches are there.
    static let hasEngines: Bool = (try? Self.run(["doctor"]))?.output.contains("ok  DuckDB") ?? false
}
