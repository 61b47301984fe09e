import Foundation
import MartletEngines

/// A connection to PostgreSQL as the stores use it; one transaction at a time.
// Safe because the pool lends a session to one thread at a time.
final class PostgresSession: SQLConnection, @unchecked Sendable {
    let connection: PostgresConnection
    /// Statements as they were printed, by their common text.
    private var printed: [String: String] = [:]

    /// Connects and makes the tables of `schema` the ones that bare names mean.
    init(_ address: PostgresAddress, schema: String, locator: EngineLocator) throws {
        self.connection = try PostgresConnection(address, locator: locator)
        try self.connection.execute("SET search_path TO \(Self.quoted(schema))")
        // A commit that returned must survive; a server set to wait for replicas keeps doing so.
        try self.connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
    }

    /// A name in quotes.
    static func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }

    var dialect: SQLDialect { .postgres }

    @discardableResult
    func run(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> Int {
        try self.connection.query(self.translated(sql), Self.values(arguments)).changedCount
    }

    func insert(_ sql: String, _ arguments: [(any SQLBindable)?], numbering column: String) throws -> Int64? {
        var number: Int64?
        try self.scan("\(sql) RETURNING \"\(column)\"", arguments) { number = $0.integer(0) }
        return number
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
        let result = try self.connection.query(self.translated(sql), Self.values(arguments))
        let columns = SQLColumns(result.columns)
        let indices = columns.names.indices
        for row in 0..<result.rowCount {
            try body(SQLRow(columns: columns, values: indices.map { SQLValue(result.value(row, $0)) }))
        }
    }

    func scan(
        _ sql: String,
        _ arguments: [(any SQLBindable)?],
        _ body: (any SQLCursor) throws -> Void
    ) throws {
        let cursor = PostgresCursor(try self.connection.query(self.translated(sql), Self.values(arguments)))
        for row in 0..<cursor.result.rowCount {
            cursor.row = row
            try body(cursor)
        }
    }

    func run(_ sql: String, count: Int, _ bind: (Int, any SQLArguments) throws -> Void) throws {
        let arguments = PostgresArguments()
        var batch: [[PostgresValue]] = []
        batch.reserveCapacity(count)
        for index in 0..<count {
            arguments.values = []
            try bind(index, arguments)
            batch.append(arguments.values)
        }
        try self.connection.run(self.translated(sql), batch: batch)
    }

    private func translated(_ sql: String) -> String {
        if let known = self.printed[sql] { return known }
        if self.printed.count >= 2_000 { self.printed = [:] }
        let text = PostgresPrinter.statement(sql)
        self.printed[sql] = text
        return text
    }

    private static func values(_ arguments: [(any SQLBindable)?]) -> [PostgresValue] {
        arguments.map { ($0?.sqlValue ?? .null).postgresValue }
    }
}

/// Collects the arguments of a statement.
private final class PostgresArguments: SQLArguments {
    var values: [PostgresValue] = []

    func add(_ number: Int64) { self.values.append(.integer(number)) }
    func add(_ number: Double) { self.values.append(.real(number)) }
    func add(_ text: String) { self.values.append(.text(text)) }
    func add(_ value: (any SQLBindable)?) { self.values.append((value?.sqlValue ?? .null).postgresValue) }
}

/// A row of a result.
private final class PostgresCursor: SQLCursor {
    let result: PostgresResult
    var row = 0

    init(_ result: PostgresResult) { self.result = result }

    func integer(_ column: Int) -> Int64 {
        guard case .integer(let number) = self.result.value(self.row, column) else { return 0 }
        return number
    }

    func real(_ column: Int) -> Double {
        switch self.result.value(self.row, column) {
        case .real(let number): number
        case .integer(let number): Double(number)
        default: 0
        }
    }

    func text(_ column: Int) -> String {
        guard case .text(let text) = self.result.value(self.row, column) else { return "" }
        return text
    }

    func isNull(_ column: Int) -> Bool { self.result.value(self.row, column) == .null }
}

extension SQLValue {
    /// The value of a column.
    init(_ value: PostgresValue) {
        self =
            switch value {
            case .null: .null
            case .integer(let number): .integer(number)
            case .real(let number): .real(number)
            case .text(let text): .text(text)
            case .bytes(let bytes): .blob(Data(bytes))
            }
    }

    /// The value as PostgreSQL takes it.
    var postgresValue: PostgresValue {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let text): .text(text)
        case .blob(let data): .bytes(Array(data))
        }
    }
}
