package import Foundation
package import GRDB
import GRDBSQLite

/// A statement that GRDB has prepared, bound and stepped without values of GRDB's in between.
///
/// Metric points and search results are read and written by the hundred thousand; a value that goes straight between
/// SQLite and the caller costs a third of one that is wrapped, put in an array and unwrapped. Used where its connection
/// may be used, and by one caller at a time: bind all, step until ``step()`` says no, reset.
package struct PreparedStatement {
    /// What kind of value a column of the current row holds.
    package enum Kind {
        case null
        case integer
        case real
        case text
        case blob
    }

    private let statement: OpaquePointer
    private let connection: OpaquePointer?
    private let prepared: Statement

    /// Takes the statement from the cache of `database`, ready to be bound.
    package init(_ sql: String, in database: Database) throws {
        let prepared = try database.cachedStatement(sql: sql)
        unsafe self.statement = prepared.sqliteStatement
        unsafe self.connection = database.sqliteConnection
        self.prepared = prepared
    }

    /// Whether it is being stepped; then it may not be bound.
    package var isBusy: Bool { unsafe sqlite3_stmt_busy(self.statement) != 0 }

    /// The names of the columns of its rows.
    package var columnNames: [String] { self.prepared.columnNames }

    /// Binds null to the argument at `position`, which counts from 1.
    package func bindNull(_ position: Int) throws {
        try self.check(unsafe sqlite3_bind_null(self.statement, CInt(position)))
    }

    /// Binds a whole number.
    package func bind(_ number: Int64, _ position: Int) throws {
        try self.check(unsafe sqlite3_bind_int64(self.statement, CInt(position), number))
    }

    /// Binds a number; SQLite stores `NaN` as null.
    package func bind(_ number: Double, _ position: Int) throws {
        try self.check(unsafe sqlite3_bind_double(self.statement, CInt(position), number))
    }

    /// Binds a text, which SQLite copies.
    package func bind(_ text: String, _ position: Int) throws {
        var text = text
        let code = text.withUTF8 { bytes in
            // An empty string may have no address, which would mean null.
            guard let start = bytes.baseAddress else {
                return unsafe sqlite3_bind_text(self.statement, CInt(position), "", 0, Self.copy)
            }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
                unsafe sqlite3_bind_text(self.statement, CInt(position), characters, CInt(bytes.count), Self.copy)
            }
        }
        try self.check(code)
    }

    /// Binds bytes, which SQLite copies.
    package func bind(_ data: Data, _ position: Int) throws {
        let code = data.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else {
                return unsafe sqlite3_bind_zeroblob(self.statement, CInt(position), 0)
            }
            return unsafe sqlite3_bind_blob(self.statement, CInt(position), start, CInt(bytes.count), Self.copy)
        }
        try self.check(code)
    }

    /// Checks that the statement takes `count` arguments.
    package func checkArgumentCount(_ count: Int) throws {
        let expected = Int(unsafe sqlite3_bind_parameter_count(self.statement))
        guard expected == count else {
            throw DatabaseError(
                resultCode: .SQLITE_MISUSE,
                message: "a statement takes \(expected) arguments, it was given \(count)",
                sql: self.prepared.sql
            )
        }
    }

    /// Goes to the next row; `false` when there is none.
    package func step() throws -> Bool {
        switch unsafe sqlite3_step(self.statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw self.error()
        }
    }

    /// How many rows the last statement of the connection changed.
    package var changedRowCount: Int { Int(unsafe sqlite3_changes64(self.connection)) }

    /// The number of the row that the connection inserted last.
    package var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(self.connection) }

    /// What kind of value the column at `index` of the current row holds.
    package func kind(_ index: Int) -> Kind {
        switch unsafe sqlite3_column_type(self.statement, CInt(index)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// The whole number in a column.
    package func integer(_ index: Int) -> Int64 { unsafe sqlite3_column_int64(self.statement, CInt(index)) }

    /// The number in a column.
    package func real(_ index: Int) -> Double { unsafe sqlite3_column_double(self.statement, CInt(index)) }

    /// The text in a column.
    package func text(_ index: Int) -> String {
        guard let start = unsafe sqlite3_column_text(self.statement, CInt(index)) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(self.statement, CInt(index)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes in a column.
    package func data(_ index: Int) -> Data {
        guard let start = unsafe sqlite3_column_blob(self.statement, CInt(index)) else { return Data() }
        return unsafe Data(bytes: start, count: Int(sqlite3_column_bytes(self.statement, CInt(index))))
    }

    /// Ends the run, so that the statement can be bound again and holds no lock.
    package func reset() { unsafe sqlite3_reset(self.statement) }

    /// Tells SQLite to copy what it is given.
    private static var copy: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private func check(_ code: CInt) throws {
        if code != SQLITE_OK { throw self.error() }
    }

    private func error() -> DatabaseError {
        let message = unsafe sqlite3_errmsg(self.connection).map { unsafe String(cString: $0) }
        let code = unsafe sqlite3_extended_errcode(self.connection)
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: self.prepared.sql)
    }
}
