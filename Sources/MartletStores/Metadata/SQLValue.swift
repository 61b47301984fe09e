import Foundation
import MartletCore

/// A value as the metadata databases hold it.
enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob(Data)
}

/// What can stand for a `?` in a statement.
protocol SQLBindable: Sendable {
    /// The value as the database holds it.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
    var sqlValue: SQLValue { .text(self) }
}

extension Int64: SQLBindable {
    var sqlValue: SQLValue { .integer(self) }
}

extension Int: SQLBindable {
    var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Double: SQLBindable {
    var sqlValue: SQLValue { .real(self) }
}

/// 0 or 1.
extension Bool: SQLBindable {
    var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension Data: SQLBindable {
    var sqlValue: SQLValue { .blob(self) }
}

/// Microseconds.
extension EventTime: SQLBindable {
    var sqlValue: SQLValue { .integer(self.microseconds) }
}
