package import MartletCore

/// Writes names and values as DuckDB SQL.
package enum SQLText {
    /// `name` as a quoted identifier.
    package static func identifier(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// `text` as a string literal.
    package static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }

    /// `value` as a literal.
    package static func literal(_ value: Value) -> String {
        switch value {
        case .null: "NULL"
        case .boolean(let value): value ? "true" : "false"
        case .int64(let value): "CAST(\(value) AS BIGINT)"
        case .float64(let value): "CAST('\(value)' AS DOUBLE)"
        case .string(let value): self.literal(value)
        case .time(let value): "make_timestamp(CAST(\(value.microseconds) AS BIGINT))"
        }
    }

    /// The DuckDB type that stores `type`.
    package static func type(_ type: DataType) -> String {
        switch type {
        case .boolean: "BOOLEAN"
        case .int64: "BIGINT"
        case .float64: "DOUBLE"
        case .string: "VARCHAR"
        case .date: "DATE"
        case .timestamp: "TIMESTAMP"
        }
    }
}
