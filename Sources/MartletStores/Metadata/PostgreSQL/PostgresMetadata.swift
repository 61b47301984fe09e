import Foundation
import MartletCore
import MartletEngines
import MartletTracking

/// The metadata in a PostgreSQL database, in a schema of its own.
///
/// Several processes may use the same one. All access blocks threads of the pool.
final class PostgresMetadata: MetadataBackend {
    let schemaVersion: Int
    let pool: PostgresPool
    private let writes: PostgresWriteGroup

    /// Connects and brings the tables up to date.
    init(pool: PostgresPool, migrations: [MetadataMigration]) throws(StoreError) {
        self.pool = pool
        self.writes = PostgresWriteGroup(pool)
        do {
            self.schemaVersion = try pool.withSession { session in
                try PostgresMigrator(migrations: migrations, pool: pool).migrate(session)
            }
        } catch {
            throw Self.openError(error, pool)
        }
    }

    var place: String { self.pool.place }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.pool.read { try body($0) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.writes.write(body)
    }

    func explain(_ error: any Error) -> String { readableMessage(of: error) }

    func integrityFaults() async throws -> [String] {
        try await self.pool.read { session in
            let indexes = try session.rows(
                """
                SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND NOT i.indisvalid
                """,
                [self.pool.schema]
            )
            let constraints = try session.rows(
                """
                SELECT k.conname FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
                WHERE n.nspname = ? AND NOT k.convalidated
                """,
                [self.pool.schema]
            )
            return indexes.map { "the index '\($0[0] as String)' is not valid; rebuild it with REINDEX" }
                + constraints.map { "the constraint '\($0[0] as String)' is not validated; validate it" }
        }
    }

    func close() {
        self.writes.close()
        self.pool.close()
    }

    /// The number of the advisory lock by which writers of a schema take turns, as an expression.
    static func lockKey(_ schema: String) -> String {
        "hashtextextended('martlet metadata \(schema.replacing("'", with: "''"))', 0)"
    }

    /// The error of a database that could not be opened.
    static func openError(_ error: any Error, _ pool: PostgresPool) -> StoreError {
        if let error = error as? StoreError { return error }
        return StoreError(
            .cannotOpenDatabase,
            "the metadata database, \(pool.place), cannot be opened: \(readableMessage(of: error))",
            underlying: error
        )
    }
}
