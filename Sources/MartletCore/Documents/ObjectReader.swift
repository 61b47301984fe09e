/// Reads the keys of one mapping, or learns which keys it has.
package final class ObjectReader {
    private let members: [Document.Member]
    private let isDescribing: Bool
    private let context: DocumentContext
    private var knownKeys: [String] = []
    private var properties: [String: JSONValue] = [:]
    private var requiredKeys: [JSONValue] = []
    /// Where the mapping starts.
    package let location: SourceLocation

    init(_ members: [Document.Member], at location: SourceLocation, context: DocumentContext) {
        self.members = members
        self.location = location
        self.context = context
        self.isDescribing = false
    }

    private init(describing: Void) {
        self.members = []
        self.location = SourceLocation(file: "", line: 1, column: 1)
        self.context = DocumentContext()
        self.isDescribing = true
    }

    static func describing() -> ObjectReader { ObjectReader(describing: ()) }

    /// Reads `key`, which must be there.
    ///
    /// - Parameters:
    ///   - key: the key as the user writes it, in snake case.
    ///   - type: what its value is.
    ///   - summary: one sentence for the JSON Schema and the reference.
    /// - Returns: the value, or the type's placeholder after a fault was reported.
    package func required<Item: DocumentValue>(_ key: String, _ type: Item.Type, _ summary: String) -> Item {
        self.declare(key, type, summary, isRequired: true, defaultValue: nil)
        guard let member = self.members.first(where: { $0.key == key }) else {
            if !self.isDescribing {
                let keys = self.members.map(\.key)
                let near = NearestName.find(key, among: keys.filter { !self.knownKeys.contains($0) })
                let hint = near.map { "; '\($0)' looks like a misspelling of it" } ?? ""
                self.context.report(.error, .documentMissingKey, "key '\(key)' is missing\(hint)", at: self.location)
            }
            return type.placeholder
        }
        return type.read(member.value, in: self.context)
    }

    /// Reads `key`, or returns `nil` when it is absent or null.
    package func optional<Item: DocumentValue>(_ key: String, _ type: Item.Type, _ summary: String) -> Item? {
        self.declare(key, type, summary, isRequired: false, defaultValue: nil)
        guard let member = self.members.first(where: { $0.key == key }) else { return nil }
        if case .null = member.value.content { return nil }
        return type.read(member.value, in: self.context)
    }

    /// Reads `key`, or returns `defaultValue` when it is absent or null.
    package func value<Item: DocumentValue>(
        _ key: String,
        default defaultValue: Item,
        _ summary: String,
        documentedDefault: JSONValue? = nil
    ) -> Item {
        self.declare(key, Item.self, summary, isRequired: false, defaultValue: documentedDefault)
        guard let member = self.members.first(where: { $0.key == key }) else { return defaultValue }
        if case .null = member.value.content { return defaultValue }
        return Item.read(member.value, in: self.context)
    }

    /// Whether the user wrote `key`.
    package func has(_ key: String) -> Bool { self.members.contains { $0.key == key } }

    /// Reports a fault of the value under `key`, or of the whole mapping when the key is absent.
    package func report(_ code: ErrorCode, _ message: String, at key: String? = nil) {
        guard !self.isDescribing else { return }
        self.context.report(.error, code, message, at: self.location(of: key))
    }

    /// Where the value of `key` stands, or the mapping when the key is absent or `nil`.
    package func location(of key: String?) -> SourceLocation {
        self.members.first { $0.key == key }?.value.location ?? self.location
    }

    func reportUnknownKeys() {
        for member in self.members where !self.knownKeys.contains(member.key) {
            let hint = NearestName.suggestion(member.key, among: self.knownKeys)
            let known = hint.isEmpty ? " Known keys: \(self.knownKeys.sorted().joined(separator: ", "))." : hint
            self.context.report(
                .error,
                .documentUnknownKey,
                "unknown key '\(member.key)'.\(known)",
                at: member.keyLocation
            )
        }
    }

    var objectSchema: JSONValue {
        var schema: [String: JSONValue] = [
            "type": "object", "properties": .object(self.properties), "additionalProperties": false,
        ]
        if !self.requiredKeys.isEmpty { schema["required"] = .array(self.requiredKeys) }
        return .object(schema)
    }

    private func declare<Item: DocumentValue>(
        _ key: String,
        _ type: Item.Type,
        _ summary: String,
        isRequired: Bool,
        defaultValue: JSONValue?
    ) {
        self.knownKeys.append(key)
        guard self.isDescribing else { return }
        guard case .object(var schema) = type.schema else { return }
        schema["description"] = .string(summary)
        if let defaultValue { schema["default"] = defaultValue }
        self.properties[key] = .object(schema)
        if isRequired { self.requiredKeys.append(.string(key)) }
    }
}
