import Foundation
import MartletCore
import MartletEngines
import MartletTracking
import Synchronization

/// Writes to PostgreSQL, made durable together.
///
/// As with SQLite one transaction writes at a time, over all processes: an advisory lock of the schema is its turn. So what
/// a write reads holds until it commits, and no two meet. Writes that wait become one transaction, each in a savepoint.
///
/// A connection that breaks before the commit is replaced and the writes are run again. One that breaks during the commit
/// leaves open whether it happened; each transaction leaves a mark, and the new connection looks for it.
final class PostgresWriteGroup: Sendable {
    private let pool: PostgresPool
    private let queue = MetadataWriteQueue()
    private let thread = BlockingWork("martlet.postgres.write", threadLimit: 1)
    /// Names this process among those that write.
    private let writer = UUID().uuidString.lowercased()
    private let state = Mutex(State())

    private struct State {
        var session: PostgresSession?
        var mark: Int64 = 0
    }

    /// The commit was asked for and its answer never came.
    private struct CommitUnknown: Error {
        let mark: Int64
        let cause: PostgresError
    }

    /// How long the outcome of a commit is looked for.
    private static let resolveSeconds = 20.0

    /// Writes over connections of `pool`.
    init(_ pool: PostgresPool) { self.pool = pool }

    /// Runs `body` in a transaction and returns when it is durable.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.queue.write(body) { self.thread.start { self.drain() } }
    }

    /// Drops the connection.
    func close() { self.state.withLock { $0.session = nil } }

    private func drain() {
        while true {
            let group = self.queue.nextGroup()
            if group.isEmpty { return }
            do {
                let errors = try self.pool.withPatience { try self.writeTogether(group) }
                for (write, error) in zip(group, errors) { write.answer(error) }
            } catch {
                for write in group { write.answer(error) }
            }
        }
    }

    /// Makes the writes in one transaction.
    ///
    /// - Returns: for each write the error that it alone failed with.
    private func writeTogether(_ group: [MetadataWrite]) throws -> [(any Error)?] {
        let (held, mark) = self.state.withLock { state in
            state.mark += 1
            defer { state.session = nil }
            return (state.session, state.mark)
        }
        let session = try held ?? self.pool.connect()
        let connection = session.connection
        var errors: [(any Error)?] = []
        do {
            try connection.execute(self.beginning(mark))
            for write in group { errors.append(try Self.run(write, session, isAlone: group.count == 1)) }
            if errors.contains(where: { $0 == nil }) {
                try self.commit(connection, mark)
            } else {
                try connection.execute("ROLLBACK")
            }
        } catch let unknown as CommitUnknown {
            guard try self.wasCommitted(unknown) else { throw unknown.cause }
            return errors
        } catch {
            if connection.isOpen { _ = try? connection.execute("ROLLBACK") }
            if connection.isOpen, !PostgresPool.mustReconnect(error) { self.keep(session) }
            throw error
        }
        self.keep(session)
        return errors
    }

    private func keep(_ session: PostgresSession) { self.state.withLock { $0.session = session } }

    /// Takes the turn and leaves the mark, in one trip to the server.
    private func beginning(_ mark: Int64) -> String {
        """
        BEGIN ISOLATION LEVEL READ COMMITTED;
        SELECT pg_advisory_xact_lock(\(PostgresMetadata.lockKey(self.pool.schema)));
        INSERT INTO write_marks (writer, mark, at) VALUES ('\(self.writer)', \(mark), now())
        ON CONFLICT (writer) DO UPDATE SET mark = excluded.mark, at = excluded.at
        """
    }

    /// Runs one write; what it throws is returned when the others can go on.
    private static func run(
        _ write: MetadataWrite,
        _ session: PostgresSession,
        isAlone: Bool
    ) throws -> (any Error)? {
        if !isAlone { try session.connection.execute("SAVEPOINT one") }
        do {
            try write.run(session)
        } catch let error as PostgresError where error.isPassing || PostgresPool.mustReconnect(error) {
            throw error
        } catch {
            if !isAlone { try session.connection.execute("ROLLBACK TO SAVEPOINT one") }
            return error
        }
        if !isAlone { try session.connection.execute("RELEASE SAVEPOINT one") }
        return nil
    }

    private func commit(_ connection: PostgresConnection, _ mark: Int64) throws {
        do throws(PostgresError) {
            try connection.execute("COMMIT")
        } catch {
            if error.isConnectionLost { throw CommitUnknown(mark: mark, cause: error) }
            throw error
        }
    }

    /// Whether a transaction happened whose commit got no answer.
    ///
    /// The lock is waited for, so the old connection has ended by then.
    private func wasCommitted(_ unknown: CommitUnknown) throws -> Bool {
        let deadline = Date(timeIntervalSinceNow: Self.resolveSeconds)
        while true {
            do {
                let session = try self.pool.connect()
                try session.connection.execute(
                    "BEGIN; SELECT pg_advisory_xact_lock(\(PostgresMetadata.lockKey(self.pool.schema)))"
                )
                let rows = try session.connection.execute(
                    "SELECT mark FROM write_marks WHERE writer = '\(self.writer)'"
                )
                try session.connection.execute("COMMIT")
                self.keep(session)
                return rows.first?.first == String(unknown.mark)
            } catch {
                guard Date() < deadline else {
                    throw TrackingError(
                        .trackingStoreUnavailable,
                        "the connection to \(self.pool.place) broke while a change was being committed, and the server "
                            + "stayed away; whether the change was made is not known, so look before making it again",
                        underlying: unknown.cause
                    )
                }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}
