/// A statement cut into words, quoted pieces, comments and single characters; joined they are the statement again.
struct SQLTokens {
    /// One piece of a statement.
    enum Token: Hashable {
        /// A bare name, keyword or number.
        case word(String)
        /// A text in `'` or a name in `"`, with its quotes.
        case quoted(String)
        /// White space or a comment.
        case gap(String)
        case symbol(Character)

        var text: String {
            switch self {
            case .word(let text), .quoted(let text), .gap(let text): text
            case .symbol(let character): String(character)
            }
        }
    }

    private(set) var tokens: [Token] = []

    init(_ sql: String) {
        var rest = sql[...]
        while let first = rest.first {
            let length: Int
            switch first {
            case "'", "\"": length = Self.quotedLength(rest, first)
            case "-" where rest.hasPrefix("--"): length = rest.prefix { !$0.isNewline }.count
            case _ where first.isWhitespace: length = rest.prefix(while: \.isWhitespace).count
            case _ where Self.isWord(first): length = rest.prefix(while: Self.isWord).count
            default: length = 1
            }
            let piece = String(rest.prefix(length))
            rest = rest.dropFirst(length)
            switch first {
            case "'", "\"": self.tokens.append(.quoted(piece))
            case _ where first.isWhitespace || piece.hasPrefix("--"): self.tokens.append(.gap(piece))
            case _ where Self.isWord(first): self.tokens.append(.word(piece))
            default: self.tokens.append(.symbol(first))
            }
        }
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// The length of a quoted piece; a doubled quote stands for one and does not end it.
    private static func quotedLength(_ text: Substring, _ quote: Character) -> Int {
        var length = 1
        var rest = text.dropFirst()
        while let character = rest.first {
            length += 1
            rest = rest.dropFirst()
            guard character == quote else { continue }
            guard rest.first == quote else { break }
            length += 1
            rest = rest.dropFirst()
        }
        return length
    }
}
