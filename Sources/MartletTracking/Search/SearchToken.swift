package import MartletCore

/// One word of a filter or order text, and where it stands.
struct SearchToken: Sendable, Hashable {
    /// What the word is.
    enum Kind: Sendable, Hashable {
        /// A name or keyword: what stands before the first dot outside quotes, and the rest.
        case name(prefix: String?, key: String, isQuoted: Bool)
        /// Text in single or, where a value stands, double quotes.
        case text(String)
        case number(Double)
        case comparison(String)
        case open, close, comma
    }

    let kind: Kind
    /// The word as written, for messages.
    let source: String
    /// Where it begins, in characters from 1.
    let position: Int

    /// Whether the word is `keyword`, case ignored; a quoted name never is.
    func isKeyword(_ keyword: String) -> Bool {
        guard case .name(nil, let key, false) = self.kind else { return false }
        return key.uppercased() == keyword
    }
}

/// Splits a filter or order text into words.
struct SearchLexer {
    private let characters: [Character]
    private var index = 0

    /// Splits `text` into its words.
    ///
    /// - Throws: `tracking.invalidSearch` for a quote that does not end and a character that begins no word.
    static func tokens(of text: String) throws(TrackingError) -> [SearchToken] {
        var lexer = SearchLexer(characters: Array(text))
        var tokens: [SearchToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private init(characters: [Character]) { self.characters = characters }

    private mutating func next() throws(TrackingError) -> SearchToken? {
        while let character = self.current, character.isWhitespace { self.index += 1 }
        guard let character = self.current else { return nil }
        let start = self.index
        let kind: SearchToken.Kind
        switch character {
        case "(": kind = self.single(.open)
        case ")": kind = self.single(.close)
        case ",": kind = self.single(.comma)
        case "=", "!", "<", ">": kind = self.comparison()
        case "'", "\"": kind = .text(try self.quoted(character))
        default: kind = try self.word()
        }
        return SearchToken(kind: kind, source: String(self.characters[start..<self.index]), position: start + 1)
    }

    private var current: Character? { self.index < self.characters.count ? self.characters[self.index] : nil }

    private mutating func single(_ kind: SearchToken.Kind) -> SearchToken.Kind {
        self.index += 1
        return kind
    }

    private mutating func comparison() -> SearchToken.Kind {
        let start = self.index
        while let character = self.current, "=!<>".contains(character) { self.index += 1 }
        return .comparison(String(self.characters[start..<self.index]))
    }

    /// Reads quoted text; a doubled quote and a quote behind a backslash stand for the quote itself.
    private mutating func quoted(_ quote: Character) throws(TrackingError) -> String {
        let start = self.index
        var text = ""
        self.index += 1
        while let character = self.current {
            let next = self.index + 1 < self.characters.count ? self.characters[self.index + 1] : nil
            if character == quote, next != quote {
                self.index += 1
                return text
            }
            if character == quote || character == "\\" && next == quote {
                text.append(quote)
                self.index += 2
                continue
            }
            text.append(character)
            self.index += 1
        }
        throw TrackingError(
            .invalidSearch,
            "the quote at character \(start + 1) does not end; close it with \(quote)"
        )
    }

    /// Reads a name, part of which may be quoted behind its first dot, or a number.
    private mutating func word() throws(TrackingError) -> SearchToken.Kind {
        var prefix: String?
        var key = ""
        var isQuoted = false
        while let character = self.current, !Self.endsWord(character) {
            if character == "`" || character == "\"" {
                guard key.isEmpty else { break }
                key = try self.quoted(character)
                isQuoted = true
                break
            }
            self.index += 1
            if character == ".", prefix == nil, !key.isEmpty {
                if key.allSatisfy({ $0.isNumber || $0 == "+" || $0 == "-" }) {
                    key.append(character)
                    continue
                }
                prefix = key
                key = ""
            } else {
                key.append(character)
            }
        }
        if prefix == nil, !isQuoted, let first = key.first, first.isNumber || "+-.".contains(first),
            key.allSatisfy({ $0.isNumber || "+-.eE".contains($0) }), let number = Double(key)
        {
            return .number(number)
        }
        return .name(prefix: prefix, key: key, isQuoted: isQuoted)
    }

    private static func endsWord(_ character: Character) -> Bool {
        character.isWhitespace || "()=!<>,'".contains(character)
    }
}

extension ErrorCode {
    /// A filter or an order of a search cannot be read.
    package static let invalidSearch = ErrorCode("tracking.invalidSearch")
}
