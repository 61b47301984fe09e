import GRDB
import MartletEngines

/// Copies an SQLite file of metadata into a schema of PostgreSQL, in one transaction.
struct PostgresRestore {
    private let pool: PostgresPool

    /// Writes to `place`.
    init(_ place: MetadataPlace) {
        guard let pool = place.pool else { preconditionFailure("a file is copied by SQLite") }
        self.pool = pool
    }

    /// Puts the tables of the file at `path` into the schema.
    ///
    /// - Parameters:
    ///   - path: a file whose schema is up to date.
    ///   - stamp: part of the new name of a schema whose data are kept aside; `nil` when there are none.
    /// - Returns: the name of the schema that was kept aside.
    /// - Throws: what either database reports; then nothing was changed.
    func run(_ path: String, keeping stamp: String?) throws -> String? {
        let session = try self.pool.connect()
        let connection = session.connection
        try connection.execute("BEGIN; SELECT pg_advisory_xact_lock(\(PostgresMetadata.lockKey(self.pool.schema)))")
        let aside = try self.makeRoom(session, stamp)
        try connection.execute(PostgresMigrator.ownTables)
        for (index, migration) in MetadataMigrations.all.enumerated() {
            try connection.execute(try PostgresPrinter.migration(migration))
            try session.run(
                "INSERT INTO schema_migrations (position, name) VALUES (?, ?)",
                [index + 1, migration.name]
            )
        }
        let queue = try DatabaseQueue(path: path)
        try queue.read { database in
            let tables = try SQLiteTables(database).inOrder()
            for table in tables.reversed() { try connection.execute("DELETE FROM \"\(table.name)\"") }
            for table in tables { try self.copy(table, of: database, to: connection) }
        }
        try queue.close()
        try connection.execute("COMMIT")
        return aside
    }

    /// Makes an empty schema; one with data is renamed.
    private func makeRoom(_ session: PostgresSession, _ stamp: String?) throws -> String? {
        let schema = PostgresSession.quoted(self.pool.schema)
        let found = try session.rows("SELECT 1 FROM pg_namespace WHERE nspname = ?", [self.pool.schema])
        var aside: String?
        if !found.isEmpty {
            if let stamp {
                let name = self.pool.schema.prefix(38) + "_before_" + stamp
                try session.connection.execute(
                    "ALTER SCHEMA \(schema) RENAME TO \(PostgresSession.quoted(String(name)))"
                )
                aside = String(name)
            } else {
                try session.connection.execute("DROP SCHEMA \(schema) CASCADE")
            }
        }
        try session.connection.execute("CREATE SCHEMA \(schema)")
        return aside
    }

    private func copy(_ table: SQLiteTables.Table, of database: Database, to connection: PostgresConnection) throws {
        let columns = table.columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let rows = try Row.fetchCursor(database, sql: "SELECT \(columns) FROM \"\(table.name)\"")
        let indices = table.columns.indices
        try connection.copy(into: "\"\(table.name)\" (\(columns))") {
            guard let row = try rows.next() else { return nil }
            return indices.map { SQLValue(row[$0] as DatabaseValue).postgresValue }
        }
        guard let column = table.numbered else { return }
        // New rows are numbered after the highest one, and after those that were given and are gone.
        let kept = try Int64.fetchOne(
            database,
            sql: "SELECT seq FROM sqlite_sequence WHERE name = ?",
            arguments: [table.name]
        )
        try connection.execute(
            """
            SELECT setval(pg_get_serial_sequence('"\(table.name)"', '\(column)'),
                greatest((SELECT max("\(column)") FROM "\(table.name)"), \(kept ?? 0), 1),
                greatest((SELECT max("\(column)") FROM "\(table.name)"), \(kept ?? 0)) >= 1)
            """
        )
    }
}
