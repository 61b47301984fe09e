import Foundation
import MartletCore
import Testing

@testable import MartletForest

struct BinaryJSONTests {
    private static func key(_ name: String) -> [UInt8] { [0x55, UInt8(name.utf8.count)] + Array(name.utf8) }

    @Test func `every kind of value is written as JSON`() throws {
        var bytes: [UInt8] = [0x7B]
        bytes += Self.key("a") + [0x5B, 0x69, 0xFF, 0x49, 0x01, 0x00, 0x54, 0x46, 0x5A, 0x5D]
        bytes += Self.key("b") + [0x64] + bigEndianBytes(Float(0.1).bitPattern)
        bytes += Self.key("c") + [0x53, 0x4C, 0, 0, 0, 0, 0, 0, 0, 3] + Array("x\"y".utf8)
        bytes += Self.key("d") + [0x5B, 0x24, 0x6C, 0x23, 0x55, 2, 0, 0, 0, 7, 0xFF, 0xFF, 0xFF, 0xFE]
        bytes += Self.key("e") + [0x7B, 0x23, 0x55, 0]
        bytes.append(0x7D)
        #expect(BinaryJSON.isBinary(bytes))
        let json = try BinaryJSON.json(bytes)
        let value = try JSONValue(parsing: Data(json))
        #expect(value["a"] == [-1, 256, true, false, .null])
        #expect(value["b"] == .number(0.1))
        #expect(value["c"] == "x\"y")
        #expect(value["d"] == [7, -2])
        #expect(value["e"] == [:])
    }

    @Test func `bytes that end early or hold something else are refused, never read beyond`() throws {
        let whole: [UInt8] = [0x7B] + Self.key("a") + [0x5B, 0x24, 0x64, 0x23, 0x55, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x7D]
        _ = try BinaryJSON.json(whole)
        for length in 0..<whole.count {
            #expect(throws: ForestError.self) { try BinaryJSON.json(Array(whole.prefix(length))) }
        }
        let wrong: [[UInt8]] = [
            [0x7B, 0x55, 1, 0x61, 0x3F], [0x5B, 0x23, 0x4C, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        for bytes in wrong { #expect(throws: ForestError.self) { try BinaryJSON.json(bytes) } }
        #expect(throws: ForestError.self) { try BinaryJSON.json([UInt8](repeating: 0x5B, count: 10_000)) }
        #expect(!BinaryJSON.isBinary(Array(#"{"learner": 1}"#.utf8)))
    }

    private func bigEndianBytes(_ bits: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
    }
}
