import MartletCore

/// Reads a predict body for the inputs of one model.
///
/// Strict: an unknown or repeated key is an error, with the nearest known one. Values land in flat rows; a `String` is
/// made only for text values and for errors. Where an endpoint has several variants, what only another one takes is passed
/// over, so that a caller sends the same to all.
struct PredictionRequestParser {
    private var scanner: JSONScanner
    private let plan: InputPlan
    /// The plans of all variants; empty when there is one.
    private let others: [InputPlan]
    private let inputLimit: Int
    private var request = PredictionRequest()
    private var hasInputs = false

    private init(_ body: [UInt8], _ plan: InputPlan, _ others: [InputPlan], _ inputLimit: Int) {
        self.scanner = JSONScanner(body)
        self.plan = plan
        self.others = others
        self.inputLimit = inputLimit
    }

    /// Reads `body`.
    ///
    /// - Throws: codes `request.…`, with the field that is wrong.
    static func parse(
        _ body: [UInt8],
        for plan: InputPlan,
        others: [InputPlan] = [],
        inputLimit: Int
    ) throws(ServingError) -> PredictionRequest {
        var parser = PredictionRequestParser(body, plan, others, inputLimit)
        try parser.readBody()
        return parser.request
    }

    private mutating func readBody() throws(ServingError) {
        try self.expectObject(nil)
        if !self.scanner.consume(UInt8(ascii: "}")) {
            repeat {
                let key = try self.readKey()
                if self.scanner.matches(key, Self.inputsKey) {
                    guard !self.hasInputs else { throw Self.duplicate("inputs") }
                    self.hasInputs = true
                    try self.readInputs()
                } else if self.scanner.matches(key, Self.explainKey) {
                    self.request.explain = try self.readFlag("explain")
                } else if self.scanner.matches(key, Self.includeFeaturesKey) {
                    self.request.includeFeatures = try self.readFlag("include_features")
                } else if self.scanner.matches(key, Self.allowUnknownKey) {
                    self.request.allowUnknownEntities = try self.readFlag("allow_unknown_entities")
                } else if self.scanner.matches(key, Self.unitKey) {
                    guard self.request.unit == nil else { throw Self.duplicate("unit") }
                    self.request.unit = try self.readUnit()
                } else {
                    throw Self.unknownKey(
                        self.scanner.string(key),
                        ["inputs", "explain", "include_features", "allow_unknown_entities", "unit"],
                        nil
                    )
                }
            } while try self.scanner.hasNext(before: UInt8(ascii: "}"))
        }
        try self.scanner.expectEnd()
        guard self.hasInputs else {
            throw ServingError(
                .requestMissingKey,
                "The request has no 'inputs'; send {\"inputs\":[{\"entities\":{…},\"features\":{…}}]}.",
                field: "inputs"
            )
        }
    }

    private mutating func readInputs() throws(ServingError) {
        guard self.scanner.peek() == UInt8(ascii: "[") else { throw self.wrongType("an array of objects", "inputs") }
        try self.scanner.expect(UInt8(ascii: "["), "'['")
        guard !self.scanner.consume(UInt8(ascii: "]")) else {
            throw ServingError(.requestMissingKey, "'inputs' is empty; send at least one input.", field: "inputs")
        }
        repeat {
            guard self.request.inputCount < self.inputLimit else {
                throw ServingError(
                    .requestTooManyInputs,
                    "The request has more than \(self.inputLimit) inputs; split it.",
                    field: "inputs"
                )
            }
            try self.readInput()
            self.request.inputCount += 1
        } while try self.scanner.hasNext(before: UInt8(ascii: "]"))
    }

    private mutating func readInput() throws(ServingError) {
        for _ in self.plan.keys { self.request.keys.append(.null) }
        for _ in self.plan.requestSlots { self.request.values.append(.null) }
        try self.expectObject("")
        var hasEntities = false
        var hasFeatures = false
        if !self.scanner.consume(UInt8(ascii: "}")) {
            repeat {
                let key = try self.readKey()
                if self.scanner.matches(key, Self.entitiesKey) {
                    guard !hasEntities else { throw Self.duplicate(self.path("entities")) }
                    hasEntities = true
                    try self.readMembers("entities")
                } else if self.scanner.matches(key, Self.featuresKey) {
                    guard !hasFeatures else { throw Self.duplicate(self.path("features")) }
                    hasFeatures = true
                    try self.readMembers("features")
                } else {
                    throw Self.unknownKey(self.scanner.string(key), ["entities", "features"], self.path(""))
                }
            } while try self.scanner.hasNext(before: UInt8(ascii: "}"))
        }
        try self.checkComplete()
    }

