/// Turns XGBoost's binary model, Universal Binary JSON, into the JSON that says the same.
///
/// - Source: the UBJSON specification, draft 12: a marker byte, then the value in big-endian order; containers may
///   announce the type (`$`) and the count (`#`) of their elements.
struct BinaryJSON {
    /// How deep containers may lie in each other.
    private static let depthLimit = 64

    private let bytes: [UInt8]
    private var index = 0
    private var json: [UInt8] = []

    /// Whether `bytes` are a binary object rather than JSON text, whose first byte behind `{` is a space or a quote.
    static func isBinary(_ bytes: [UInt8]) -> Bool {
        bytes.count > 1 && bytes[0] == UInt8(ascii: "{") && "iUIlL#$".utf8.contains(bytes[1])
    }

    /// The JSON text of `bytes`.
    ///
    /// - Throws: `forest.malformedModel` when they end early or hold an unknown marker.
    static func json(_ bytes: [UInt8]) throws(ForestError) -> [UInt8] {
        var reader = BinaryJSON(bytes: bytes)
        reader.json.reserveCapacity(bytes.count * 2)
        try reader.value(try reader.byte(), depth: 0)
        return reader.json
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func value(_ marker: UInt8, depth: Int) throws(ForestError) {
        switch marker {
        case UInt8(ascii: "{"): try self.object(depth: depth)
        case UInt8(ascii: "["): try self.array(depth: depth)
        case UInt8(ascii: "S"): self.quote(try self.text(try self.byte()))
        case UInt8(ascii: "C"): self.quote(try self.take(1))
        case UInt8(ascii: "T"): self.write("true")
        case UInt8(ascii: "F"): self.write("false")
        case UInt8(ascii: "Z"): self.write("null")
        case UInt8(ascii: "d"):
            self.write(Float(bitPattern: UInt32(truncatingIfNeeded: try self.bits(4))).description)
        case UInt8(ascii: "D"): self.write(Double(bitPattern: try self.bits(8)).description)
        default: self.write(String(try self.integer(marker)))
        }
    }

    private mutating func object(depth: Int) throws(ForestError) {
        let (type, count) = try self.announcement(depth)
        self.write("{")
        var position = 0
        while true {
            if let count {
                guard position < count else { break }
            } else if self.peek() == UInt8(ascii: "}") {
                self.index += 1
                break
            }
            if position > 0 { self.write(",") }
            self.quote(try self.text(try self.byte()))
            self.write(":")
            if let type {
                try self.value(type, depth: depth + 1)
            } else {
                try self.value(self.byte(), depth: depth + 1)
            }
            position += 1
        }
        self.write("}")
    }

    private mutating func array(depth: Int) throws(ForestError) {
        let (type, count) = try self.announcement(depth)
        self.write("[")
        var position = 0
        while true {
            if let count {
                guard position < count else { break }
            } else if self.peek() == UInt8(ascii: "]") {
                self.index += 1
                break
            }
            if position > 0 { self.write(",") }
            if let type {
                try self.value(type, depth: depth + 1)
            } else {
                try self.value(self.byte(), depth: depth + 1)
            }
            position += 1
        }
        self.write("]")
    }

    /// What a container says of its elements before the first: their type and their count.
    private mutating func announcement(_ depth: Int) throws(ForestError) -> (type: UInt8?, count: Int?) {
        guard depth < Self.depthLimit else { throw self.malformed("nests deeper than \(Self.depthLimit) levels") }
        var type: UInt8?
        if self.peek() == UInt8(ascii: "$") {
            self.index += 1
            type = try self.byte()
        }
        guard self.peek() == UInt8(ascii: "#") else {
            guard type == nil else { throw self.malformed("gives a type without a count") }
            return (nil, nil)
        }
        self.index += 1
        return (type, try self.length(try self.byte()))
    }

    private mutating func text(_ marker: UInt8) throws(ForestError) -> ArraySlice<UInt8> {
        try self.take(try self.length(marker))
    }

    private mutating func length(_ marker: UInt8) throws(ForestError) -> Int {
        let length = try self.integer(marker)
        guard length >= 0, length <= self.bytes.count else { throw self.malformed("gives a count of \(length)") }
        return Int(length)
    }

    private mutating func integer(_ marker: UInt8) throws(ForestError) -> Int64 {
        switch marker {
        case UInt8(ascii: "i"): Int64(Int8(truncatingIfNeeded: try self.bits(1)))
        case UInt8(ascii: "U"): Int64(try self.bits(1))
        case UInt8(ascii: "I"): Int64(Int16(truncatingIfNeeded: try self.bits(2)))
        case UInt8(ascii: "l"): Int64(Int32(truncatingIfNeeded: try self.bits(4)))
        case UInt8(ascii: "L"): Int64(bitPattern: try self.bits(8))
        default: throw self.malformed("holds the unknown marker \(marker)")
        }
    }

    private mutating func bits(_ count: Int) throws(ForestError) -> UInt64 {
        try self.take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func byte() throws(ForestError) -> UInt8 {
        let taken = try self.take(1)
        return taken[taken.startIndex]
    }

    private mutating func take(_ count: Int) throws(ForestError) -> ArraySlice<UInt8> {
        guard count <= self.bytes.count - self.index else { throw self.malformed("ends too early") }
        defer { self.index += count }
        return self.bytes[self.index..<self.index + count]
    }

    private func peek() -> UInt8? { self.index < self.bytes.count ? self.bytes[self.index] : nil }

    private mutating func write(_ text: String) { self.json.append(contentsOf: text.utf8) }

    private mutating func quote(_ text: ArraySlice<UInt8>) {
        self.json.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): self.json += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                self.write("\\u00" + (byte < 16 ? "0" : "") + digits)
            default: self.json.append(byte)
            }
        }
        self.json.append(UInt8(ascii: "\""))
    }

    private func malformed(_ what: String) -> ForestError {
        .malformed(
            "The binary XGBoost model \(what) at byte \(self.index); the file is damaged or was cut off, save the model "
                + "again."
        )
    }
}
