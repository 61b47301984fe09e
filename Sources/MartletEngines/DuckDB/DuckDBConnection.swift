import CDuckDB
import Foundation
package import MartletCore

/// A connection to a DuckDB database.
///
/// For one thread at a time, except `interrupt`, which any thread may call. Each method frees what it got from the
/// library before it returns. Blocking: never call it on an event loop.
// Safe because the handle never changes between init and deinit, and DuckDB serialises calls on a connection itself.
package final class DuckDBConnection: @unchecked Sendable {
    let handle: Handle
    let library: DuckDBLibrary

    init(handle: Handle, library: DuckDBLibrary) {
        self.handle = handle
        self.library = library
    }

    deinit {
        var handle: Handle? = self.handle
        self.library.disconnect(&handle)
    }

    /// Runs one or more statements and drops what they return.
    ///
    /// - Throws: `engine.failed` with DuckDB's text, `engine.interrupted`.
    package func execute(_ sql: String) throws(EngineError) {
        try self.withResult(sql, []) { _ throws(EngineError) in }
    }

    /// Runs a statement and returns all of its rows.
    ///
    /// Whole numbers of any width arrive as `int64`, or as `float64` when one of a column does not fit; decimals as
    /// `float64`; enumerations, UUIDs and JSON as text; every timestamp in UTC. Cells of missing rows are zero or empty.
    ///
    /// - Parameters:
    ///   - sql: one statement; without parameters several, of which the last one's rows are returned.
    ///   - parameters: values for `?` or `$1`, in order.
    /// - Returns: the rows, with a schema also when there are none.
    /// - Throws: `engine.failed`, `engine.interrupted`, `engine.unsupportedType` naming the column to cast.
    @discardableResult
    package func query(_ sql: String, _ parameters: [Value] = []) throws(EngineError) -> ColumnBatch {
        try self.withResult(sql, parameters) { result throws(EngineError) in
            let reader = try DuckDBResultReader(result, library: self.library)
            return try reader.readAll()
        }
    }

    /// Runs a statement and hands its rows to `body` in batches of some ten thousand, without holding them all.
    ///
    /// `body` must not use this connection: a second statement would end the first.
    package func forEachBatch(
        _ sql: String,
        _ parameters: [Value] = [],
        _ body: (ColumnBatch) throws -> Void
    ) throws {
        let statement = try self.prepared(sql, parameters)
        defer { self.destroy(statement) }
        var result = duckdb_result()
        defer { self.library.destroyResult(&result) }
        guard self.library.executeStreaming(statement, &result) == 0 else { throw self.resultError(&result) }
        let reader = try DuckDBResultReader(&result, library: self.library)
        while let batch = try reader.readBatch(chunkCount: 16) { try body(batch) }
    }

    /// Runs `body` inside a transaction: committed when it returns, rolled back when it throws.
    package func transaction<T>(_ body: () throws -> T) throws -> T {
        try self.execute("BEGIN TRANSACTION")
        do {
            let value = try body()
            try self.execute("COMMIT")
            return value
        } catch {
            // A commit that failed has already rolled back; then this fails too, and the first error is the one to tell.
            try? self.execute("ROLLBACK")
            throw error
        }
    }

    /// Stops the statement that is running on this connection, from any thread; it then throws `engine.interrupted`.
    package func interrupt() { self.library.interrupt(self.handle) }

    /// Runs `sql` and gives its result to `body`; the result is freed afterwards.
    private func withResult<T>(
        _ sql: String,
        _ parameters: [Value],
        _ body: (DuckDBLibrary.Result) throws(EngineError) -> T
    ) throws(EngineError) -> T {
        var result = duckdb_result()
        defer { self.library.destroyResult(&result) }
        if parameters.isEmpty {
            guard self.library.query(self.handle, sql, &result) == 0 else { throw self.resultError(&result) }
        } else {
            let statement = try self.prepared(sql, parameters)
            defer { self.destroy(statement) }
            guard self.library.execute(statement, &result) == 0 else { throw self.resultError(&result) }
        }
        return try body(&result)
    }

    /// Prepares a statement and binds its parameters; the caller destroys it.
    func prepared(_ sql: String, _ parameters: [Value]) throws(EngineError) -> Handle? {
        var statement: Handle?
        guard self.library.prepare(self.handle, sql, &statement) == 0 else {
            let text = self.library.prepareError(statement).map { String(cString: $0) } ?? "no reason given"
            self.destroy(statement)
            throw Self.error("prepare a statement", text)
        }
        do throws(EngineError) {
            try self.bind(parameters, to: statement)
        } catch {
            self.destroy(statement)
            throw error
        }
        return statement
    }

    func destroy(_ statement: Handle?) {
        var statement = statement
        self.library.destroyPrepare(&statement)
    }

    private func bind(_ parameters: [Value], to statement: Handle?) throws(EngineError) {
        let wanted = Int(self.library.parameterCount(statement))
        guard parameters.isEmpty || wanted == parameters.count else {
            throw EngineError(
                .engineBadInput,
                "the statement takes \(wanted) parameters and \(parameters.count) were given; give one for each '?'"
            )
        }
        for (offset, parameter) in parameters.enumerated() {
            let index = UInt64(offset + 1)
            let state =
                switch parameter {
                case .null: self.library.bindNull(statement, index)
                case .boolean(let value): self.library.bindBoolean(statement, index, value)
                case .int64(let value): self.library.bindInt64(statement, index, value)
                case .float64(let value): self.library.bindDouble(statement, index, value)
                case .string(let value):
                    self.library.bindText(statement, index, value, UInt64(value.utf8.count))
                case .time(let value):
                    self.library.bindTimestamp(statement, index, duckdb_timestamp(micros: value.microseconds))
                }
            guard state == 0 else {
                let text = self.library.prepareError(statement).map { String(cString: $0) } ?? "no reason given"
                throw Self.error("bind parameter \(index)", text)
            }
        }
    }

    private func resultError(_ result: DuckDBLibrary.Result) -> EngineError {
        Self.error("run a statement", self.library.resultError(result).map { String(cString: $0) } ?? "no reason given")
    }

    /// Makes an error of DuckDB's text, with the code that fits it.
    static func error(_ attempt: String, _ text: String) -> EngineError {
        let shown = EngineError.firstLines(text)
        if text.contains("Could not set lock on file") || text.contains("Conflicting lock is held") {
            return EngineError(
                .engineLocked,
                "could not \(attempt): another process has it open, and only one at a time may write; wait for it or "
                    + "stop it (DuckDB: \(shown))"
            )
        }
        if text.contains("INTERRUPT") { return EngineError(.engineInterrupted, "the statement was interrupted") }
        let isSetting = text.localizedCaseInsensitiveContains("not recognized")
        return EngineError(isSetting ? .engineBadInput : .engineFailed, "DuckDB could not \(attempt): \(shown)")
    }
}
