package import MartletCore
package import MartletEngines
import MartletTracking

/// The database that keeps runs, models, deployments, the ledger and feature definitions.
///
/// A closure is a transaction. A write that returned survives a crash of the machine. No access blocks a caller's thread.
package final class MetadataDatabase: Sendable {
    private let backend: any MetadataBackend
    /// What searches of runs keep in memory.
    let runColumns: RunColumnCache

    /// Uses an open database.
    init(backend: any MetadataBackend, runColumns: RunColumnCache = RunColumnCache()) {
        self.backend = backend
        self.runColumns = runColumns
    }

    /// Opens the SQLite file at `path`, making it and its folder when they are not there, and brings its tables up to
    /// date.
    ///
    /// - Throws: `store.schemaTooNew` when a newer program wrote the file; `store.notOurDatabase` when it belongs to
    ///   another program; `store.cannotOpen` for anything else.
    package convenience init(
        path: String,
        migrations: [MetadataMigration] = MetadataMigrations.all
    ) throws(StoreError) {
        self.init(backend: try SQLiteMetadata(path: path, migrations: migrations))
    }

    /// Opens the PostgreSQL database at `address` and brings the tables in `schema` up to date.
    ///
    /// Blocks while it connects. A program without the right to make the schema needs it made beforehand.
    ///
    /// - Parameters:
    ///   - address: the server and the database.
    ///   - schema: the PostgreSQL schema that holds the tables; made when it is not there.
    ///   - connectionLimit: the most connections for reading; one more writes.
    ///   - locator: where libpq lies.
    ///   - migrations: the steps of the schema.
    /// - Throws: `store.schemaTooNew`, `store.notOurDatabase`, `store.cannotOpen`.
    package convenience init(
        address: PostgresAddress,
        schema: String,
        connectionLimit: Int = 8,
        locator: EngineLocator,
        migrations: [MetadataMigration] = MetadataMigrations.all
    ) throws(StoreError) {
        let pool = PostgresPool(address: address, schema: schema, connectionLimit: connectionLimit, locator: locator)
        self.init(backend: try PostgresMetadata(pool: pool, migrations: migrations))
    }

    /// Where the database is, for messages.
    package var place: String { self.backend.place }

    /// How many migrations the database has.
    package var schemaVersion: Int { self.backend.schemaVersion }

    /// Has the database check itself.
    ///
    /// - Returns: what is damaged, one sentence each; empty when all is well.
    /// - Throws: what the database reports when it cannot be read at all.
    package func integrityFaults() async throws -> [String] { try await self.backend.integrityFaults() }

    /// Closes all connections; later calls fail.
    package func close() { self.backend.close() }

    /// Reads in one snapshot.
    ///
    /// - Throws: what `body` throws when it is a `TrackingError`, else `tracking.storeFailed` with `attempt`.
    func read<Result: Sendable>(
        to attempt: String,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.backend.read(body)
        } catch {
            throw self.trackingError(error, attempt)
        }
    }

    /// Writes all or nothing; durable on return.
    ///
    /// - Throws: what `body` throws when it is a `TrackingError`, else `tracking.storeFailed` with `attempt`.
    func write<Result: Sendable>(
        to attempt: String,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.backend.write(body)
        } catch {
            throw self.trackingError(error, attempt)
        }
    }

    private func trackingError(_ error: any Error, _ attempt: String) -> TrackingError {
        if let error = error as? TrackingError { return error }
        let isAway = (error as? PostgresError)?.isConnectionLost ?? false
        return TrackingError(
            isAway ? .trackingStoreUnavailable : .trackingStoreFailed,
            "could not \(attempt) in '\(self.place)': \(self.backend.explain(error))",
            underlying: error
        )
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
