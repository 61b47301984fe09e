import Foundation
import Synchronization

/// Which database a statement is for, where the common subset is not enough.
enum SQLDialect: Sendable, Hashable {
    case sqlite
    case postgres
}

/// One transaction's view of the metadata database.
///
/// Statements are written in the subset that SQLite and PostgreSQL share, with `?` for arguments, and are prepared once
/// for each connection. A statement is not run again while ``forEachRow(_:_:_:)`` walks its rows.
protocol SQLConnection: AnyObject {
    /// The database behind the connection.
    var dialect: SQLDialect { get }

    /// Runs a statement.
    ///
    /// - Returns: the number of rows it changed.
    @discardableResult
    func run(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> Int

    /// Inserts one row.
    ///
    /// - Parameters:
    ///   - sql: an `INSERT` without `RETURNING`.
    ///   - arguments: its arguments.
    ///   - column: the column that the database numbers.
    /// - Returns: the number it gave, or `nil` when a conflict left the row out.
    /// - Throws: what the database reports.
    func insert(_ sql: String, _ arguments: [(any SQLBindable)?], numbering column: String) throws -> Int64?

    /// Reads all rows of a statement, such as a query or a change with `RETURNING`.
    func rows(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> [SQLRow]

    /// Reads the rows of a statement one after another; `body` must not keep them.
    func forEachRow(
        _ sql: String,
        _ arguments: [(any SQLBindable)?],
        _ body: (SQLRow) throws -> Void
    ) throws

    /// Reads the rows of a statement one after another, straight from the database, without a ``SQLRow``.
    func scan(
        _ sql: String,
        _ arguments: [(any SQLBindable)?],
        _ body: (any SQLCursor) throws -> Void
    ) throws

    /// Runs a statement once for each of `count` members, in few round trips.
    ///
    /// `bind` adds the arguments of the member at an index; it is called for each, from the first to the last. Several
    /// members may travel as one statement of many rows, so no two may meet the same row of an
    /// `ON CONFLICT … DO UPDATE`.
    func run(_ sql: String, count: Int, _ bind: (Int, any SQLArguments) throws -> Void) throws
}

/// The row that a scan has come to; columns count from 0.
protocol SQLCursor: AnyObject {
    /// A whole number.
    func integer(_ column: Int) -> Int64
    /// A number.
    func real(_ column: Int) -> Double
    /// A text; empty for null.
    func text(_ column: Int) -> String
    /// Whether there is no value.
    func isNull(_ column: Int) -> Bool
}

/// Takes the arguments of a statement one after another.
protocol SQLArguments: AnyObject {
    /// Adds a whole number.
    func add(_ number: Int64) throws
    /// Adds a number.
    func add(_ number: Double) throws
    /// Adds a text.
    func add(_ text: String) throws
    /// Adds any value; `nil` for null.
    func add(_ value: (any SQLBindable)?) throws
}

extension SQLConnection {
    /// Reads the first row of a statement.
    func row(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> SQLRow? {
        try self.rows(sql, arguments).first
    }

    /// Runs a statement once for each member of `batch`; see ``run(_:count:_:)``.
    func run(_ sql: String, batch: [[(any SQLBindable)?]]) throws {
        try self.run(sql, count: batch.count) { index, arguments in
            for value in batch[index] { try arguments.add(value) }
        }
    }

    /// Reads the first column of all rows, as text.
    func texts(_ sql: String, _ arguments: [(any SQLBindable)?] = []) throws -> [String] {
        try self.rows(sql, arguments).map { $0[0] }
    }

    /// Reads key and value columns.
    func pairs(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> [String: String] {
        Dictionary(try self.rows(sql, arguments).map { ($0[0], $0[1]) }) { _, last in last }
    }
}

/// `INSERT … VALUES (?, …) …` written for several rows at once.
enum MultiRowStatement {
    private static let known = Mutex<[String: String]>([:])

    /// ``expand(_:rows:)``, kept for the next time; a program has few such statements.
    static func expanded(_ sql: String, rows count: Int) -> String? {
        let name = "\(count) \(sql)"
        if let known = Self.known.withLock({ $0[name] }) { return known }
        guard let expanded = Self.expand(sql, rows: count) else { return nil }
        Self.known.withLock { known in
            if known.count >= 1_000 { known = [:] }
            known[name] = expanded
        }
        return expanded
    }

    /// The statement for `count` rows, or `nil` when `sql` does not have exactly one group of placeholders as values.
    static func expand(_ sql: String, rows count: Int) -> String? {
        guard let keyword = sql.range(of: "VALUES (", options: .caseInsensitive),
            let end = sql[keyword.upperBound...].firstIndex(of: ")"),
            sql[keyword.upperBound..<end].allSatisfy({ $0 == "?" || $0 == "," || $0.isWhitespace }),
            !sql[end...].contains("?"), !sql[..<keyword.lowerBound].contains("?")
        else { return nil }
        let group = "(" + sql[keyword.upperBound..<end] + ")"
        let groups = Array(repeating: group, count: count).joined(separator: ", ")
        return sql[..<keyword.lowerBound] + "VALUES " + groups + sql[sql.index(after: end)...]
    }
}
