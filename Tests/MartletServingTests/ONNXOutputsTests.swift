import Foundation
import Testing

@testable import MartletServing

/// What is read from the outputs of models in ONNX form.
struct ONNXOutputsTests {
    private static let float: UInt8 = 1
    private static let integer: UInt8 = 7
    private static let text: UInt8 = 8

    /// A field with a message, such as Protocol Buffers writes it.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var count: [UInt8] = []
        var rest = content.count
        repeat {
            count.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return [number << 3 | 2] + count + content
    }

    /// A field with a whole number below 128.
    private static func field(_ number: UInt8, _ value: UInt8) -> [UInt8] { [number << 3, value] }

    /// An output named `out` of one type, with axes of which `nil` is named and not counted.
    private static func output(_ type: UInt8, _ axes: [UInt8?]) -> [UInt8] {
        let shape = axes.flatMap { axis in
            Self.field(1, axis.map { Self.field(1, $0) } ?? Self.field(2, Array("rows".utf8)))
        }
        let tensor = Self.field(1, type) + Self.field(2, shape)
        return Self.field(12, Self.field(1, Array("out".utf8)) + Self.field(2, Self.field(1, tensor)))
    }

    /// A model with `outputs` behind weights of a thousand bytes.
    private static func model(_ outputs: [UInt8]) -> Data {
        let weights = Self.field(5, Self.field(9, Array(repeating: 0xFF, count: 1_000)))
        return Data(Self.field(1, 9) + Self.field(7, weights + outputs) + Self.field(2, Array("a test".utf8)))
    }

    static let cases: [(outputs: [UInt8], isClassifier: Bool)] = [
        (output(integer, [nil]) + output(float, [nil, 2]), true),
        (output(text, [nil]) + output(float, [1, 2]), true),
        (output(float, [nil, 2]) + output(integer, [nil]), true),
        (output(float, [nil, 2]), false),
        (output(float, [nil, 1]), false),
        (output(integer, [nil]) + output(float, [nil, 3]), false),
        (output(integer, [nil]) + output(float, [nil]), false),
        (output(integer, [nil]) + output(float, [nil, nil]), false),
        (output(integer, [nil]) + output(float, [nil, 2]) + output(float, [nil, 1]), false),
        (output(integer, [nil]), false), ([], false),
    ]

    @Test(arguments: ONNXOutputsTests.cases)
    func `a model with a label and the probabilities of two classes is a classifier`(
        outputs: [UInt8],
        isClassifier: Bool
    ) {
        #expect(ONNXOutputs(Self.model(outputs)).isBinaryClassifier == isClassifier)
    }

    @Test func `a file that is cut off or no model at all is read to its end and is no classifier`() {
        let whole = Self.model(Self.output(Self.integer, [nil]) + Self.output(Self.float, [nil, 2]))
        for count in 0..<whole.count - 9 { #expect(!ONNXOutputs(whole.prefix(count)).isBinaryClassifier) }
        for seed in 0..<200 {
            let bytes = (0..<300).map { UInt8(truncatingIfNeeded: ($0 &+ seed) &* ($0 &+ 31) &* 2_654_435_761 >> 7) }
            #expect(!ONNXOutputs(Data(bytes)).isBinaryClassifier)
        }
    }
}
