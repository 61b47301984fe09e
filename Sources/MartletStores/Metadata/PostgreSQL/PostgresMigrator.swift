import MartletCore
import MartletEngines

/// Brings the tables in a PostgreSQL schema up to date, in one transaction.
struct PostgresMigrator {
    let migrations: [MetadataMigration]
    let pool: PostgresPool

    /// Makes the steps that are missing, and the schema.
    ///
    /// The lock of the writers is taken first, so that of several processes one migrates and the others find it done.
    ///
    /// - Returns: the version after the last step, which is the number of steps.
    /// - Throws: `store.schemaTooNew`, `store.notOurDatabase`, or what a step throws; then nothing was changed.
    func migrate(_ session: PostgresSession) throws -> Int {
        precondition(Set(self.migrations.map(\.name)).count == self.migrations.count, "migration names must be unique")
        if try self.missing(session).isEmpty { return self.migrations.count }
        let connection = session.connection
        try connection.execute("BEGIN; SELECT pg_advisory_xact_lock(\(PostgresMetadata.lockKey(self.pool.schema)))")
        do {
            try self.makeSchema(session)
            let missing = try self.missing(session)
            let first = self.migrations.count - missing.count
            try connection.execute(Self.ownTables)
            for (index, migration) in missing.enumerated() {
                try connection.execute(try PostgresPrinter.migration(migration))
                try session.run(
                    "INSERT INTO schema_migrations (position, name) VALUES (?, ?)",
                    [first + index + 1, migration.name]
                )
            }
            try connection.execute("COMMIT")
        } catch {
            if connection.isOpen { _ = try? connection.execute("ROLLBACK") }
            throw error
        }
        return self.migrations.count
    }

    /// The steps the schema lacks, after checking that it is ours and not newer.
    func missing(_ session: PostgresSession) throws -> [MetadataMigration] {
        let applied = try self.appliedNames(session)
        let known = Set(self.migrations.map(\.name))
        guard let unknown = applied.first(where: { !known.contains($0) }) else {
            return self.migrations.filter { !applied.contains($0.name) }
        }
        throw StoreError(
            .schemaTooNew,
            "the metadata database, \(self.pool.place), has schema version \(applied.count), this martlet knows version "
                + "\(self.migrations.count) and not the step '\(unknown)'; use the newer martlet that wrote it, or "
                + "restore a backup"
        )
    }

    /// The steps that were made, in their order.
    func appliedNames(_ session: PostgresSession) throws -> [String] {
        let tables = try session.texts(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE n.nspname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            [self.pool.schema]
        )
        if tables.contains("schema_migrations") {
            return try session.texts("SELECT name FROM schema_migrations ORDER BY position")
        }
        guard tables.isEmpty else {
            throw StoreError(
                .notOurDatabase,
                "\(self.pool.place) holds tables of another program; name a different schema for the metadata"
            )
        }
        return []
    }

    /// Makes the schema unless it is there; a user who may not make one can be given one.
    private func makeSchema(_ session: PostgresSession) throws {
        let found = try session.rows("SELECT 1 FROM pg_namespace WHERE nspname = ?", [self.pool.schema])
        if found.isEmpty { try session.connection.execute("CREATE SCHEMA \(PostgresSession.quoted(self.pool.schema))") }
    }

    /// The tables that hold no metadata.
    static let ownTableNames: Set = ["schema_migrations", "write_marks"]

    /// What only PostgreSQL has: which steps were made, and the last transaction of each writer.
    static let ownTables = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            position BIGINT PRIMARY KEY, name TEXT COLLATE "C" NOT NULL UNIQUE
        );
        CREATE TABLE IF NOT EXISTS write_marks (writer TEXT PRIMARY KEY, mark BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL);
        DELETE FROM write_marks WHERE at < now() - interval '7 days'
        """
}
