import Foundation
import MartletCore

/// What a column can be read as.
protocol SQLReadable {
    /// Reads `value`, or `nil` when it is null or of another kind.
    init?(sqlValue value: SQLValue)
}

extension String: SQLReadable {
    init?(sqlValue value: SQLValue) {
        guard case .text(let text) = value else { return nil }
        self = text
    }
}

extension Int64: SQLReadable {
    init?(sqlValue value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
}

extension Int: SQLReadable {
    init?(sqlValue value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self = Int(number)
    }
}

extension Double: SQLReadable {
    init?(sqlValue value: SQLValue) {
        switch value {
        case .real(let number): self = number
        case .integer(let number): self = Double(number)
        case .null, .text, .blob: return nil
        }
    }
}

extension Bool: SQLReadable {
    init?(sqlValue value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self = number != 0
    }
}

extension Data: SQLReadable {
    init?(sqlValue value: SQLValue) {
        guard case .blob(let data) = value else { return nil }
        self = data
    }
}

/// The names of the columns of a result, shared by its rows.
final class SQLColumns: Sendable {
    let names: [String]

    init(_ names: [String]) { self.names = names }
}

/// One row of a result.
///
/// Reading a column that is not there, or a null as something that cannot be null, is an error of the program.
struct SQLRow: Sendable {
    let columns: SQLColumns
    var values: [SQLValue]

    /// The value of the column `name`, null as `nil`.
    subscript<Value: SQLReadable>(_ name: String) -> Value? { self[self.position(of: name)] }

    /// The value of the column at `index`, null as `nil`.
    subscript<Value: SQLReadable>(_ index: Int) -> Value? {
        let value = self.values[index]
        if value == .null { return nil }
        guard let read = Value(sqlValue: value) else { self.misread(index, as: Value.self) }
        return read
    }

    /// The value of the column `name`.
    subscript<Value: SQLReadable>(_ name: String) -> Value { self[self.position(of: name)] }

    /// The value of the column at `index`.
    subscript<Value: SQLReadable>(_ index: Int) -> Value {
        guard let value = Value(sqlValue: self.values[index]) else { self.misread(index, as: Value.self) }
        return value
    }

    /// The moment in a column of microseconds.
    func time(_ name: String) -> EventTime { EventTime(microseconds: self[name]) }

    /// The moment in a column of microseconds that may be null.
    func optionalTime(_ name: String) -> EventTime? {
        (self[name] as Int64?).map(EventTime.init(microseconds:))
    }

    private func position(of name: String) -> Int {
        guard let position = self.columns.names.firstIndex(of: name) else {
            preconditionFailure("a result has no column '\(name)'; it has \(self.columns.names)")
        }
        return position
    }

    private func misread(_ index: Int, as type: Any.Type) -> Never {
        preconditionFailure(
            "the column '\(self.columns.names[index])' of a result was read as \(type), which it is not"
        )
    }
}