    private mutating func readMembers(_ part: String) throws(ServingError) {
        try self.expectObject(part)
        guard !self.scanner.consume(UInt8(ascii: "}")) else { return }
        let isEntities = part == "entities"
        var seen = [Bool](repeating: false, count: isEntities ? self.plan.keys.count : self.plan.requestSlots.count)
        // Most callers send the members in one order, which is the model's: the next one is looked at first.
        var next = 0
        repeat {
            let key = try self.readKey()
            guard let index = isEntities ? try self.readEntity(key) : try self.readFeature(key, likely: next) else {
                continue
            }
            guard !seen[index] else {
                throw Self.duplicate(self.path("\(part).\(self.scanner.string(key))"))
            }
            seen[index] = true
            next = index + 1
        } while try self.scanner.hasNext(before: UInt8(ascii: "}"))
    }

    /// Reads an entity key; `nil` for one that only another variant takes.
    private mutating func readEntity(_ text: JSONScanner.Text) throws(ServingError) -> Int? {
        guard let index = self.plan.keys.firstIndex(where: { self.scanner.matches(text, $0.nameBytes) }) else {
            if self.others.contains(where: { $0.keys.contains { self.scanner.matches(text, $0.nameBytes) } }) {
                try self.scanner.skipValue()
                return nil
            }
            let name = self.scanner.string(text)
            let known = self.plan.keys.map(\.name)
            throw ServingError(
                .requestUnknownEntityKey,
                "The model has no entity key '\(name)'."
                    + (known.isEmpty ? " It takes no entities." : Self.hint(name, known)),
                field: self.path("entities.\(name)")
            )
        }
        let key = self.plan.keys[index]
        let value = try self.readValue(key.type, codes: false, isNullable: false, part: "entities", name: key.name)
        self.request.keys[self.request.inputCount * self.plan.keys.count + index] = value
        return index
    }

    /// Reads a request feature; `nil` for one that only another variant takes.
    private mutating func readFeature(_ text: JSONScanner.Text, likely: Int) throws(ServingError) -> Int? {
        guard let index = self.requestSlot(text, likely: likely) else {
            if self.isRequestedByOthers(text) {
                try self.scanner.skipValue()
                return nil
            }
            throw self.unknownFeature(self.scanner.string(text))
        }
        let slot = self.plan.slots[self.plan.requestSlots[index]]
        let value = try self.readValue(
            slot.type,
            codes: slot.codes != nil,
            isNullable: !slot.isRequired,
            part: "features",
            name: slot.name
        )
        self.request.values[self.request.inputCount * self.plan.requestSlots.count + index] = value
        return index
    }

    private func isRequestedByOthers(_ text: JSONScanner.Text) -> Bool {
        self.others.contains { plan in
            plan.requestSlots.contains { self.scanner.matches(text, plan.slots[$0].nameBytes) }
        }
    }

    private func requestSlot(_ text: JSONScanner.Text, likely: Int) -> Int? {
        let slots = self.plan.requestSlots
        if likely < slots.count, self.scanner.matches(text, self.plan.slots[slots[likely]].nameBytes) { return likely }
        return slots.firstIndex { self.scanner.matches(text, self.plan.slots[$0].nameBytes) }
    }

    private mutating func readValue(
        _ type: DataType,
        codes: Bool,
        isNullable: Bool,
        part: String,
        name: String
    ) throws(ServingError) -> Value {
        let next = self.scanner.peek() ?? 0
        if next == UInt8(ascii: "n"), isNullable {
            try self.scanner.readNull()
            return .null
        }
        switch next {
        case UInt8(ascii: "\""):
            let text = try self.scanner.readString()
            guard let value = Self.value(self.scanner.string(text), type, isEntity: part == "entities") else { break }
            return value
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            guard type == .boolean else { break }
            return .boolean(try self.scanner.readBoolean())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"), UInt8(ascii: "I"):
            let number: JSONNumber
            do {
                number = try self.scanner.readNumber()
            } catch {
                throw ServingError(error.code, error.message, field: self.path("\(part).\(name)"))
            }
            if type == .float64 { return .float64(number.value) }
            if type == .int64, let integer = Self.whole(number) { return .int64(integer) }
            if type == .string, codes || part == "entities",
                let integer = codes ? Self.whole(number) : number.integer
            {
                return .string(String(integer))
            }
        case UInt8(ascii: "n"), UInt8(ascii: "{"), UInt8(ascii: "["): break
        default: throw self.scanner.unexpected("a value")
        }
        throw self.wrongType(Self.words(type) + (isNullable ? " or null" : ""), self.path("\(part).\(name)"))
    }

    private func checkComplete() throws(ServingError) {
        let firstKey = self.request.inputCount * self.plan.keys.count
        for (offset, key) in self.plan.keys.enumerated() where self.request.keys[firstKey + offset] == .null {
            throw ServingError(
                .requestMissingEntity,
                "The entity key '\(key.name)' is missing; the model's features are looked up by it.",
                field: self.path("entities.\(key.name)")
            )
        }
        let firstValue = self.request.inputCount * self.plan.requestSlots.count
        for (offset, position) in self.plan.requestSlots.enumerated() {
            let slot = self.plan.slots[position]
            guard slot.isRequired, self.request.values[firstValue + offset] == .null else { continue }
            throw ServingError(
                .requestMissingFeature,
                "The feature '\(slot.name)' is missing; the model needs it as \(Self.words(slot.type)).",
                field: self.path("features.\(slot.name)")
            )
        }
    }
}

