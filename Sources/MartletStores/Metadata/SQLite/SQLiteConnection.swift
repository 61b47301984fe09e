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

    func run(_ sql: String, batch: [[(any SQLBindable)?]]) throws {
        var rest = batch[...]
        let size = Self.rowsOfStatement
        if rest.count >= size, let many = MultiRowStatement.expand(sql, rows: size) {
            let statement = try PreparedStatement(many, in: self.database)
            while rest.count >= size {
                try Self.execute(rest.prefix(size), statement)
                rest = rest.dropFirst(size)
            }
        }
        guard !rest.isEmpty else { return }
        let statement = try PreparedStatement(sql, in: self.database)
        for arguments in rest { try Self.execute(CollectionOfOne(arguments), statement) }
    }

    /// Runs a statement of as many rows as there are `rows`, bound one after another.
    private static func execute(_ rows: some Collection<[(any SQLBindable)?]>, _ statement: PreparedStatement) throws {
        defer { statement.reset() }
        var position = 1
        for row in rows {
            try Self.bind(row, to: statement, from: position)
            position += row.count
        }
        try statement.checkArgumentCount(position - 1)
        while try statement.step() {}
    }

    private static func bind(
        _ values: [(any SQLBindable)?],
        to statement: PreparedStatement,
        from first: Int
    ) throws {
        var position = first
        for value in values {
            switch value?.sqlValue ?? .null {
            case .null: try statement.bindNull(position)
            case .integer(let number): try statement.bind(number, position)
            case .real(let number): try statement.bind(number, position)
            case .text(let text): try statement.bind(text, position)
            case .blob(let data): try statement.bind(data, position)
            }
            position += 1
        }
    }
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
