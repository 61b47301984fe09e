import Foundation

/// What the outputs of a model in ONNX form are, read from its file.
///
/// Only the graph's outputs are looked at; everything else in the file, weights included, is passed over.
///
/// - Source: the ONNX project's `onnx.proto`, and Protocol Buffers' description of its wire format.
struct ONNXOutputs {
    /// What an output holds.
    private enum Kind {
        case floats
        case labels
        case other
    }

    private struct Output {
        var kind = Kind.other
        /// The size of each axis; `nil` where the file leaves it open.
        var shape: [UInt64?] = []
    }

    /// The numbers of fields and types in ONNX's own words.
    private enum Number {
        static let graph: UInt64 = 7
        static let output: UInt64 = 12
        static let type: UInt64 = 2
        static let tensor: UInt64 = 1
        static let element: UInt64 = 1
        static let shape: UInt64 = 2
        static let axis: UInt64 = 1
        static let size: UInt64 = 1
        static let float: UInt64 = 1
        static let labels: Set<UInt64> = [7, 8, 9]
    }

    private let outputs: [Output]

    /// Reads the outputs of `model`; there are none in a file that is no ONNX model.
    init(_ model: Data) {
        let graphs = ProtobufMessage(model).messages(Number.graph)
        self.outputs = graphs.flatMap { $0.messages(Number.output) }.map(Self.output)
    }

    /// Whether the model tells two classes apart: it answers with a label, and last with the probabilities of both.
    var isBinaryClassifier: Bool {
        guard let last = self.outputs.last(where: { $0.kind == .floats }) else { return false }
        return last.shape.count == 2 && last.shape[1] == 2 && self.outputs.contains { $0.kind == .labels }
    }

    private static func output(_ message: ProtobufMessage) -> Output {
        var output = Output()
        for tensor in message.messages(Number.type).flatMap({ $0.messages(Number.tensor) }) {
            if let element = tensor.number(Number.element) {
                output.kind = element == Number.float ? .floats : Number.labels.contains(element) ? .labels : .other
            }
            output.shape = tensor.messages(Number.shape).flatMap { $0.messages(Number.axis) }
                .map { $0.number(Number.size) }
        }
        return output
    }
}

/// A message of Protocol Buffers, of which fields are read by number; what is cut off is not there.
private struct ProtobufMessage {
    private let bytes: Data

    init(_ bytes: Data) { self.bytes = bytes }

    /// The messages in the field `number`.
    func messages(_ number: UInt64) -> [ProtobufMessage] {
        var found: [ProtobufMessage] = []
        self.eachField { field, _, content in
            if field == number, let content { found.append(ProtobufMessage(content)) }
        }
        return found
    }

    /// The last whole number in the field `number`.
    func number(_ number: UInt64) -> UInt64? {
        var found: UInt64?
        self.eachField { field, value, content in
            if field == number, content == nil { found = value }
        }
        return found
    }

    /// Calls `body` with the number of each field, and its whole number or its bytes.
    private func eachField(_ body: (UInt64, UInt64, Data?) -> Void) {
        var index = self.bytes.startIndex
        while let key = self.varint(&index) {
            switch key & 7 {
            case 0:
                guard let value = self.varint(&index) else { return }
                body(key >> 3, value, nil)
            case 1, 5:
                let width = key & 7 == 1 ? 8 : 4
                guard self.bytes.endIndex - index >= width else { return }
                index += width
            case 2:
                guard let count = self.varint(&index), count <= UInt64(self.bytes.endIndex - index) else { return }
                let end = index + Int(count)
                body(key >> 3, 0, self.bytes[index..<end])
                index = end
            default: return
            }
        }
    }

    private func varint(_ index: inout Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < self.bytes.endIndex, shift < 64 {
            let byte = self.bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
