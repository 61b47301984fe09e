/// How a clause compares its field.
enum SearchOperator: String, Sendable, Hashable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "LIKE"
    case ilike = "ILIKE"
    case isIn = "IN"
    case isNotIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"
}

/// What a clause compares its field with.
enum SearchOperand: Sendable, Hashable {
    case text(String)
    case number(Double)
    case texts([String])
    case numbers([Double])
    case nothing
}

/// One comparison of a filter, before anybody asked whether its field is there.
struct SearchClause: Sendable, Hashable {
    /// What stands before the first dot, in lower case; `nil` without one.
    let prefix: String?
    let key: String
    let comparison: SearchOperator
    let operand: SearchOperand
    /// The clause as written, for messages.
    let source: String
}

/// One key of an order text, before anybody asked whether its field is there.
struct SearchSort: Sendable, Hashable {
    let prefix: String?
    let key: String
    let isAscending: Bool
    let source: String
}

/// Reads the grammar that all searches share: comparisons joined by `AND`, and `key [ASC|DESC]`.
struct SearchGrammar {
    private let tokens: [SearchToken]
    private let text: String
    private var index = 0

    /// Reads a filter; an empty one has no clauses.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found and where.
    static func clauses(of filter: String) throws(TrackingError) -> [SearchClause] {
        var grammar = SearchGrammar(tokens: try SearchLexer.tokens(of: filter), text: filter)
        guard !grammar.tokens.isEmpty else { return [] }
        var clauses = [try grammar.clause()]
        while let token = grammar.current {
            guard token.isKeyword("AND") else {
                let isOr = token.isKeyword("OR")
                throw grammar.invalid(isOr ? "OR is not supported; only AND joins comparisons" : "expected AND")
            }
            grammar.index += 1
            clauses.append(try grammar.clause())
        }
        return clauses
    }

    /// Reads one key of an order.
    ///
    /// - Throws: `tracking.invalidSearch` with what was found.
    static func sort(of order: String) throws(TrackingError) -> SearchSort {
        var grammar = SearchGrammar(tokens: try SearchLexer.tokens(of: order), text: order)
        let (prefix, key) = try grammar.name()
        var isAscending = true
        if let token = grammar.current {
            guard token.isKeyword("ASC") || token.isKeyword("DESC") else {
                throw grammar.invalid("expected ASC or DESC after the key")
            }
            isAscending = token.isKeyword("ASC")
            grammar.index += 1
        }
        guard grammar.current == nil else { throw grammar.invalid("expected nothing after ASC or DESC") }
        return SearchSort(prefix: prefix, key: key, isAscending: isAscending, source: order)
    }

    private init(tokens: [SearchToken], text: String) {
        self.tokens = tokens
        self.text = text
    }

    private var current: SearchToken? { self.index < self.tokens.count ? self.tokens[self.index] : nil }

    private mutating func clause() throws(TrackingError) -> SearchClause {
        let start = self.current?.position ?? 1
        let (prefix, key) = try self.name()
        let comparison = try self.comparison()
        let operand: SearchOperand =
            switch comparison {
            case .isNull, .isNotNull: .nothing
            case .isIn, .isNotIn: try self.list()
            default: try self.value()
            }
        let last = self.tokens[self.index - 1]
        let end = last.position - 1 + last.source.count
        let source = String(Array(self.text)[(start - 1)..<end])
        return SearchClause(prefix: prefix, key: key, comparison: comparison, operand: operand, source: source)
    }

    private mutating func name() throws(TrackingError) -> (prefix: String?, key: String) {
        guard let token = self.current else { throw self.invalid("expected a key") }
        switch token.kind {
        case .name(let prefix, let key, let isQuoted) where isQuoted || !key.isEmpty:
            guard !["AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE"].contains(where: token.isKeyword) else {
                throw self.invalid("expected a key")
            }
            self.index += 1
            return (prefix?.lowercased(), key)
        // A name in double quotes.
        case .text(let key) where token.source.first == "\"":
            self.index += 1
            return (nil, key)
        default:
            throw self.invalid("expected a key")
        }
    }

    private mutating func comparison() throws(TrackingError) -> SearchOperator {
        guard let token = self.current else { throw self.invalid("expected a comparison") }
        if case .comparison(let symbol) = token.kind {
            guard let comparison = SearchOperator(rawValue: symbol) else {
                throw self.invalid("expected one of =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL")
            }
            self.index += 1
            return comparison
        }
        self.index += 1
        if token.isKeyword("LIKE") { return .like }
        if token.isKeyword("ILIKE") { return .ilike }
        if token.isKeyword("IN") { return .isIn }
        if token.isKeyword("NOT"), self.take("IN") { return .isNotIn }
        if token.isKeyword("IS") {
            if self.take("NULL") { return .isNull }
            if self.take("NOT"), self.take("NULL") { return .isNotNull }
        }
        self.index -= 1
        throw self.invalid("expected one of =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL, IS NOT NULL")
    }

    private mutating func take(_ keyword: String) -> Bool {
        guard let token = self.current, token.isKeyword(keyword) else { return false }
        self.index += 1
        return true
    }

    private mutating func value() throws(TrackingError) -> SearchOperand {
        guard let token = self.current else { throw self.invalid("expected a value") }
        switch token.kind {
        case .text(let text):
            self.index += 1
            return .text(text)
        case .number(let number):
            self.index += 1
            return .number(number)
        default:
            throw self.invalid("expected a number or a quoted string value, such as 'my-value'")
        }
    }

    private mutating func list() throws(TrackingError) -> SearchOperand {
        guard self.current?.kind == .open else { throw self.invalid("expected a list such as ('a', 'b')") }
        self.index += 1
        var texts: [String] = []
        var numbers: [Double] = []
        repeat {
            switch try self.value() {
            case .text(let text): texts.append(text)
            case .number(let number): numbers.append(number)
            default: throw self.invalid("expected a value in the list")
            }
        } while self.takeComma()
        guard self.current?.kind == .close else { throw self.invalid("expected ',' or ')' in the list") }
        self.index += 1
        guard texts.isEmpty || numbers.isEmpty else {
            throw self.invalid("a list holds texts or numbers, not both")
        }
        return texts.isEmpty ? .numbers(numbers) : .texts(texts)
    }

    private mutating func takeComma() -> Bool {
        guard self.current?.kind == .comma else { return false }
        self.index += 1
        return true
    }

    private func invalid(_ expectation: String) -> TrackingError {
        let found = self.current.map { "found '\($0.source)' at character \($0.position)" } ?? "the text ends"
        return TrackingError(.invalidSearch, "Invalid clause in '\(self.text)': \(expectation), \(found)")
    }
}
