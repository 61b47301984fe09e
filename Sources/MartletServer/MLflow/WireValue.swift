import MartletServing

/// A JSON value as a tracking client sent it.
///
/// Members keep their order; a member that stands twice counts once, the last. `NaN`, `Infinity` and `-Infinity` are
/// read too, because Python's encoder writes them.
enum WireValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// A number; the exact value too when it is whole and fits 64 bits.
    case number(Double, Int64?)
    case string(String)
    case array([WireValue])
    case object([Member])

    /// One member of an object.
    struct Member: Sendable, Hashable {
        let key: String
        let value: WireValue
    }

    /// How deep values may lie in each other.
    static let depthLimit = 64

    /// Reads one value.
    ///
    /// - Throws: `ServingError` when `bytes` are not one JSON value.
    init(parsing bytes: [UInt8]) throws(ServingError) {
        var parser = WireParser(bytes)
        self = try parser.value(depth: 0)
        try parser.expectEnd()
    }

    /// The member `key`, or `nil` when it is absent or null.
    subscript(key: String) -> WireValue? {
        guard case .object(let members) = self else { return nil }
        guard let value = members.last(where: { $0.key == key })?.value, value != .null else { return nil }
        return value
    }

    /// The value as JSON, for messages.
    var text: String {
        var writer = JSONWriter()
        self.write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.raw("null")
        case .boolean(let flag): writer.boolean(flag)
        case .number(_, let whole?): writer.integer(whole)
        case .number(let value, nil): value.isFinite ? writer.plain(value.description) : writer.string("\(value)")
        case .string(let text): writer.string(text)
        case .array(let values):
            writer.raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 { writer.raw(", ") }
                value.write(to: &writer)
            }
            writer.raw("]")
        case .object(let members):
            writer.raw("{")
            for (index, member) in members.enumerated() {
                if index > 0 { writer.raw(", ") }
                writer.string(member.key)
                writer.raw(": ")
                member.value.write(to: &writer)
            }
            writer.raw("}")
        }
    }
}

/// Reads JSON into ``WireValue`` by descent.
private struct WireParser {
    private var scanner: JSONScanner

    init(_ bytes: [UInt8]) { self.scanner = JSONScanner(bytes) }

    mutating func expectEnd() throws(ServingError) { try self.scanner.expectEnd() }

    mutating func value(depth: Int) throws(ServingError) -> WireValue {
        switch self.scanner.peek() {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(self.scanner.string(try self.scanner.readString()))
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try self.scanner.readBoolean())
        case UInt8(ascii: "n"):
            try self.scanner.readNull()
            return .null
        default: return try self.number()
        }
    }

    private mutating func number() throws(ServingError) -> WireValue {
        switch self.scanner.peek() {
        case UInt8(ascii: "N") where self.scanner.consumeLiteral("NaN"): return .number(.nan, nil)
        case UInt8(ascii: "I") where self.scanner.consumeLiteral("Infinity"): return .number(.infinity, nil)
        case UInt8(ascii: "-") where self.scanner.consumeLiteral("-Infinity"): return .number(-.infinity, nil)
        default: break
        }
        let number = try self.scanner.readNumber()
        return .number(number.value, number.integer)
    }

    private mutating func array(depth: Int) throws(ServingError) -> WireValue {
        try self.checkDepth(depth)
        try self.scanner.expect(UInt8(ascii: "["), "'['")
        if self.scanner.consume(UInt8(ascii: "]")) { return .array([]) }
        var values: [WireValue] = []
        repeat {
            values.append(try self.value(depth: depth + 1))
        } while try self.scanner.hasNext(
            before: UInt8(ascii: "]")
        )
        return .array(values)
    }

    private mutating func object(depth: Int) throws(ServingError) -> WireValue {
        try self.checkDepth(depth)
        try self.scanner.expect(UInt8(ascii: "{"), "'{'")
        if self.scanner.consume(UInt8(ascii: "}")) { return .object([]) }
        var members: [WireValue.Member] = []
        members.reserveCapacity(6)
        repeat {
            let key = self.scanner.string(try self.scanner.readString())
            try self.scanner.expect(UInt8(ascii: ":"), "':'")
            members.append(WireValue.Member(key: key, value: try self.value(depth: depth + 1)))
        } while try self.scanner.hasNext(before: UInt8(ascii: "}"))
        return .object(members)
    }

    private func checkDepth(_ depth: Int) throws(ServingError) {
        guard depth < WireValue.depthLimit else {
            throw self.scanner.notJSON("it nests deeper than \(WireValue.depthLimit) levels")
        }
    }
}
