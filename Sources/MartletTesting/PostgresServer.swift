import Foundation
package import MartletEngines
import Synchronization

/// A real PostgreSQL server in a temporary folder, reached through a socket there.
///
/// Started as `postgres` when the tests run as root, which PostgreSQL refuses. It is stopped and its folder removed when
/// the test process ends, however it ends. It writes without waiting for the disk, which a crash of the server alone
/// survives.
package final class PostgresServer: Sendable {
    /// The folder of the data and the socket.
    package let folder: String
    private let binaries: String
    /// The process that waits for the end of this one; its standard input is held open.
    private let keeper: Keeper

    /// The server that most tests share, each in a schema of its own.
    package static let shared: Result<PostgresServer, any Error> = Result { try PostgresServer() }

    /// Whether a server can be started; also `true` when the tests must not be skipped.
    package static let isAvailable =
        PostgresServer.findBinaries() != nil || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_CLIENTS"] == "1"

    /// Makes a new cluster and starts it.
    package init() throws {
        guard let binaries = Self.findBinaries() else { throw PostgresServerError.notInstalled }
        let folder = "/tmp/martlet-pg-\(UInt64.random(in: 0 ... .max))"
        self.folder = folder
        self.binaries = binaries
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if geteuid() == 0 { try Self.run("/bin/chown", ["postgres", folder]) }
        self.keeper = try Keeper(folder: folder, binaries: binaries)
        try Self.run(
            binaries + "/initdb",
            ["-D", folder + "/data", "-U", "martlet", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        )
        let rules = "local all locked scram-sha-256\nlocal all all trust\n"
        try Self.run("/bin/sh", ["-c", "printf '%s' \"$1\" > \"$2\"", "sh", rules, folder + "/data/pg_hba.conf"])
        try self.start()
        let connection = try PostgresConnection(self.address("postgres"), locator: .ofProcess())
        try connection.execute("CREATE DATABASE martlet")
        try connection.execute("CREATE ROLE locked LOGIN PASSWORD 'geheim-42'")
    }

    /// Starts the server after a stop.
    package func start() throws {
        let settings =
            "-k \(self.folder) -c listen_addresses= -c fsync=off -c max_connections=200 -c shared_buffers=32MB"
        try Self.run(
            self.binaries + "/pg_ctl",
            ["-D", self.folder + "/data", "-l", self.folder + "/log", "-o", settings, "-w", "-t", "60", "start"]
        )
    }

    /// Ends every process of the server at once, as a crash does; the next start recovers.
    package func crash() throws {
        try Self.run(self.binaries + "/pg_ctl", ["-D", self.folder + "/data", "-m", "immediate", "-w", "stop"])
    }

    /// The URI of a database of the server.
    package func uri(_ database: String = "martlet", user: String = "martlet") -> String {
        "postgresql://\(user)@/\(database)?host=\(self.folder)"
    }

    /// The address of a database of the server.
    package func address(_ database: String = "martlet") throws -> PostgresAddress {
        try PostgresAddress(self.uri(database), locator: .ofProcess())
    }

    /// A name for a schema or table that no other test has.
    package static func uniqueName(_ prefix: String = "t") -> String {
        "\(prefix)_\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    }

    private static func findBinaries() -> String? {
        let files = FileManager.default
        let named = ProcessInfo.processInfo.environment["MARTLET_POSTGRES_BIN"].map { [$0] } ?? []
        let root = "/usr/lib/postgresql"
        let versions = ((try? files.contentsOfDirectory(atPath: root)) ?? []).compactMap(Int.init).sorted(by: >)
        let folders = named + versions.map { "\(root)/\($0)/bin" } + ["/usr/local/bin", "/opt/homebrew/bin"]
        return folders.first { files.isExecutableFile(atPath: $0 + "/initdb") }
    }

    /// Runs a program as the user PostgreSQL accepts, and waits for it.
    private static func run(_ program: String, _ arguments: [String]) throws {
        let isRoot = geteuid() == 0 && program != "/bin/chown"
        let words = (isRoot ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : []) + [program] + arguments
        // The server would hold a pipe open, and reading it would never end.
        let ending = try TestProgram(words, in: URL(filePath: "/tmp")).wait()
        guard ending == .exited(0) else { throw PostgresServerError.failed("\(program) ended: \(ending)") }
    }

    /// A shell that stops the server when its input ends, as it does with the test process.
    private final class Keeper: Sendable {
        private let shell: TestProgram
        private let input: ProgramPipe

        init(folder: String, binaries: String) throws {
            let script = """
                read -r _; "$1/pg_ctl" -D "$2/data" -m immediate stop; find "$2" -mindepth 1 -delete
                """
            let words = ["/bin/sh", "-c", script, "sh", binaries, folder]
            let input = try ProgramPipe()
            defer { input.closeReading() }
            self.input = input
            self.shell = try TestProgram(
                (geteuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : []) + words,
                in: URL(filePath: "/tmp"),
                input: .descriptor(input.reading)
            )
        }
    }
}

/// Why a test server did not start.
package enum PostgresServerError: Error {
    /// No `initdb` on this machine; the set-up script for tests installs it.
    case notInstalled
    /// A program of PostgreSQL failed.
    case failed(String)
}
