/// What a user wrote in a YAML file, with the place of every piece.
package struct Document: Sendable {
    /// One key and its value in a mapping.
    package struct Member: Sendable {
        package let key: String
        package let keyLocation: SourceLocation
        package let value: Document
    }

    /// The piece itself.
    package indirect enum Content: Sendable {
        case null
        /// A scalar as written; `isQuoted` keeps `"1"` apart from `1`.
        case scalar(String, isQuoted: Bool)
        case sequence([Document])
        case mapping([Member])
    }

    package let content: Content
    package let location: SourceLocation
    /// Whether part of a scalar came from the environment; such a value is never quoted in a message.
    package let isFromEnvironment: Bool

    /// Places `content` at `location`.
    package init(_ content: Content, at location: SourceLocation, isFromEnvironment: Bool = false) {
        self.content = content
        self.location = location
        self.isFromEnvironment = isFromEnvironment
    }

    /// What the piece is, in the words of a message: `a list`, `a mapping`, `'text'` or `nothing`.
    package var found: String {
        switch self.content {
        case .null: "nothing"
        case .scalar(let text, _): self.isFromEnvironment ? "a value from the environment" : "'\(text)'"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
