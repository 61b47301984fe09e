/// A text that is never shown: a password, a key, an address that holds one.
package struct SecretText: DocumentValue, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The text itself; hand it only to what needs it.
    package let text: String

    /// Keeps `text`.
    package init(_ text: String) { self.text = text }

    package static func read(_ document: Document, in context: DocumentContext) -> SecretText {
        if case .scalar(let text, _) = document.content { return SecretText(text) }
        document.reject("text", in: context)
        return self.placeholder
    }

    package static var placeholder: SecretText { SecretText("") }
    package static var schema: JSONValue { ["type": "string", "writeOnly": true] }

    /// Says nothing of the text.
    package var description: String { "a secret" }
    /// Says nothing of the text.
    package var debugDescription: String { "a secret" }
}

extension SecretText: CustomReflectable {
    /// Shows no members, so that `dump` and the like show nothing.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
