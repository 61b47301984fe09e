/// A type that can be read from a document, and can say what a valid document looks like.
///
/// One declaration serves the parser, the JSON Schema and the "did you mean" messages, so they cannot disagree.
package protocol DocumentValue {
    /// Reads the value; a fault is reported to `context` and answered with ``placeholder``.
    static func read(_ document: Document, in context: DocumentContext) -> Self
    /// A value to go on with after a fault was reported; never used when reading succeeded.
    static var placeholder: Self { get }
    /// What a valid document looks like, as JSON Schema (draft 2020-12).
    static var schema: JSONValue { get }
}

/// A mapping with fixed keys.
///
/// `init(from:)` asks the reader for each key once. The reader runs it on a document to parse, and on nothing to learn
/// the keys, so an initialiser has no effects but its value and what it reports.
package protocol DocumentObject: DocumentValue {
    /// Reads every key.
    init(from reader: ObjectReader)
}

extension DocumentObject {
    package static func read(_ document: Document, in context: DocumentContext) -> Self {
        switch document.content {
        case .mapping(let members):
            let reader = ObjectReader(members, at: document.location, context: context)
            let value = Self(from: reader)
            reader.reportUnknownKeys()
            return value
        case .null:
            let reader = ObjectReader([], at: document.location, context: context)
            return Self(from: reader)
        default:
            context.report(
                .error,
                .documentInvalidValue,
                "expected a mapping of keys, found \(document.found)",
                at: document.location
            )
            return Self.placeholder
        }
    }

    package static var placeholder: Self { Self(from: ObjectReader.describing()) }

    package static var schema: JSONValue {
        let reader = ObjectReader.describing()
        _ = Self(from: reader)
        return reader.objectSchema
    }
}

/// A mapping with exactly one key, which says what kind of thing it is: `- range: {column: price, min: 0}`.
package protocol DocumentChoice: DocumentValue {
    /// The kinds, each with the reader of its value.
    static var choices: [DocumentChoiceCase<Self>] { get }
}

/// One kind of a ``DocumentChoice``.
package struct DocumentChoiceCase<Choice> {
    let key: String
    let summary: String
    let read: (Document, DocumentContext) -> Choice
    let placeholder: () -> Choice
    let schema: () -> JSONValue

    /// Declares that `key` holds a `Payload`, from which `make` builds the choice.
    package init<Payload: DocumentValue>(
        _ key: String,
        _ payload: Payload.Type,
        _ summary: String,
        make: @escaping (Payload) -> Choice
    ) {
        self.key = key
        self.summary = summary
        self.read = { document, context in make(Payload.read(document, in: context)) }
        self.placeholder = { make(Payload.placeholder) }
        self.schema = { Payload.schema }
    }
}

extension DocumentChoice {
    package static func read(_ document: Document, in context: DocumentContext) -> Self {
        let keys = self.choices.map(\.key)
        guard case .mapping(let members) = document.content, members.count == 1, let member = members.first else {
            context.report(
                .error,
                .documentInvalidValue,
                "expected one of \(keys.map { "'\($0)'" }.joined(separator: ", ")) with its value, found \(document.found)",
                at: document.location
            )
            return self.placeholder
        }
        guard let choice = self.choices.first(where: { $0.key == member.key }) else {
            context.report(
                .error,
                .documentUnknownKey,
                "unknown key '\(member.key)'; it must be one of \(keys.map { "'\($0)'" }.joined(separator: ", "))."
                    + NearestName.suggestion(member.key, among: keys),
                at: member.keyLocation
            )
            return self.placeholder
        }
        return choice.read(member.value, context)
    }

    package static var placeholder: Self {
        guard let first = self.choices.first else { preconditionFailure("a choice has at least one case") }
        return first.placeholder()
    }

    package static var schema: JSONValue {
        .object([
            "oneOf": .array(
                self.choices.map { choice in
                    .object([
                        "type": "object",
                        "description": .string(choice.summary),
                        "properties": .object([choice.key: choice.schema()]),
                        "required": .array([.string(choice.key)]),
                        "additionalProperties": false,
                    ])
                }
            )
        ])
    }
}
