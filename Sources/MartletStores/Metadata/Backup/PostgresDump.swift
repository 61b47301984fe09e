import Foundation
import GRDB
import MartletEngines

/// Copies a metadata database in PostgreSQL into a new SQLite file, in one snapshot.
struct PostgresDump {
    private let pool: PostgresPool

    /// Reads from `place`.
    init(_ place: MetadataPlace) {
        guard let pool = place.pool else { preconditionFailure("a file is copied by SQLite") }
        self.pool = pool
    }

    /// Writes the file and returns how many rows it has.
    ///
    /// - Throws: `store.schemaTooNew` and what either database reports; the file is then incomplete.
    func write(to path: String) throws -> Int64 {
        let session = try self.pool.connect()
        try session.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        var configuration = Configuration()
        // Rows come table by table; the whole is checked at the end.
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
            _ = try SQLiteMigrator(migrations: MetadataMigrations.all, path: path).migrate(database)
            var count: Int64 = 0
            try database.inTransaction {
                for table in try SQLiteTables(database).inOrder() {
                    count += try self.copy(table, of: session, to: database)
                }
                return .commit
            }
            try session.connection.execute("COMMIT")
            // Only now durable: what was written before is of no use until it is whole.
            try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
            return count
        }
    }

    private func copy(_ table: SQLiteTables.Table, of session: PostgresSession, to database: Database) throws -> Int64 {
        try database.execute(sql: "DELETE FROM \"\(table.name)\"")
        let columns = table.columns.map { "\"\($0)\"" }.joined(separator: ", ")
        let marks = table.columns.map { _ in "?" }.joined(separator: ", ")
        let insert = try database.makeStatement(sql: "INSERT INTO \"\(table.name)\" (\(columns)) VALUES (\(marks))")
        var count: Int64 = 0
        try session.connection.forEachRow("SELECT \(columns) FROM \"\(table.name)\"") { row in
            try insert.execute(arguments: StatementArguments(row.map { SQLValue($0).databaseValue }))
            count += 1
        }
        guard table.keepsNumbers, let column = table.numbered else { return count }
        let last = try session.rows(
            """
            SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename
                = pg_get_serial_sequence(?, ?)
            """,
            [PostgresSession.quoted(self.pool.schema) + "." + PostgresSession.quoted(table.name), column]
        )
        if let number = last.first?[0] as Int64? {
            try database.execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [table.name])
            try database.execute(
                sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
                arguments: [table.name, number]
            )
        }
        return count
    }
}
