import GRDB
import MartletEngines
import Synchronization

/// Writes that wait at the same time, made durable together.
///
/// While one group is being written, later writes gather; then they run one after another, each in a savepoint of its own,
/// in one transaction with one sync of the disk. A caller is answered after the commit. A write that throws is rolled back
/// alone. A write whose caller lends its thread is made there when nothing else is being written and no other process
/// holds the lock.
///
/// The write-ahead log is written back on the writer's own thread, between groups.
final class SQLiteWriteGroup: Sendable {
    /// The length of the write-ahead log, in pages, from which it is written back.
    ///
    /// Longer than SQLite's own 1,000, since a page that many commits change is written back once.
    private static let logLimit = 4_000
    /// How much the log grows between two tries while readers keep it from becoming empty.
    private static let logGrowth = 1_000

    private let pool: DatabasePool
    private let log: WriteAheadLog
    private let queue = MetadataWriteQueue()
    /// The length of the log at which it is written back next.
    private let nextLimit = Mutex(SQLiteWriteGroup.logLimit)

    /// Writes through `pool`, whose writer has `log`.
    init(_ pool: DatabasePool, _ log: WriteAheadLog) {
        self.pool = pool
        self.log = log
    }

    /// Runs `body` in a transaction and returns when it is durable.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await self.queue.write(body, here: { self.writeHere($0) }, start: { self.start() })
    }

    private func start() {
        self.pool.asyncWriteWithoutTransaction { database in
            while true {
                self.writeBackLog()
                let group = self.queue.nextGroup()
                if group.isEmpty { return }
                Self.write(group, to: database)
            }
        }
    }

    private func writeHere(_ write: MetadataWrite) -> MetadataWriteQueue.LentOutcome {
        self.pool.writeWithoutTransaction { database in
            do {
                database.waitForLocks(milliseconds: 0)
                defer { database.waitForLocks(milliseconds: Int(SQLiteMetadata.lockTimeoutSeconds * 1_000)) }
                try Self.run("BEGIN IMMEDIATE", database)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return .mustWait
            } catch {
                write.answer(error)
                return .answered
            }
            _ = Self.finishTransaction([write], database)
            return self.isLogLong ? .answeredAndMore : .answered
        }
    }

    private var isLogLong: Bool {
        let pageCount = self.log.pageCount
        return self.nextLimit.withLock { limit in
            if pageCount < Self.logLimit { limit = Self.logLimit }
            return pageCount >= limit
        }
    }

    private func writeBackLog() {
        guard self.isLogLong else { return }
        self.log.writeBack()
        self.nextLimit.withLock { $0 = self.log.pageCount + Self.logGrowth }
    }

    private static func write(_ group: [MetadataWrite], to database: Database) {
        var rest = group[...]
        while !rest.isEmpty { rest = rest.dropFirst(Self.writeTogether(rest, to: database)) }
    }

    /// Writes members from the first on in one transaction and answers them.
    ///
    /// - Returns: how many were answered; the transaction ends early when SQLite gives it up by itself, as on a full disk.
    private static func writeTogether(_ group: ArraySlice<MetadataWrite>, to database: Database) -> Int {
        do {
            try Self.run("BEGIN IMMEDIATE", database)
        } catch {
            // What stops a transaction at its beginning stops every member.
            for waiting in group { waiting.answer(error) }
            return group.count
        }
        return Self.finishTransaction(group, database)
    }

    /// Runs members in the transaction that has begun, ends it, and answers them; how many were answered.
    private static func finishTransaction(_ group: ArraySlice<MetadataWrite>, _ database: Database) -> Int {
        var errors: [(any Error)?] = []
        do {
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
            try Self.run(errors.contains { $0 == nil } ? "COMMIT" : "ROLLBACK", database)
        } catch {
            if database.isInsideTransaction { try? Self.run("ROLLBACK", database) }
            // What stops a transaction at its commit stops every member, else those up to the one that failed.
            let count = min(errors.count + 1, group.count)
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
        try Self.run("SAVEPOINT one", database)
        do {
            try waiting.run(connection)
        } catch {
            if database.isInsideTransaction {
                try Self.run("ROLLBACK TO one", database)
                try Self.run("RELEASE one", database)
            }
            throw error
        }
        try Self.run("RELEASE one", database)
    }

    /// Runs a statement without arguments, prepared once for the connection.
    private static func run(_ sql: String, _ database: Database) throws {
        let statement = try PreparedStatement(sql, in: database)
        defer { statement.reset() }
        while try statement.step() {}
    }
}
