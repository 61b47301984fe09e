import GRDB
import MartletCore
import MartletTracking

/// How the tracking stores use the metadata database: a closure is a transaction, an error is a `TrackingError`.
extension MetadataDatabase {
    /// Reads in one snapshot.
    ///
    /// - Throws: what `body` throws when it is a `TrackingError`, else `tracking.storeFailed` with `attempt`.
    func read<Result: Sendable>(
        to attempt: String,
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.pool.read(body)
        } catch {
            throw self.trackingError(error, attempt)
        }
    }

    /// Writes all or nothing; durable on return.
    ///
    /// - Throws: what `body` throws when it is a `TrackingError`, else `tracking.storeFailed` with `attempt`.
    func write<Result: Sendable>(
        to attempt: String,
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.pool.write(body)
        } catch {
            throw self.trackingError(error, attempt)
        }
    }

    private func trackingError(_ error: any Error, _ attempt: String) -> TrackingError {
        if let error = error as? TrackingError { return error }
        return TrackingError(
            .trackingStoreFailed,
            "could not \(attempt) in '\(self.path)': \(Self.explain(error))",
            underlying: error
        )
    }
}

extension Database {
    /// Runs a statement that is prepared once for each connection.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try self.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Reads all rows of a statement that is prepared once for each connection.
    func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        try Row.fetchAll(self.cachedStatement(sql: sql), arguments: arguments)
    }

    /// Reads the first row of a statement that is prepared once for each connection.
    func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(self.cachedStatement(sql: sql), arguments: arguments)
    }

    /// Reads key and value columns.
    func pairs(_ sql: String, _ arguments: StatementArguments) throws -> [String: String] {
        Dictionary(try self.rows(sql, arguments).map { ($0[0], $0[1]) }) { _, last in last }
    }
}

extension Row {
    /// The moment in a column of microseconds.
    func time(_ column: String) -> EventTime { EventTime(microseconds: self[column]) }

    /// The moment in a column of microseconds that may be null.
    func optionalTime(_ column: String) -> EventTime? {
        (self[column] as Int64?).map(EventTime.init(microseconds:))
    }
}
