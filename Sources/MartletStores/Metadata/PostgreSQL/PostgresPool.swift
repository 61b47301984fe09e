import Foundation
import MartletEngines
import Synchronization

/// Connections to one PostgreSQL database, lent to one thread at a time.
final class PostgresPool: Sendable {
    let address: PostgresAddress
    /// The PostgreSQL schema that holds the tables.
    let schema: String
    private let locator: EngineLocator
    private let threads: BlockingWork
    private let state = Mutex(State())

    private struct State {
        var idle: [PostgresSession] = []
        /// Set when the server could not be reached, so that later calls do not wait for it as well.
        var isAway = false
        var isClosed = false
    }

    /// How long a call waits for a server that has just gone, as in a restart.
    static let patienceSeconds = 4.0

    /// Connects to nothing yet.
    init(address: PostgresAddress, schema: String, connectionLimit: Int, locator: EngineLocator) {
        self.address = address
        self.schema = schema
        self.locator = locator
        self.threads = BlockingWork("martlet.postgres", threadLimit: connectionLimit)
    }

    /// The place, for messages.
    var place: String { "PostgreSQL \(self.address.description), schema '\(self.schema)'" }

    /// Runs `body` in one snapshot, on a thread of the pool.
    ///
    /// `body` is run again when the connection breaks under it.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresSession) throws -> Result
    ) async throws -> Result {
        try await self.threads.run {
            try self.withPatience {
                try self.withSession { session in
                    try session.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    let result = try body(session)
                    try session.connection.execute("COMMIT")
                    return result
                }
            }
        }
    }

    /// Runs `body` with a connection, which is kept for the next when it is still good.
    func withSession<Result>(_ body: (PostgresSession) throws -> Result) throws -> Result {
        let session = try self.state.withLock { $0.idle.popLast() } ?? self.connect()
        do {
            let result = try body(session)
            self.giveBack(session)
            return result
        } catch {
            if session.connection.isOpen, session.connection.isInTransaction {
                _ = try? session.connection.execute("ROLLBACK")
            }
            // A statement that was prepared for tables of another shape stays wrong on its connection.
            if !Self.mustReconnect(error) { self.giveBack(session) }
            throw error
        }
    }

    /// A new connection, which belongs to the caller.
    func connect() throws -> PostgresSession {
        if self.state.withLock({ $0.isClosed }) {
            throw PostgresError(.postgresUnreachable, "the connections to \(self.place) have been closed")
        }
        let session = try PostgresSession(self.address, schema: self.schema, locator: self.locator)
        self.state.withLock { $0.isAway = false }
        return session
    }

    /// Runs `body` again while it fails for a reason that passes.
    ///
    /// A server that has just gone is waited for; when it stays away, one call finds that out and the others fail at once.
    func withPatience<Result>(_ body: () throws -> Result) throws -> Result {
        let deadline = Date(timeIntervalSinceNow: Self.patienceSeconds)
        var pause = 0.02
        while true {
            do {
                return try body()
            } catch let error as PostgresError where error.isPassing || Self.mustReconnect(error) {
                if error.isConnectionLost { self.state.withLock { $0.idle = [] } }
                let mayWait = self.state.withLock { !$0.isAway && !$0.isClosed }
                guard mayWait, Date() < deadline else {
                    if error.isConnectionLost { self.state.withLock { $0.isAway = true } }
                    throw error
                }
                Thread.sleep(forTimeInterval: pause)
                pause = min(pause * 2, 0.5)
            }
        }
    }

    /// Drops all connections; later calls fail.
    func close() {
        self.state.withLock { state in
            state.isClosed = true
            state.idle = []
        }
    }

    /// Whether the next attempt needs a new connection: the old one is gone, or its prepared statements are.
    static func mustReconnect(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.isConnectionLost || error.sqlState == "26000" || error.sqlState == "0A000"
    }

    private func giveBack(_ session: PostgresSession) {
        guard session.connection.isOpen, !session.connection.isInTransaction else { return }
        self.state.withLock { state in
            if !state.isClosed { state.idle.append(session) }
        }
    }
}
