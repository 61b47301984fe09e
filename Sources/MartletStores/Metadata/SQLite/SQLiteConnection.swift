import Foundation
import GRDB
import MartletEngines

/// A transaction on an SQLite file.
final class SQLiteConnection: SQLConnection {
    private let database: Database

    /// Uses the transaction that `database` is in.
    init(_ database: Database) { self.database = database }

    /// How many rows one statement of a batch holds.
    private static let rowsOfStatement = 32

    var dialect: SQLDialect { .sqlite }

    @discardableResult
    func run(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> Int {
        let statement = try PreparedStatement(sql, in: self.database)
        defer { statement.reset() }
        try statement.checkArgumentCount(arguments.count)
        try Self.bind(arguments, to: statement, from: 1)
        while try statement.step() {}
        return statement.changedRowCount
    }

    func insert(_ sql: String, _ arguments: [(any SQLBindable)?], numbering column: String) throws -> Int64? {
        // RETURNING would have SQLite make a table for the one row.
        let statement = try PreparedStatement(sql, in: self.database)
        defer { statement.reset() }
        try statement.checkArgumentCount(arguments.count)
        try Self.bind(arguments, to: statement, from: 1)
        while try statement.step() {}
        return statement.changedRowCount == 0 ? nil : statement.lastInsertedRow
    }

    func rows(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try self.forEachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    func forEachRow(
        _ sql: String,
        _ arguments: [(any SQLBindable)?],
        _ body: (SQLRow) throws -> Void
    ) throws {
        let statement = try PreparedStatement(sql, in: self.database)
        precondition(!statement.isBusy, "a statement was run again while its rows were read")
        defer { statement.reset() }
        try statement.checkArgumentCount(arguments.count)
        try Self.bind(arguments, to: statement, from: 1)
        let columns = SQLColumns(statement.columnNames)
        var row = SQLRow(columns: columns, values: Array(repeating: .null, count: columns.names.count))
        while try statement.step() {
            for index in row.values.indices { row.values[index] = SQLValue(column: index, of: statement) }
            try body(row)
        }
    }

    func scan(
        _ sql: String,
        _ arguments: [(any SQLBindable)?],
        _ body: (any SQLCursor) throws -> Void
    ) throws {
        let statement = try PreparedStatement(sql, in: self.database)
        precondition(!statement.isBusy, "a statement was run again while its rows were read")
        defer { statement.reset() }
        try statement.checkArgumentCount(arguments.count)
        try Self.bind(arguments, to: statement, from: 1)
        let cursor = SQLiteCursor(statement)
        while try statement.step() { try body(cursor) }
    }

    func run(_ sql: String, count: Int, _ bind: (Int, any SQLArguments) throws -> Void) throws {
        var next = 0
        let size = Self.rowsOfStatement
        if count >= size, let many = MultiRowStatement.expanded(sql, rows: size) {
            let statement = try PreparedStatement(many, in: self.database)
            let arguments = SQLiteArguments(statement)
            while count - next >= size {
                try Self.execute(next..<next + size, statement, arguments, bind)
                next += size
            }
        }
        guard next < count else { return }
        let statement = try PreparedStatement(sql, in: self.database)
        let arguments = SQLiteArguments(statement)
        for index in next..<count { try Self.execute(index..<index + 1, statement, arguments, bind) }
    }

    /// Runs a statement of as many rows as there are `members`, bound one after another.
    private static func execute(
        _ members: Range<Int>,
        _ statement: PreparedStatement,
        _ arguments: SQLiteArguments,
        _ bind: (Int, any SQLArguments) throws -> Void
    ) throws {
        defer { statement.reset() }
        arguments.position = 1
        for index in members { try bind(index, arguments) }
        try statement.checkArgumentCount(arguments.position - 1)
        while try statement.step() {}
    }

    private static func bind(
        _ values: [(any SQLBindable)?],
        to statement: PreparedStatement,
        from first: Int
    ) throws {
        let arguments = SQLiteArguments(statement)
        arguments.position = first
        for value in values { try arguments.add(value) }
    }
}

/// Binds the arguments of a statement.
private final class SQLiteArguments: SQLArguments {
    private let statement: PreparedStatement
    /// The position of the next argument, which counts from 1.
    var position = 1

    init(_ statement: PreparedStatement) { self.statement = statement }

    func add(_ number: Int64) throws {
        try self.statement.bind(number, self.position)
        self.position += 1
    }

    func add(_ number: Double) throws {
        try self.statement.bind(number, self.position)
        self.position += 1
    }

    func add(_ text: String) throws {
        try self.statement.bind(text, self.position)
        self.position += 1
    }

    func add(_ value: (any SQLBindable)?) throws {
        switch value?.sqlValue ?? .null {
        case .null: try self.statement.bindNull(self.position)
        case .integer(let number): try self.statement.bind(number, self.position)
        case .real(let number): try self.statement.bind(number, self.position)
        case .text(let text): try self.statement.bind(text, self.position)
        case .blob(let data): try self.statement.bind(data, self.position)
        }
        self.position += 1
    }
}

/// The current row of a statement.
private final class SQLiteCursor: SQLCursor {
    private let statement: PreparedStatement

    init(_ statement: PreparedStatement) { self.statement = statement }

    func integer(_ column: Int) -> Int64 { self.statement.integer(column) }
    func real(_ column: Int) -> Double { self.statement.real(column) }
    func text(_ column: Int) -> String { self.statement.text(column) }
    func isNull(_ column: Int) -> Bool { self.statement.kind(column) == .null }
}

extension SQLValue {
    /// The value of a column of the current row.
    fileprivate init(column index: Int, of statement: PreparedStatement) {
        self =
            switch statement.kind(index) {
            case .null: .null
            case .integer: .integer(statement.integer(index))
            case .real: .real(statement.real(index))
            case .text: .text(statement.text(index))
            case .blob: .blob(statement.data(index))
            }
    }
}
