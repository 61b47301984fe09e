import Foundation
import MartletCore
import MartletServing
import MartletTracking

/// The body of a feedback request, read strictly: one object, an array of objects, or JSON lines.
struct FeedbackBody: Sendable {
    private let events: [[String: JSONValue]]

    /// Reads `body`.
    ///
    /// - Throws: `request.notJSON`, `request.wrongType`, `request.tooManyInputs`, `request.missingKey`.
    init(_ body: Data) throws(ServingError) {
        let values = try Self.values(body)
        guard !values.isEmpty else {
            throw ServingError(
                .requestMissingKey,
                "The request holds no event; send one object, an array, or JSON lines."
            )
        }
        guard values.count <= FeedbackContext.eventLimit else {
            throw ServingError(
                .requestTooManyInputs,
                "The request has \(values.count) events, more than \(FeedbackContext.eventLimit); split it."
            )
        }
        var events: [[String: JSONValue]] = []
        for (index, value) in values.enumerated() {
            guard case .object(let members) = value else {
                throw ServingError(.requestWrongType, "Event \(index) is not an object.", field: "[\(index)]")
            }
            events.append(members)
        }
        self.events = events
    }

    /// The interactions; those without a time happened at `now`.
    ///
    /// - Throws: `request.unknownKey`, `request.missingKey`, `request.wrongType`, `feedback.invalid`.
    func interactions(now: EventTime) throws -> [Interaction] {
        try self.events.enumerated()
            .map { index, members in
                let fields = FeedbackFields(members, at: index)
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
        try self.events.enumerated()
            .map { index, members in
                let fields = FeedbackFields(members, at: index)
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

    private static func values(_ body: Data) throws(ServingError) -> [JSONValue] {
        if let value = try? JSONValue(parsing: body) {
            if case .array(let values) = value { return values }
            return [value]
        }
        var values: [JSONValue] = []
        let lines = body.split(separator: UInt8(ascii: "\n"))
            .filter { $0.contains { !Self.isSpace($0) } }
        for (index, line) in lines.enumerated() {
            guard let value = try? JSONValue(parsing: Data(line)) else {
                throw ServingError(
                    .requestNotJSON,
                    lines.count == 1
                        ? "The request body is not valid JSON."
                        : "The request body is neither JSON nor JSON lines: line \(index + 1) cannot be read.",
                    field: lines.count == 1 ? nil : "[\(index)]"
                )
            }
            values.append(value)
        }
        return values
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}

/// The members of one event, by name and type.
private struct FeedbackFields {
    private let members: [String: JSONValue]
    private let index: Int

    init(_ members: [String: JSONValue], at index: Int) {
        self.members = members
        self.index = index
    }

    /// Refuses names that an event does not have.
    func check(_ known: [String]) throws(ServingError) {
        for name in self.members.keys.sorted() where !known.contains(name) {
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
        switch self.members[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw self.wrongType(name, "a text")
        }
    }

    func requiredText(_ name: String) throws(ServingError) -> String {
        guard let text = try self.text(name) else { throw self.missing(name) }
        return text
    }

    func number(_ name: String) throws(ServingError) -> Double? {
        switch self.members[name] {
        case nil, .null: return nil
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw self.wrongType(name, "a number")
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
