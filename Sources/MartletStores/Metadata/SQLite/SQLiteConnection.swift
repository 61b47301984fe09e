import Foundation
import GRDB

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
        let statement = try self.database.cachedStatement(sql: sql)
        try statement.execute(arguments: Self.arguments(arguments))
        return self.database.changesCount
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
        let statement = try self.database.cachedStatement(sql: sql)
        let columns = SQLColumns(statement.columnNames)
        let indices = columns.names.indices
        let cursor = try Row.fetchCursor(statement, arguments: Self.arguments(arguments))
        while let row = try cursor.next() {
            try body(SQLRow(columns: columns, values: indices.map { SQLValue(row[$0] as DatabaseValue) }))
        }
    }

    func run(_ sql: String, batch: [[(any SQLBindable)?]]) throws {
        var rest = batch[...]
        let size = Self.rowsOfStatement
        if rest.count >= size, let many = MultiRowStatement.expand(sql, rows: size) {
            let statement = try self.database.cachedStatement(sql: many)
            while rest.count >= size {
                try statement.execute(arguments: Self.arguments(rest.prefix(size).joined()))
                rest = rest.dropFirst(size)
            }
        }
        guard !rest.isEmpty else { return }
        let statement = try self.database.cachedStatement(sql: sql)
        for arguments in rest { try statement.execute(arguments: Self.arguments(arguments)) }
    }

    private static func arguments(_ values: some Sequence<(any SQLBindable)?>) -> StatementArguments {
        StatementArguments(values.map { ($0?.sqlValue ?? .null).databaseValue })
    }
}

extension SQLValue {
    /// The value of a column.
    fileprivate init(_ value: DatabaseValue) {
        self =
            switch value.storage {
            case .null: .null
            case .int64(let number): .integer(number)
            case .double(let number): .real(number)
            case .string(let text): .text(text)
            case .blob(let data): .blob(data)
            }
    }

    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let data): data.databaseValue
        }
    }
}
