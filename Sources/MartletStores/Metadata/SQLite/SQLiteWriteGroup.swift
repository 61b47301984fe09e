import GRDB
import Synchronization

/// Writes that wait at the same time, made durable together.
///
/// While one group is being written, later writes gather; then they run one after another, each in a savepoint of its own,
/// in one transaction with one sync of the disk. A caller is answered after the commit. A write that throws is rolled back
/// alone.
final class SQLiteWriteGroup: Sendable {
    /// One caller's write.
    private struct Waiting: Sendable {
        /// Runs the write and keeps what it returned.
        let run: @Sendable (any SQLConnection) throws -> Void
        /// Answers the caller: with the error, or with what the write returned.
        let answer: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var waiting: [Waiting] = []
        var isWriting = false
    }

    /// The most writes one transaction holds.
    private static let groupLimit = 256

    private let pool: DatabasePool
    private let state = Mutex(State())

    /// Writes through `pool`.
    init(_ pool: DatabasePool) { self.pool = pool }

    /// Runs `body` in a transaction and returns when it is durable.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        let kept = Kept<Result>()
        return try await withCheckedThrowingContinuation { continuation in
            let waiting = Waiting(
                run: { connection in
                    let result = try body(connection)
                    kept.result.withLock { $0 = result }
                },
                answer: { error in
                    if let error { return continuation.resume(throwing: error) }
                    guard let result = kept.result.withLock({ $0 }) else {
                        preconditionFailure("a write was answered that did not run")
                    }
                    continuation.resume(returning: result)
                }
            )
            let mustStart = self.state.withLock { state in
                state.waiting.append(waiting)
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if mustStart { self.start() }
        }
    }

    private func start() {
        self.pool.asyncWriteWithoutTransaction { database in
            while true {
                let group = self.state.withLock { state in
                    let group = Array(state.waiting.prefix(Self.groupLimit))
                    state.waiting.removeFirst(group.count)
                    if group.isEmpty { state.isWriting = false }
                    return group
                }
                if group.isEmpty { return }
                Self.write(group, to: database)
            }
        }
    }

    private static func write(_ group: [Waiting], to database: Database) {
        var rest = group[...]
        while !rest.isEmpty { rest = rest.dropFirst(Self.writeTogether(rest, to: database)) }
    }

    /// Writes members from the first on in one transaction and answers them.
    ///
    /// - Returns: how many were answered; the transaction ends early when SQLite gives it up by itself, as on a full disk.
    private static func writeTogether(_ group: ArraySlice<Waiting>, to database: Database) -> Int {
        var errors: [(any Error)?] = []
        var hasBegun = false
        do {
            try database.inTransaction(.immediate) {
                hasBegun = true
                let connection = SQLiteConnection(database)
                for waiting in group {
                    do {
                        try Self.run(waiting, connection, isAlone: group.count == 1, database)
                        errors.append(nil)
                    } catch {
                        // Without a transaction what ran before is gone too, and nothing more may run outside of one.
                        guard database.isInsideTransaction else { throw error }
                        errors.append(error)
                    }
                }
                return errors.contains { $0 == nil } ? .commit : .rollback
            }
        } catch {
            // What stops a transaction at its beginning or its commit stops every member, else those up to the one that failed.
            let count = hasBegun ? min(errors.count + 1, group.count) : group.count
            for waiting in group.prefix(count) { waiting.answer(error) }
            return count
        }
        for (waiting, error) in zip(group, errors) { waiting.answer(error) }
        return group.count
    }

    private static func run(
        _ waiting: Waiting,
        _ connection: SQLiteConnection,
        isAlone: Bool,
        _ database: Database
    ) throws {
        if isAlone { return try waiting.run(connection) }
        try database.inSavepoint {
            try waiting.run(connection)
            return .commit
        }
    }
}

/// The result of a write between its run and its commit.
private final class Kept<Result: Sendable>: Sendable {
    let result = Mutex<Result?>(nil)
}
