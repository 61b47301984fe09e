import Foundation
import MartletTesting
import Testing

@testable import MartletServing

/// Compares the scanner with Foundation's decoder.
struct JSONScannerTests {
    @Test func `numbers read as the decoder reads them`() throws {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<20_000 {
            let text = JSONSample.number(&generator)
            var index = 0
            let number = try #require(JSONNumber.read(Array(text.utf8), &index), "\(text)")
            #expect(index == text.utf8.count, "\(text)")
            guard number.value.isFinite else { continue }
            let expected = try #require(Double(text))
            #expect(number.value.bitPattern == expected.bitPattern, "\(text)")
            #expect(number.integer == Int64(text), "\(text)")
        }
    }

    @Test(arguments: ["", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+", "0x1", "--1", "e1"])
    func `a text that is no number is not read as one`(_ text: String) {
        var index = 0
        let bytes = Array(text.utf8)
        let number = JSONNumber.read(bytes, &index)
        #expect(number == nil || index < bytes.count)
    }

    @Test func `random documents read as the decoder reads them`() throws {
        var generator = SplitMix64(seed: 12)
        for _ in 0..<2_000 {
            let text = JSONSample.document(&generator, depth: 4)
            let expected = try JSONDecoder().decode(JSONTree.self, from: Data(text.utf8))
            #expect(try JSONTree(scanning: Array(text.utf8)) == expected, "\(text)")
        }
    }

    /// The decoder departs from RFC 8259 in two ways, which are left out: it refuses a zero with an exponent (`0e5`),
    /// and takes a comma before `]`.
    @Test func `a damaged document reads as the decoder reads it, or both refuse it`() {
        var generator = SplitMix64(seed: 13)
        var refusedCount = 0
        for _ in 0..<4_000 {
            var bytes = Array(JSONSample.document(&generator, depth: 3).utf8)
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            if Bool.random(using: &generator) {
                bytes[position] = UInt8.random(in: 32...126, using: &generator)
            } else {
                bytes.remove(at: position)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            // A byte taken out of a character is tested elsewhere: both refuse it, but the decoder may repair it.
            guard Array(text.utf8) == bytes, !text.contains(/,\s*\]/), !text.contains(/(^|[^0-9.])0(\.0*)?[eE]/) else {
                continue
            }
            let expected = try? JSONDecoder().decode(JSONTree.self, from: Data(bytes))
            let found = try? JSONTree(scanning: bytes)
            #expect(found == expected, "\(text)")
            if found == nil { refusedCount += 1 }
        }
        #expect(refusedCount > 500)
    }

    @Test(arguments: ["0e5", "-0E+2", "0.000e9"]) func `a zero may have an exponent`(_ text: String) throws {
        #expect(try JSONTree(scanning: Array(text.utf8)) == .number(text.hasPrefix("-") ? -0.0 : 0))
    }

    @Test(arguments: ["[1,]", "[1,\n]", "{\"a\":1,}"]) func `a comma needs a value behind it`(_ text: String) {
        #expect(throws: ServingError.self) { try JSONTree(scanning: Array(text.utf8)) }
    }
}

/// A document as both readers see it.
enum JSONTree: Decodable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONTree])
    case object([String: JSONTree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    init(scanning bytes: [UInt8]) throws {
        var scanner = JSONScanner(bytes)
        self = try Self.read(&scanner)
        try scanner.expectEnd()
    }

    private static func read(_ scanner: inout JSONScanner) throws -> JSONTree {
        switch scanner.peek() {
        case UInt8(ascii: "{"):
            try scanner.expect(UInt8(ascii: "{"), "'{'")
            var members: [String: JSONTree] = [:]
            guard !scanner.consume(UInt8(ascii: "}")) else { return .object(members) }
            repeat {
                let key = try scanner.readString()
                try scanner.expect(UInt8(ascii: ":"), "':'")
                members[scanner.string(key)] = try Self.read(&scanner)
            } while try scanner.hasNext(before: UInt8(ascii: "}"))
            return .object(members)
        case UInt8(ascii: "["):
            try scanner.expect(UInt8(ascii: "["), "'['")
            var items: [JSONTree] = []
            guard !scanner.consume(UInt8(ascii: "]")) else { return .array(items) }
            repeat { items.append(try Self.read(&scanner)) } while try scanner.hasNext(before: UInt8(ascii: "]"))
            return .array(items)
        case UInt8(ascii: "\""): return .string(scanner.string(try scanner.readString()))
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try scanner.readBoolean())
        case UInt8(ascii: "n"):
            try scanner.readNull()
            return .null
        default: return .number(try scanner.readNumber().value)
        }
    }
}

/// Random JSON text.
enum JSONSample {
    static func number(_ generator: inout SplitMix64) -> String {
        var text = Bool.random(using: &generator) ? "-" : ""
        let count = Int.random(in: 1...22, using: &generator)
        text += count == 1 ? "0" : Self.digits(count, &generator)
        if Bool.random(using: &generator) {
            text +=
                "."
                + (0..<Int.random(in: 1...20, using: &generator))
                .map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            text += ["e", "E"].randomElement(using: &generator) ?? "e"
            text += ["", "-", "+"].randomElement(using: &generator) ?? ""
            text += String(Int.random(in: 0...40, using: &generator))
        }
        return text
    }

    static func document(_ generator: inout SplitMix64, depth: Int) -> String {
        let space = ["", "", " ", "\n", "\t\r "].randomElement(using: &generator) ?? ""
        let kind = Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator)
        switch kind {
        case 0: return space + "null"
        case 1: return space + (Bool.random(using: &generator) ? "true" : "false")
        case 2, 3: return space + Self.number(&generator)
        case 4: return space + Self.string(&generator)
        case 5:
            let items = (0..<Int.random(in: 0...4, using: &generator))
                .map { _ in Self.document(&generator, depth: depth - 1) }
            return space + "[" + items.joined(separator: "," + space) + space + "]"
        default:
            let members = (0..<Int.random(in: 0...4, using: &generator))
                .map { index in
                    "\"\(index)" + Self.string(&generator).dropFirst() + space + ":"
                        + Self.document(&generator, depth: depth - 1)
                }
            return space + "{" + members.joined(separator: ",") + space + "}"
        }
    }

    private static func digits(_ count: Int, _ generator: inout SplitMix64) -> String {
        String(Int.random(in: 1...9, using: &generator))
            + (1..<count).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
    }

    private static func string(_ generator: inout SplitMix64) -> String {
        let parts = [
            "a", "area", "Z9", " ", "é", "인하", "🏠", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\uD83C\\uDFE0", "\\t",
            "{", "]",
        ]
        let text = (0..<Int.random(in: 0...6, using: &generator))
            .map { _ in parts.randomElement(using: &generator) ?? "" }
        return "\"" + text.joined() + "\""
    }
}