extension PredictionRequestParser {
    private mutating func expectObject(_ part: String?) throws(ServingError) {
        guard let next = self.scanner.peek() else { throw self.scanner.unexpected("an object") }
        guard next == UInt8(ascii: "{") else {
            let isValue =
                next == UInt8(ascii: "\"") || next == UInt8(ascii: "[") || next == UInt8(ascii: "-")
                || (48...57).contains(next)
                || (part != nil && [UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n")].contains(next))
            guard isValue else { throw self.scanner.unexpected("'{'") }
            throw self.wrongType("an object", part.map { self.path($0) })
        }
        try self.scanner.expect(UInt8(ascii: "{"), "'{'")
    }

    private mutating func readKey() throws(ServingError) -> JSONScanner.Text {
        let key = try self.scanner.readString()
        try self.scanner.expect(UInt8(ascii: ":"), "':'")
        return key
    }

    private mutating func readFlag(_ name: String) throws(ServingError) -> Bool {
        let next = self.scanner.peek()
        guard next == UInt8(ascii: "t") || next == UInt8(ascii: "f") else {
            throw self.wrongType("true or false", name)
        }
        return try self.scanner.readBoolean()
    }

    private mutating func readUnit() throws(ServingError) -> String {
        guard self.scanner.peek() == UInt8(ascii: "\"") else { throw self.wrongType("a text", "unit") }
        let text = self.scanner.string(try self.scanner.readString())
        guard (1...Self.unitByteLimit).contains(text.utf8.count) else {
            throw self.wrongType("a text of 1 to \(Self.unitByteLimit) bytes", "unit")
        }
        return text
    }

    private func path(_ part: String) -> String {
        "inputs[\(self.request.inputCount)]" + (part.isEmpty ? "" : ".\(part)")
    }

    private func unknownFeature(_ name: String) -> ServingError {
        let field = self.path("features.\(name)")
        if self.plan.slots.contains(where: { $0.name == name }) {
            return ServingError(
                .requestUnknownFeature,
                "The feature '\(name)' is looked up by entity; do not send it.",
                field: field
            )
        }
        let known = self.plan.requestSlots.map { self.plan.slots[$0].name }
        return ServingError(
            .requestUnknownFeature,
            "The model takes no request feature '\(name)'."
                + (known.isEmpty ? " It takes none." : Self.hint(name, known)),
            field: field
        )
    }

    private func wrongType(_ expected: String, _ field: String?) -> ServingError {
        ServingError(
            .requestWrongType,
            "\(field.map { "'\($0)'" } ?? "The request body") must be \(expected).",
            field: field
        )
    }

    private static func unknownKey(_ name: String, _ known: [String], _ field: String?) -> ServingError {
        ServingError(
            .requestUnknownKey,
            "'\(name)' is not a key of a predict request.\(Self.hint(name, known))",
            field: field.map { "\($0).\(name)" } ?? name
        )
    }

    private static func duplicate(_ field: String) -> ServingError {
        ServingError(.requestDuplicateKey, "'\(field)' is there twice; send it once.", field: field)
    }

    private static func hint(_ name: String, _ known: [String]) -> String {
        let suggestion = NearestName.suggestion(name, among: known)
        return suggestion.isEmpty ? " Known: \(known.sorted().joined(separator: ", "))." : suggestion
    }

    private static func whole(_ number: JSONNumber) -> Int64? {
        number.integer ?? Int64(exactly: number.value)
    }

    /// The value that a text stands for; digits name an `int64` entity too.
    private static func value(_ text: String, _ type: DataType, isEntity: Bool) -> Value? {
        switch type {
        case .string: .string(text)
        case .date, .timestamp: EventTime(iso8601: text).map(Value.time)
        case .int64: isEntity ? Int64(text).map(Value.int64) : nil
        case .boolean, .float64: nil
        }
    }

    private static func words(_ type: DataType) -> String {
        switch type {
        case .boolean: "true or false"
        case .int64: "a whole number"
        case .float64: "a number"
        case .string: "a text"
        case .date: "a date such as \"2023-05-23\""
        case .timestamp: "a time such as \"2023-05-23T10:15:00Z\""
        }
    }

    private static let inputsKey = Array("inputs".utf8)
    private static let explainKey = Array("explain".utf8)
    private static let includeFeaturesKey = Array("include_features".utf8)
    private static let allowUnknownKey = Array("allow_unknown_entities".utf8)
    static let unitKey = Array("unit".utf8)
    private static let unitByteLimit = 256
    private static let entitiesKey = Array("entities".utf8)
    private static let featuresKey = Array("features".utf8)
}
