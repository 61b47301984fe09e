import MartletCore
import MartletServing
import MartletTracking

/// The body of a feedback request, read strictly: one object, an array of objects, or JSON lines.
///
/// Events are flat, so they are read straight from the bytes without a tree.
struct FeedbackBody: Sendable {
    private let events: [FeedbackFields]

    /// Reads `body`.
    ///
    /// - Throws: `request.notJSON`, `request.notFinite`, `request.wrongType`, `request.duplicateKey`,
    ///   `request.tooManyInputs`, `request.missingKey`.
    init(_ body: [UInt8]) throws(ServingError) {
        var scanner = JSONScanner(body)
        var events: [FeedbackFields] = []
        if scanner.consume(UInt8(ascii: "[")) {
            if !scanner.consume(UInt8(ascii: "]")) {
                repeat { try Self.read(&scanner, into: &events) } while try scanner.hasNext(before: UInt8(ascii: "]"))
            }
            try scanner.expectEnd()
        } else {
            while scanner.peek() != nil { try Self.read(&scanner, into: &events) }
        }
        guard !events.isEmpty else {
            throw ServingError(
                .requestMissingKey,
                "The request holds no event; send one object, an array, or JSON lines."
            )
        }
        self.events = events
    }

    private static func read(_ scanner: inout JSONScanner, into events: inout [FeedbackFields]) throws(ServingError) {
        guard events.count < FeedbackContext.eventLimit else {
            throw ServingError(
                .requestTooManyInputs,
                "The request has more than \(FeedbackContext.eventLimit) events; split it."
            )
        }
        events.append(try FeedbackFields(&scanner, at: events.count))
    }

    /// The interactions; those without a time happened at `now`.
    ///
    /// - Throws: `request.unknownKey`, `request.missingKey`, `request.wrongType`, `feedback.invalid`.
    func interactions(now: EventTime) throws -> [Interaction] {
        try self.events
            .map { fields in
                try fields.check(["id", "at", "endpoint", "kind", "unit", "request_id", "amount"])
                let interaction = Interaction(
                    id: try fields.requiredText("id"),
                    at: try fields.time("at") ?? now,
                    kind: try fields.requiredText("kind"),
                    unit: try fields.text("unit"),
                    requestID: try fields.text("request_id"),
                    amount: try fields.number("amount"),
                    endpoint: try fields.requiredText("endpoint")
                )
                try interaction.validate(now: now)
                return interaction
            }
    }

    /// The outcomes; those without a time came true at `now`.
    ///
    /// - Throws: `request.unknownKey`, `request.missingKey`, `request.wrongType`, `feedback.invalid`.
    func outcomes(now: EventTime) throws -> [Outcome] {
        try self.events
            .map { fields in
                try fields.check(["id", "at", "endpoint", "request_id", "entity", "value"])
                let outcome = Outcome(
                    id: try fields.requiredText("id"),
                    at: try fields.time("at") ?? now,
                    endpoint: try fields.requiredText("endpoint"),
                    requestID: try fields.text("request_id"),
                    entity: try fields.text("entity"),
                    value: try fields.requiredNumber("value")
                )
                try outcome.validate(now: now)
                return outcome
            }
    }
}

/// The members of one event, by name and type.
private struct FeedbackFields {
    /// What a flat event can hold.
    private enum Field {
        case null
        case text(String)
        case number(Double)
        /// Something that no key of an event takes.
        case other
    }

    private var members: [(name: String, value: Field)] = []
    private let index: Int

    /// Reads the object that is next, the event at `index`.
    init(_ scanner: inout JSONScanner, at index: Int) throws(ServingError) {
        self.index = index
        guard let next = scanner.peek() else { throw scanner.notJSON("the body ends where an event should be") }
        guard next == UInt8(ascii: "{") else {
            try scanner.skipValue()
            throw ServingError(.requestWrongType, "Event \(index) is not an object.", field: "[\(index)]")
        }
        _ = scanner.consume(next)
        guard !scanner.consume(UInt8(ascii: "}")) else { return }
        repeat {
            let key = try scanner.readString()
            let name = scanner.string(key)
            try scanner.expect(UInt8(ascii: ":"), "':'")
            let value = try Self.value(&scanner)
            guard !self.members.contains(where: { $0.name == name }) else {
                throw ServingError(
                    .requestDuplicateKey,
                    "'\(name.prefix(60))' is there twice; send it once.",
                    field: self.path(String(name.prefix(60)))
                )
            }
            self.members.append((name, value))
        } while try scanner.hasNext(before: UInt8(ascii: "}"))
    }

    private static func value(_ scanner: inout JSONScanner) throws(ServingError) -> Field {
        switch scanner.peek() {
        case UInt8(ascii: "\""):
            let text = try scanner.readString()
            return .text(scanner.string(text))
        case UInt8(ascii: "n"):
            try scanner.readNull()
            return .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "{"), UInt8(ascii: "["):
            try scanner.skipValue()
            return .other
        default: return .number(try scanner.readNumber().value)
        }
    }

    private subscript(name: String) -> Field { self.members.first { $0.name == name }?.value ?? .null }

    /// Refuses names that an event does not have.
    func check(_ known: [String]) throws(ServingError) {
        for (name, _) in self.members where !known.contains(name) {
            let hint = NearestName.suggestion(name, among: known)
            throw ServingError(
                .requestUnknownKey,
                "'\(name.prefix(60))' is not a key of this event."
                    + (hint.isEmpty ? " Known: \(known.joined(separator: ", "))." : hint),
                field: self.path(String(name.prefix(60)))
            )
        }
    }

    func text(_ name: String) throws(ServingError) -> String? {
        switch self[name] {
        case .null: return nil
        case .text(let text): return text
        case .number, .other: throw self.wrongType(name, "a text")
        }
    }

    func requiredText(_ name: String) throws(ServingError) -> String {
        guard let text = try self.text(name) else { throw self.missing(name) }
        return text
    }

    func number(_ name: String) throws(ServingError) -> Double? {
        switch self[name] {
        case .null: return nil
        case .number(let number): return number
        case .text, .other: throw self.wrongType(name, "a number")
        }
    }

    func requiredNumber(_ name: String) throws(ServingError) -> Double {
        guard let number = try self.number(name) else { throw self.missing(name) }
        return number
    }

    func time(_ name: String) throws(ServingError) -> EventTime? {
        guard let text = try self.text(name) else { return nil }
        guard let time = EventTime(iso8601: text) else {
            throw self.wrongType(name, "a time such as \"2023-05-23T10:15:00Z\"")
        }
        return time
    }

    private func missing(_ name: String) -> ServingError {
        ServingError(.requestMissingKey, "The event has no '\(name)'.", field: self.path(name))
    }

    private func wrongType(_ name: String, _ expected: String) -> ServingError {
        ServingError(.requestWrongType, "'\(name)' must be \(expected).", field: self.path(name))
    }

    private func path(_ name: String) -> String { "[\(self.index)].\(name)" }
}
