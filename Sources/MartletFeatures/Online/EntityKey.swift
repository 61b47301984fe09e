package import MartletCore

/// The values of a view's join keys as one text, by which online rows are found.
///
/// Values are written by the declared type of their join key (`1`, `true`, `2023-05-23`, text as it is). With several
/// keys, `\` and `|` inside a value are written `\\` and `\|`, and `|` stands between values, so no two lists of values
/// share a text.
package struct EntityKey: Sendable, Hashable, Codable, CustomStringConvertible {
    package let text: String

    /// Takes a text made by another `EntityKey`, or the value itself when the view has one join key of type `string`.
    package init(text: String) { self.text = text }

    /// Joins `values`, one for each of `joinKeys`; `nil` when one is missing or does not fit its declared type.
    ///
    /// A whole number is accepted for a `string` key and written in digits, and digits in a text for an `int64` key.
    package init?(_ values: [Value], for joinKeys: [JoinKey]) {
        guard values.count == joinKeys.count else { return nil }
        var parts: [String] = []
        for (value, key) in zip(values, joinKeys) {
            guard let part = Self.text(of: value, as: key.type) else { return nil }
            parts.append(part)
        }
        self.text = parts.count == 1 ? parts[0] : parts.map(Self.escape).joined(separator: "|")
    }

    /// Takes the value of a view's only join key; `nil` when it is missing or does not fit its declared type.
    ///
    /// The same text as that of a list with this one value, without making the list.
    package init?(_ value: Value, for joinKey: JoinKey) {
        guard let text = Self.text(of: value, as: joinKey.type) else { return nil }
        self.text = text
    }

    package var description: String { self.text }

    /// Compares bytes, as every store does; Swift alone would take two spellings of `é` for one key.
    package static func == (first: EntityKey, second: EntityKey) -> Bool {
        first.text.utf8.elementsEqual(second.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in self.text.utf8 { hasher.combine(byte) }
    }

    static func text(of value: Value, as type: DataType) -> String? {
        switch (type, value) {
        case (.int64, .int64(let number)): String(number)
        case (.int64, .string(let text)): Int64(text).map { String($0) }
        case (.string, .string(let text)): text
        case (.string, .int64(let number)): String(number)
        case (.boolean, .boolean(let flag)): flag ? "true" : "false"
        case (.date, .time(let moment)): moment.day
        case (.date, .string(let text)): EventTime(iso8601: text)?.day
        default: nil
        }
    }

    private static func escape(_ part: String) -> String {
        guard part.utf8.contains(where: { $0 == 0x5C || $0 == 0x7C }) else { return part }
        var escaped = ""
        for scalar in part.unicodeScalars {
            if scalar == "\\" || scalar == "|" { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}
