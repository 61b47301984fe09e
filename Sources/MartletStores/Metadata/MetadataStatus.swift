import Foundation
import GRDB
import MartletCore
import MartletEngines

/// What a metadata database holds, found out without changing it.
package struct MetadataStatus: Sendable {
    /// The place, without secrets.
    package let place: String
    /// The program behind it with its version, such as `SQLite 3.40.1`.
    package let engine: String
    /// Whether there is a database at all.
    package let exists: Bool
    /// The steps of the schema that were made, in their order.
    package let appliedSteps: [String]
    /// The steps that opening the database would make.
    package let missingSteps: [String]
    /// How many bytes it takes.
    package let byteCount: Int64
    /// The tables with the number of their rows, by name.
    package let tables: [(name: String, rowCount: Int64)]

    /// Looks at the database at `place`.
    ///
    /// - Throws: `store.schemaTooNew`, `store.notOurDatabase`, `store.cannotOpen`.
    package init(
        of place: MetadataPlace,
        migrations: [MetadataMigration] = MetadataMigrations.all
    ) throws(StoreError) {
        if case .file(let path) = place {
            self = try Self.ofFile(path, migrations)
        } else {
            self = try Self.ofServer(place, migrations)
        }
    }

    private init(
        place: String,
        engine: String,
        exists: Bool,
        steps: (applied: [String], missing: [String]),
        byteCount: Int64,
        tables: [(name: String, rowCount: Int64)]
    ) {
        self.place = place
        self.engine = engine
        self.exists = exists
        self.appliedSteps = steps.applied
        self.missingSteps = steps.missing
        self.byteCount = byteCount
        self.tables = tables
    }

    private static func ofFile(_ path: String, _ migrations: [MetadataMigration]) throws(StoreError) -> MetadataStatus {
        let exists = FileManager.default.fileExists(atPath: path)
        do {
            var configuration = Configuration()
            configuration.readonly = exists
            configuration.busyMode = .timeout(5)
            // A file that is not there looks like an empty one.
            let queue = try exists ? DatabaseQueue(path: path, configuration: configuration) : DatabaseQueue()
            return try queue.read { database in
                let migrator = SQLiteMigrator(migrations: migrations, path: path)
                let steps = (
                    applied: try migrator.appliedNames(database), missing: try migrator.missing(database).map(\.name)
                )
                let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                let pageSize = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
                let tables = try SQLiteTables(database).names
                    .map { name in
                        (
                            name: name,
                            rowCount: try Int64.fetchOne(database, sql: "SELECT count(*) FROM \"\(name)\"") ?? 0
                        )
                    }
                let version = try String.fetchOne(database, sql: "SELECT sqlite_version()") ?? ""
                return MetadataStatus(
                    place: path,
                    engine: "SQLite \(version)",
                    exists: exists,
                    steps: steps,
                    byteCount: exists ? pages * pageSize : 0,
                    tables: tables
                )
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(
                .cannotOpenDatabase,
                "the metadata database '\(path)' cannot be read: \(SQLiteMetadata.explain(error))",
                underlying: error
            )
        }
    }

    private static func ofServer(
        _ place: MetadataPlace,
        _ migrations: [MetadataMigration]
    ) throws(StoreError) -> MetadataStatus {
        guard let pool = place.pool else { preconditionFailure("a file has no pool") }
        do {
            return try Self.look(pool, PostgresMigrator(migrations: migrations, pool: pool))
        } catch {
            throw PostgresMetadata.openError(error, pool)
        }
    }

    private static func look(_ pool: PostgresPool, _ migrator: PostgresMigrator) throws -> MetadataStatus {
        let session = try pool.connect()
        let connection = session.connection
        try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        let applied = try migrator.appliedNames(session)
        let missing = try migrator.missing(session).map(\.name)
        let sizes = try session.rows(
            """
            SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relkind = 'r' ORDER BY c.relname
            """,
            [pool.schema]
        )
        let names = sizes.map { $0[0] as String }.filter { !PostgresMigrator.ownTableNames.contains($0) }
        var tables: [(name: String, rowCount: Int64)] = []
        for name in names {
            let rows = try session.rows("SELECT count(*) FROM \(PostgresSession.quoted(name))", [])
            tables.append((name: name, rowCount: rows[0][0]))
        }
        try connection.execute("COMMIT")
        let version = connection.serverVersion
        return MetadataStatus(
            place: pool.place,
            engine: "PostgreSQL \(version / 10_000).\(version % 10_000) through libpq \(connection.libraryVersion)",
            exists: !applied.isEmpty,
            steps: (applied: applied, missing: missing),
            byteCount: sizes.reduce(0) { $0 + ($1[1] as Int64) },
            tables: tables
        )
    }
}
