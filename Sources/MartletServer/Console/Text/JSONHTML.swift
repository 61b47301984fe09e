import MartletCore

/// Shows JSON over several lines, with marks for the style sheet around keys, texts and numbers.
enum JSONHTML {
    /// Renders `value`, keys sorted.
    static func markup(_ value: JSONValue) -> Markup {
        var html = ""
        Self.write(value, 0, &html)
        return Markup(#"<pre class="json"><code>\#(html)</code></pre>"#)
    }

    private static func write(_ value: JSONValue, _ depth: Int, _ html: inout String) {
        let indentation = String(repeating: "  ", count: depth + 1)
        let closing = String(repeating: "  ", count: depth)
        switch value {
        case .array(let values) where !values.isEmpty:
            if values.allSatisfy(\.isScalar), values.count <= 16, value.canonicalText.count <= 80 {
                html += "["
                for (index, value) in values.enumerated() {
                    html += index == 0 ? "" : ", "
                    Self.write(value, depth, &html)
                }
                html += "]"
                return
            }
            html += "[\n"
            for (index, value) in values.enumerated() {
                html += indentation
                Self.write(value, depth + 1, &html)
                html += index == values.count - 1 ? "\n" : ",\n"
            }
            html += closing + "]"
        case .object(let members) where !members.isEmpty:
            html += "{\n"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                html += indentation + #"<span class="k">"# + Self.quoted(member.key) + "</span>: "
                Self.write(member.value, depth + 1, &html)
                html += index == members.count - 1 ? "\n" : ",\n"
            }
            html += closing + "}"
        case .string(let text): html += #"<span class="s">"# + Self.quoted(text) + "</span>"
        case .integer, .number: html += #"<span class="n">"# + Markup.escape(value.canonicalText) + "</span>"
        case .boolean, .null: html += #"<span class="b">"# + value.canonicalText + "</span>"
        default: html += value.canonicalText
        }
    }

    private static func quoted(_ text: String) -> String { Markup.escape(JSONValue.string(text).canonicalText) }
}

extension JSONValue {
    /// Whether it holds no other value.
    fileprivate var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    /// The text of a string, or `nil`.
    var textValue: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements of an array; of anything else, none.
    var elements: [JSONValue] { if case .array(let values) = self { values } else { [] } }

    /// The number of an integer or number, or `nil`.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
