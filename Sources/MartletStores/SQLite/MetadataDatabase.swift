import Foundation
package import GRDB
package import MartletCore

/// The SQLite file that keeps runs, models, deployments, the ledger and feature definitions.
///
/// In WAL mode with `synchronous = FULL`: a write that returned survives a crash of the machine. Several processes may
/// open the same file; a writer waits up to 30 seconds for another. All access blocks threads of SQLite's own queues,
/// never a caller's.
package final class MetadataDatabase: Sendable {
    /// Where the file lies.
    package let path: String
    /// The connections; a closure is a transaction.
    package let pool: DatabasePool
    /// How many migrations the file has.
    package let schemaVersion: Int

    /// How long a connection waits for another's lock.
    static let lockTimeoutSeconds = 30.0
    /// `Mart` in ASCII: tells this file from other programs' SQLite files.
    static let applicationID = 0x4D61_7274

    /// Opens the file at `path`, making it and its folder when they are not there, and brings its tables up to date.
    ///
    /// - Throws: `store.schemaTooNew` when a newer program wrote the file; `store.notOurDatabase` when it belongs to
    ///   another program; `store.cannotOpen` for anything else.
    package init(path: String, migrations: [MetadataMigration] = MetadataMigrations.all) throws(StoreError) {
        self.path = path
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let pool = try Self.open(path)
            self.pool = pool
            self.schemaVersion = try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return try MetadataMigrator(migrations: migrations, path: path).migrate(database)
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

    /// Runs SQLite's own check of the whole file.
    ///
    /// - Returns: what is damaged, one sentence each; empty when all is well.
    /// - Throws: what SQLite reports when the file cannot be read at all.
    package func integrityFaults() async throws -> [String] {
        try await self.pool.read { database in
            var faults = try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            faults += try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
                .map { row in
                    "a row of '\(row[0] as String? ?? "?")' points at a row of '\(row[2] as String? ?? "?")' that is missing"
                }
            return faults
        }
    }

    /// Closes all connections; later calls fail.
    package func close() {
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

extension ErrorCode {
    /// The metadata database cannot be opened.
    package static let cannotOpenDatabase = ErrorCode("store.cannotOpen")
    /// The metadata database was written by a newer program.
    package static let schemaTooNew = ErrorCode("store.schemaTooNew")
    /// The file is a database of another program.
    package static let notOurDatabase = ErrorCode("store.notOurDatabase")
}
