import Foundation
import GRDB
import MartletCore

/// Brings a metadata database up to date, in one transaction.
struct SQLiteMigrator {
    let migrations: [MetadataMigration]
    let path: String

    /// Makes the steps that are missing.
    ///
    /// The write lock is taken first, so that of several processes that open an old file one migrates and the others
    /// find it done.
    ///
    /// - Returns: the version after the last step, which is the number of steps.
    /// - Throws: `store.schemaTooNew`, `store.notOurDatabase`, or what a step throws; then nothing was changed.
    func migrate(_ database: Database) throws -> Int {
        precondition(Set(self.migrations.map(\.name)).count == self.migrations.count, "migration names must be unique")
        if try self.missing(database).isEmpty { return self.migrations.count }
        try database.inTransaction(.immediate) {
            let missing = try self.missing(database)
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS schema_migrations (
                        position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE
                    ) STRICT
                    """
            )
            for migration in missing {
                try database.execute(sql: migration.sql)
                try database.execute(
                    sql: "INSERT INTO schema_migrations (name) VALUES (?)",
                    arguments: [migration.name]
                )
            }
            try database.execute(sql: "PRAGMA application_id = \(SQLiteMetadata.applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(self.migrations.count)")
            return .commit
        }
        return self.migrations.count
    }

    /// The steps the file lacks, after checking that the file is ours and not newer.
    func missing(_ database: Database) throws -> [MetadataMigration] {
        let applied = try self.appliedNames(database)
        let known = Set(self.migrations.map(\.name))
        guard let unknown = applied.first(where: { !known.contains($0) }) else {
            return self.migrations.filter { !applied.contains($0.name) }
        }
        throw StoreError(
            .schemaTooNew,
            "the metadata database '\(self.path)' has schema version \(applied.count), this martlet knows version "
                + "\(self.migrations.count) and not the step '\(unknown)'; use the newer martlet that wrote it, or restore "
                + "a backup"
        )
    }

    /// The steps that were made, in their order.
    func appliedNames(_ database: Database) throws -> [String] {
        // One statement sees one state of the file. Another connection that opens it makes and drops a probe of its own.
        let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE name <> 'grdb_issue_102'")
        if tables.contains("schema_migrations") {
            return try String.fetchAll(database, sql: "SELECT name FROM schema_migrations ORDER BY position")
        }
        guard tables.isEmpty else {
            throw StoreError(
                .notOurDatabase,
                "'\(self.path)' is an SQLite database of another program; name a different file for the metadata"
            )
        }
        return []
    }
}
