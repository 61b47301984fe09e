package import MartletCore
import MartletTracking

/// The database that keeps runs, models, deployments, the ledger and feature definitions.
///
/// A closure is a transaction. A write that returned survives a crash of the machine. No access blocks a caller's thread.
package final class MetadataDatabase: Sendable {
    private let backend: any MetadataBackend

    /// Uses an open database.
    init(backend: any MetadataBackend) { self.backend = backend }

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
        return TrackingError(
            .trackingStoreFailed,
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
