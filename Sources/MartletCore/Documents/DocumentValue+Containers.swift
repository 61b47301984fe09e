extension Array: DocumentValue where Element: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> [Element] {
        guard case .sequence(let items) = document.content else {
            document.reject("a list", in: context)
            return []
        }
        return items.map { Element.read($0, in: context) }
    }

    package static var placeholder: [Element] { [] }
    package static var schema: JSONValue { .object(["type": "array", "items": Element.schema]) }
}

/// A value together with the place where the user wrote it, for checks that need another file.
package struct Located<Item: DocumentValue & Sendable>: DocumentValue, Sendable {
    package let value: Item
    package let location: SourceLocation

    /// Keeps `value` and where it stands.
    package init(_ value: Item, at location: SourceLocation) {
        self.value = value
        self.location = location
    }

    package static func read(_ document: Document, in context: DocumentContext) -> Located<Item> {
        Located(Item.read(document, in: context), at: document.location)
    }

    package static var placeholder: Located<Item> {
        Located(Item.placeholder, at: SourceLocation(file: "", line: 1, column: 1))
    }

    package static var schema: JSONValue { Item.schema }
}

/// A mapping from names the user chooses to values, in the order written.
package struct NamedItems<Item: DocumentValue>: DocumentValue {
    /// One name with its value.
    package struct Entry {
        package let name: String
        package let location: SourceLocation
        package let value: Item
    }

    package let entries: [Entry]

    /// Keeps `entries` in their order.
    package init(_ entries: [Entry]) { self.entries = entries }

    package static func read(_ document: Document, in context: DocumentContext) -> NamedItems<Item> {
        switch document.content {
        case .mapping(let members):
            return NamedItems(
                members.map { member in
                    Entry(
                        name: member.key,
                        location: member.keyLocation,
                        value: Item.read(member.value, in: context)
                    )
                }
            )
        case .null:
            return NamedItems([])
        default:
            document.reject("a mapping of names", in: context)
            return NamedItems([])
        }
    }

    package static var placeholder: NamedItems<Item> { NamedItems([]) }

    package static var schema: JSONValue { .object(["type": "object", "additionalProperties": Item.schema]) }
}

extension NamedItems.Entry: Sendable where Item: Sendable {}
extension NamedItems: Sendable where Item: Sendable {}

/// Any scalar, for places where the type depends on another key: a default value, an allowed set, a parameter.
package struct DocumentScalar: DocumentValue, Sendable, Hashable {
    /// The scalar as written.
    package let text: String
    /// Whether the user quoted it, which makes it text and nothing else.
    package let isQuoted: Bool

    /// Keeps `text` as written.
    package init(_ text: String, isQuoted: Bool = false) {
        self.text = text
        self.isQuoted = isQuoted
    }

    package static func read(_ document: Document, in context: DocumentContext) -> DocumentScalar {
        if case .scalar(let text, let isQuoted) = document.content { return DocumentScalar(text, isQuoted: isQuoted) }
        document.reject("a single value", in: context)
        return self.placeholder
    }

    package static var placeholder: DocumentScalar { DocumentScalar("") }
    package static var schema: JSONValue { ["type": ["string", "number", "boolean"]] }

    /// The scalar by YAML's rules: true, false, a number, or text.
    package var value: Value {
        if self.isQuoted { return .string(self.text) }
        if self.text == "true" { return .boolean(true) }
        if self.text == "false" { return .boolean(false) }
        if let whole = Int64(self.text) { return .int64(whole) }
        if let number = Double(self.text) { return .float64(number) }
        return .string(self.text)
    }
}
