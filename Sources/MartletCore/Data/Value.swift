/// One cell of a table, or one feature value.
package enum Value: Sendable, Hashable {
    case null
    case boolean(Bool)
    case int64(Int64)
    case float64(Double)
    case string(String)
    /// A date (midnight UTC) or a timestamp.
    case time(EventTime)

    /// The number a model sees: booleans as 0 and 1, missing and text as `NaN`.
    package var number: Double {
        switch self {
        case .boolean(let value): value ? 1 : 0
        case .int64(let value): Double(value)
        case .float64(let value): value
        case .null, .string, .time: .nan
        }
    }

    /// Whether the value is missing: null or `NaN`.
    package var isMissing: Bool {
        switch self {
        case .null: true
        case .float64(let value): value.isNaN
        default: false
        }
    }

    /// The value as JSON; times as ISO 8601 text, `NaN` as null.
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .int64(let value): .integer(value)
        case .float64(let value): value.isNaN ? .null : .number(value)
        case .string(let value): .string(value)
        case .time(let value): .string(value.description)
        }
    }

    /// The category that the value names, the same in training and in serving; `nil` when missing.
    ///
    /// Whole numbers have no fraction, so that `20` and `20.0` are one category.
    package var category: String? {
        switch self {
        case .null: nil
        case .float64(let number) where number.isNaN: nil
        case .float64(let number): Int64(exactly: number).map { String($0) } ?? number.description
        case .boolean, .int64, .string, .time: self.text
        }
    }

    /// The value as a person reads it in a table; missing is an empty string.
    package var text: String {
        switch self {
        case .null: ""
        case .boolean(let value): value ? "true" : "false"
        case .int64(let value): String(value)
        case .float64(let value): value.isNaN ? "" : value.description
        case .string(let value): value
        case .time(let value): value.description
        }
    }
}
