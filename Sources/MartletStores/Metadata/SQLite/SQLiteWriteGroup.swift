import GRDB

/// Writes that wait at the same time, made durable together.
///
/// While one group is being written, later writes gather; then they run one after another, each in a savepoint of its own,
/// in one transaction with one sync of the disk. A caller is answered after the commit. A write that throws is rolled back
/// alone.
final class SQLiteWriteGroup: Sendable {
    private let pool: DatabasePool
    private let queue = MetadataWriteQueue()

    /// Writes through `pool`.
    init(_ pool: DatabasePool) { self.pool = pool }

    /// Runs `body` in a transaction and returns when it is durable.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.queue.write(body) { self.start() }
    }

    private func start() {
        self.pool.asyncWriteWithoutTransaction { database in
            while true {
                let group = self.queue.nextGroup()
                if group.isEmpty { return }
                Self.write(group, to: database)
            }
        }
    }

    private static func write(_ group: [MetadataWrite], to database: Database) {
        var rest = group[...]
        while !rest.isEmpty { rest = rest.dropFirst(Self.writeTogether(rest, to: database)) }
    }

    /// Writes members from the first on in one transaction and answers them.
    ///
    /// - Returns: how many were answered; the transaction ends early when SQLite gives it up by itself, as on a full disk.
    private static func writeTogether(_ group: ArraySlice<MetadataWrite>, to database: Database) -> Int {
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
        _ waiting: MetadataWrite,
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
