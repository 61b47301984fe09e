extension Document {
    /// The text of a scalar, or `nil` after reporting that `expected` was wanted.
    func scalar(_ expected: String, in context: DocumentContext) -> String? {
        if case .scalar(let text, _) = self.content { return text }
        self.reject(expected, in: context)
        return nil
    }

    /// Reports that `expected` was wanted here.
    package func reject(_ expected: String, in context: DocumentContext) {
        context.report(.error, .documentInvalidValue, "expected \(expected), found \(self.found)", at: self.location)
    }
}

extension String: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> String {
        document.scalar("text", in: context) ?? self.placeholder
    }

    package static var placeholder: String { "" }
    // YAML reads an unquoted 1 or true as another type; the parser takes its text, and so does the schema.
    package static var schema: JSONValue { ["type": ["string", "number", "boolean"]] }
}

extension Bool: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> Bool {
        switch document.content {
        case .scalar("true", isQuoted: false): return true
        case .scalar("false", isQuoted: false): return false
        default:
            document.reject("true or false", in: context)
            return self.placeholder
        }
    }

    package static var placeholder: Bool { false }
    package static var schema: JSONValue { ["type": "boolean"] }
}

extension Int: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> Int {
        if case .scalar(let text, isQuoted: false) = document.content,
            let value = Int(text.filter { $0 != "_" })
        {
            return value
        }
        document.reject("a whole number", in: context)
        return self.placeholder
    }

    package static var placeholder: Int { 0 }
    package static var schema: JSONValue { ["type": "integer"] }
}

extension Double: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> Double {
        if case .scalar(let text, isQuoted: false) = document.content,
            let value = Double(text.filter { $0 != "_" }), value.isFinite
        {
            return value
        }
        document.reject("a finite number", in: context)
        return self.placeholder
    }

    package static var placeholder: Double { 0 }
    package static var schema: JSONValue { ["type": "number"] }
}

extension TimeSpan: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> TimeSpan {
        if case .scalar(let text, _) = document.content, let span = TimeSpan(text) { return span }
        document.reject("a time span such as 90d, 12h, 15m or 30s", in: context)
        return self.placeholder
    }

    package static var placeholder: TimeSpan { TimeSpan(microseconds: 0) }
    package static var schema: JSONValue { ["type": "string", "pattern": "^[0-9]+(w|d|h|m|s|ms)$"] }
}

extension EventTime: DocumentValue {
    package static func read(_ document: Document, in context: DocumentContext) -> EventTime {
        if case .scalar(let text, _) = document.content, let moment = EventTime(iso8601: text) { return moment }
        document.reject("a time in ISO 8601 such as 2023-05-23 or 2023-05-23T10:15:00+09:00", in: context)
        return self.placeholder
    }

    package static var placeholder: EventTime { EventTime(microseconds: 0) }
    package static var schema: JSONValue { ["type": "string"] }
}

/// An enumeration whose cases are written as their raw text.
///
/// Conform a `String` enum to this and it can be read from a document; an unknown word is answered with the nearest.
package protocol DocumentWord: DocumentValue, RawRepresentable<String>, CaseIterable {}

extension DocumentWord {
    package static func read(_ document: Document, in context: DocumentContext) -> Self {
        let words = self.allCases.map(\.rawValue)
        let expected = "one of \(words.map { "'\($0)'" }.joined(separator: ", "))"
        guard let text = document.scalar(expected, in: context) else { return self.placeholder }
        if let word = Self(rawValue: text) { return word }
        let hint = document.isFromEnvironment ? "" : "." + NearestName.suggestion(text, among: words)
        context.report(
            .error,
            .documentInvalidValue,
            "expected \(expected), found \(document.found)\(hint)",
            at: document.location
        )
        return self.placeholder
    }

    package static var placeholder: Self {
        guard let first = self.allCases.first else { preconditionFailure("a word has at least one case") }
        return first
    }

    package static var schema: JSONValue { .object(["enum": .array(self.allCases.map { .string($0.rawValue) })]) }
}

extension DataType: DocumentWord {}
