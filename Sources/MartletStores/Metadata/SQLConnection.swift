import Foundation

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

    /// Reads all rows of a statement, such as a query or a change with `RETURNING`.
    func rows(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> [SQLRow]

    /// Reads the rows of a statement one after another; `body` must not keep them.
    func forEachRow(
        _ sql: String,
        _ arguments: [(any SQLBindable)?],
        _ body: (SQLRow) throws -> Void
    ) throws

    /// Runs a statement once for each member of `batch`, in few round trips.
    ///
    /// Several members may travel as one statement of many rows, so no two may meet the same row of an
    /// `ON CONFLICT … DO UPDATE`.
    func run(_ sql: String, batch: [[(any SQLBindable)?]]) throws
}

extension SQLConnection {
    /// Reads the first row of a statement.
    func row(_ sql: String, _ arguments: [(any SQLBindable)?]) throws -> SQLRow? {
        try self.rows(sql, arguments).first
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
