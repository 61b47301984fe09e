import MartletCore

/// Arguments written `key=value`.
struct KeyValueArguments {
    let pairs: [(key: String, value: String)]

    /// Reads `arguments`.
    ///
    /// - Throws: `CommandError` with `command.invalidArgument` for an argument without `=`, or a key written twice.
    init(_ arguments: [String]) throws {
        var pairs: [(key: String, value: String)] = []
        for argument in arguments {
            guard let mark = argument.firstIndex(of: "="), mark > argument.startIndex else {
                throw CommandError(
                    .commandInvalidArgument,
                    "'\(argument)' is not key=value; write for example district=11680",
                    status: .invalid
                )
            }
            let key = String(argument[..<mark])
            guard !pairs.contains(where: { $0.key == key }) else {
                throw CommandError(.commandInvalidArgument, "'\(key)' is given twice; keep one", status: .invalid)
            }
            pairs.append((key, String(argument[argument.index(after: mark)...])))
        }
        self.pairs = pairs
    }

    /// The text under `key`, or `nil`.
    subscript(key: String) -> String? { self.pairs.first { $0.key == key }?.value }

    /// `text` as a value of `type`, or `nil` when it is not one.
    static func value(_ text: String, type: DataType) -> Value? {
        switch type {
        case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
        case .int64: Int64(text).map { .int64($0) }
        case .float64: Double(text).map { .float64($0) }
        case .string: .string(text)
        case .date, .timestamp: EventTime(iso8601: text).map { .time($0) }
        }
    }

    /// `text` by its looks: a number, true, false, or text.
    static func guess(_ text: String) -> JSONValue {
        if text == "true" { return true }
        if text == "false" { return false }
        if text == "null" { return .null }
        if let whole = Int64(text) { return .integer(whole) }
        if let number = Double(text), number.isFinite { return .number(number) }
        return .string(text)
    }
}
