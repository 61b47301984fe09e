import Foundation

/// A connection to a PostgreSQL database.
///
/// For one thread at a time, except a canceller, which any thread may use. Statements are prepared once. Blocking: never
/// call it on an event loop or on Swift's own threads.
// Safe because libpq lets any thread use a connection as long as one does at a time, which callers keep.
package final class PostgresConnection: @unchecked Sendable {
    let library: PostgresLibrary
    let handle: Handle
    private let address: PostgresAddress
    private let notices: PostgresNotices
    /// What was prepared, by its text; a text is prepared again when values of other types come for it.
    private var statements: [String: [PostgresStatement]] = [:]
    private var statementCount = 0

    /// How many statements are kept prepared.
    static let statementLimit = 500

    /// Connects, which takes at most ten seconds unless the address says another `connect_timeout`.
    ///
    /// The connection notices within half a minute that the server's machine is gone. Text is UTF-8.
    ///
    /// - Throws: `engine.notFound` and the like when libpq cannot be loaded; `postgres.unreachable`, `postgres.refused`.
    package init(_ address: PostgresAddress, applicationName: String = "martlet", locator: EngineLocator) throws {
        let library = try PostgresLibrary.load(locator)
        // What stands before the URI is a default, what stands after it is not to be changed.
        let settings = [
            ("connect_timeout", "10"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "25000"), ("fallback_application_name", applicationName),
            ("dbname", address.uri), ("client_encoding", "UTF8"),
        ]
        let names = CTexts(settings.map(\.0))
        let values = CTexts(settings.map(\.1))
        guard let handle = names.withPointers({ names in values.withPointers { library.connect(names, $0, 1) } }) else {
            throw PostgresError(.postgresUnreachable, "could not connect to PostgreSQL: out of memory")
        }
        guard library.status(handle) == 0 else {
            defer { library.finish(handle) }
            let text = library.errorMessage(handle).map { String(cString: $0) } ?? "no reason given"
            throw Self.connectError(address, text)
        }
        self.library = library
        self.handle = handle
        self.address = address
        self.notices = PostgresNotices()
        let notices = Unmanaged.passUnretained(self.notices).toOpaque()
        _ = library.setNoticeProcessor(
            handle,
            { context, text in
                guard let context, let text else { return }
                Unmanaged<PostgresNotices>.fromOpaque(context).takeUnretainedValue().add(String(cString: text))
            },
            notices
        )
    }

    deinit { self.library.finish(self.handle) }

    /// The server's version, such as 150010.
    package var serverVersion: Int { Int(self.library.serverVersion(self.handle)) }
    /// libpq's version as people write it.
    package var libraryVersion: String { self.library.version }
    /// Whether the connection is still up, as far as the last call showed.
    package var isOpen: Bool { self.library.status(self.handle) == 0 }
    /// Whether a transaction is under way, failed ones included.
    package var isInTransaction: Bool { (1...3).contains(self.library.transactionStatus(self.handle)) }

    /// What the server has remarked since the last call, the newest twenty at most.
    package func takeNotices() -> [String] { self.notices.take() }

    /// A value that stops what the connection does, from any thread.
    package func canceller() throws(PostgresError) -> PostgresCanceller {
        guard let handle = self.library.makeCancel(self.handle) else { throw self.lost("make a canceller") }
        return PostgresCanceller(handle, self.library)
    }

    /// Runs one or more statements without values, and returns the last one's rows as text.
    ///
    /// - Throws: `postgres.failed`, `postgres.cancelled`, `postgres.connectionLost`.
    @discardableResult
    package func execute(_ sql: String) throws(PostgresError) -> [[String?]] {
        let result = self.library.execute(self.handle, sql)
        defer { self.library.clear(result) }
        try self.check(result)
        return (0..<self.library.rowCount(result))
            .map { row in
                (0..<self.library.columnCount(result))
                    .map { column in
                        if self.library.isNull(result, row, column) != 0 { return nil }
                        return self.library.value(result, row, column).map { String(cString: $0) }
                    }
            }
    }

    /// Runs one statement, prepared once, and returns its rows.
    ///
    /// - Parameters:
    ///   - sql: the statement with `$1`, `$2`, … for values.
    ///   - values: as many values; each goes as the type it has, and a null as the type the server takes it for.
    /// - Returns: the rows, or how many were changed.
    /// - Throws: `postgres.failed`, `postgres.cancelled`, `postgres.connectionLost`, `postgres.badInput`.
    @discardableResult
    package func query(_ sql: String, _ values: [PostgresValue] = []) throws(PostgresError) -> PostgresResult {
        try self.makeRoom()
        let name = try self.prepared(sql, values)
        let result = PostgresParameters(values)
            .withPointers { count, pointers, lengths, formats in
                self.library.executePrepared(self.handle, name, count, pointers, lengths, formats, 1)
            }
        do throws(PostgresError) {
            try self.check(result)
        } catch {
            self.library.clear(result)
            throw error
        }
        guard let result else { throw self.lost("run a statement") }
        return try PostgresResult(result, self.library)
    }

    /// Throws what `result` says went wrong, if anything.
    func check(_ result: Handle?) throws(PostgresError) {
        switch self.library.resultStatus(result) {
        case PostgresResultStatus.emptyQuery, PostgresResultStatus.commandDone, PostgresResultStatus.rows,
            PostgresResultStatus.copyIn, PostgresResultStatus.singleRow, PostgresResultStatus.pipelineSync:
            return
        default: throw self.error(of: result)
        }
    }

    /// Drops all prepared statements when there are too many.
    func makeRoom() throws(PostgresError) {
        guard self.statements.count >= Self.statementLimit else { return }
        try self.execute("DEALLOCATE ALL")
        self.statements = [:]
    }

    /// The name under which `sql` is prepared for values of these types.
    func prepared(_ sql: String, _ values: [PostgresValue]) throws(PostgresError) -> String {
        let known = self.statements[sql] ?? []
        if let statement = known.first(where: { $0.takes(values) }) { return statement.name }
        // A statement that was first prepared for a null learns the type from the value that came now.
        var types = values.map(\.type)
        if let last = known.last, last.types.count == types.count {
            for index in types.indices where types[index] == 0 { types[index] = last.types[index] }
        }
        self.statementCount += 1
        let statement = PostgresStatement(name: "m\(self.statementCount)", types: types)
        let result = self.library.prepare(self.handle, statement.name, sql, Int32(types.count), types)
        defer { self.library.clear(result) }
        try self.check(result)
        self.statements[sql, default: []].append(statement)
        return statement.name
    }
}

