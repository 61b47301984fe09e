import Foundation
import GRDB
import MartletCore
import MartletEngines

/// The metadata in an SQLite file.
///
/// In WAL mode with `synchronous = FULL`. Several processes may open the same file; a writer waits up to 30 seconds for
/// another. All access blocks threads of SQLite's own queues.
final class SQLiteMetadata: MetadataBackend {
    let place: String
    let schemaVersion: Int
    let pool: DatabasePool
    private let writes: SQLiteWriteGroup

    /// How long a connection waits for another's lock.
    static let lockTimeoutSeconds = 30.0
    /// How much of the file each connection may keep in memory; SQLite's own 2 MB make a search read the same pages again.
    static let cacheKilobytes = 16_384
    /// `Mart` in ASCII: tells this file from other programs' SQLite files.
    static let applicationID = 0x4D61_7274

    /// Opens or makes the file and brings its tables up to date.
    init(path: String, migrations: [MetadataMigration]) throws(StoreError) {
        self.place = path
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let pool = try Self.open(path)
            self.pool = pool
            self.writes = SQLiteWriteGroup(pool, pool.writeWithoutTransaction { WriteAheadLog(of: $0) })
            self.schemaVersion = try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return try SQLiteMigrator(migrations: migrations, path: path).migrate(database)
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(
                .cannotOpenDatabase,
                "the metadata database '\(path)' cannot be opened: \(Self.explain(error)); check that the folder is "
                    + "writable and the disk is not full",
                underlying: error
            )
        }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.pool.read { try body(SQLiteConnection($0)) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.writes.write(body)
    }

    func explain(_ error: any Error) -> String { Self.explain(error) }

    func integrityFaults() async throws -> [String] {
        try await self.pool.read { database in
            var faults = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            faults += try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
                .map { row in
                    "a row of '\(row[0] as String? ?? "?")' points at a row of '\(row[2] as String? ?? "?")' that is missing"
                }
            return faults
        }
    }

    func close() {
        try? self.pool.close()
    }

    /// What SQLite says of `error`, without SQL and arguments.
    static func explain(_ error: any Error) -> String {
        guard let error = error as? DatabaseError else { return readableMessage(of: error) }
        return "\(error.message ?? "SQLite failed") (SQLite code \(error.extendedResultCode.rawValue))"
    }

    /// Switching a new file to WAL cannot wait for a lock by itself, so two processes that make it at once are retried.
    private static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "martlet.metadata"
        configuration.busyMode = .timeout(Self.lockTimeoutSeconds)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -\(Self.cacheKilobytes)") }
        let deadline = Date(timeIntervalSinceNow: Self.lockTimeoutSeconds)
        while true {
            do {
                return try DatabasePool(path: path, configuration: configuration)
            } catch let error as DatabaseError where Self.isPassing(error) && Date() < deadline {
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
    }

    private static func isPassing(_ error: DatabaseError) -> Bool {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: true
        // The opening probe of another process makes and drops a table of its own.
        case .SQLITE_ERROR: error.message?.contains("grdb_issue_102") ?? false
        default: false
        }
    }
}