/// A statement on the server.
private struct PostgresStatement {
    let name: String
    /// The types its values have; 0 where the server chose.
    let types: [UInt32]

    /// Whether the statement can run with `values`.
    func takes(_ values: [PostgresValue]) -> Bool {
        guard values.count == self.types.count else { return false }
        return zip(values, self.types).allSatisfy { value, type in value == .null || value.type == type }
    }
}

extension PostgresConnection {
    /// The error that `result` holds, or that the connection broke.
    private func error(of result: Handle?) -> PostgresError {
        // PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY.
        let state = self.library.resultField(result, 67).map { String(cString: $0) }
        let text = self.library.resultField(result, 77).map { String(cString: $0) }
        guard self.isOpen, let state, let text else { return self.lost("run a statement", sqlState: state) }
        if state == "57014" { return PostgresError(.postgresCancelled, "the statement was stopped", sqlState: state) }
        if state.hasPrefix("57P") {
            return PostgresError(
                .postgresConnectionLost,
                "PostgreSQL ended the connection to \(self.address.description): \(text)",
                sqlState: state
            )
        }
        // Errors about values quote them.
        let shown = state.hasPrefix("22") ? text.replacing(/"[^"]*"/, with: "\"…\"") : text
        return PostgresError(
            .postgresFailed,
            "PostgreSQL refused a statement: \(self.address.redacted(EngineError.firstLines(shown))) (SQLSTATE \(state))",
            sqlState: state
        )
    }

    /// The error of a connection that is no more.
    func lost(_ attempt: String, sqlState: String? = nil) -> PostgresError {
        let text = self.library.errorMessage(self.handle).map { String(cString: $0) } ?? ""
        let reason = self.address.redacted(EngineError.firstLines(text))
        return PostgresError(
            .postgresConnectionLost,
            "could not \(attempt): the connection to PostgreSQL \(self.address.description) broke"
                + (reason.isEmpty ? "" : ": \(reason)"),
            sqlState: sqlState
        )
    }

    private static func connectError(_ address: PostgresAddress, _ text: String) -> PostgresError {
        let reason = address.redacted(EngineError.firstLines(text, limit: 2))
        if text.hasPrefix("invalid ") {
            return PostgresError(
                .postgresBadInput,
                "the address of PostgreSQL \(address.description) cannot be used: \(reason); correct it"
            )
        }
        let refusals = [
            "authentication failed", "does not exist", "no password supplied", "pg_hba.conf", "not permitted",
        ]
        let isRefused = refusals.contains { text.contains($0) } && !text.contains("No such file or directory")
        let advice =
            isRefused
            ? "check user, password and database of the address"
            : "check that the server runs and that the address is right"
        return PostgresError(
            isRefused ? .postgresRefused : .postgresUnreachable,
            "could not connect to PostgreSQL \(address.description): \(reason); \(advice)"
        )
    }
}
