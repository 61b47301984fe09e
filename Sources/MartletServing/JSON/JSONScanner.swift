import MartletCore

/// Reads JSON tokens straight from the bytes of a request, without a tree.
///
/// Strict RFC 8259: no comments, no trailing commas, no `NaN`, UTF-8 only, no lone surrogates. The caller asks for what
/// it expects and gets it or an error that names the byte (counted from 0). It never recurses, so depth needs no limit.
package struct JSONScanner {
    /// A string token: where it lies, and its text when escapes had to be decoded.
    package struct Text {
        /// The bytes between the quotes.
        let range: Range<Int>
        /// The decoded text; `nil` when the bytes are the text.
        let decoded: String?
    }

    private let bytes: [UInt8]
    private(set) var index = 0

    /// Starts before the first byte.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next byte that is not white space, not consumed; `nil` at the end.
    package mutating func peek() -> UInt8? {
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            switch byte {
            case 0x20, 0x0A, 0x0D, 0x09: self.index += 1
            default: return byte
            }
        }
        return nil
    }

    /// Consumes `byte` after white space, or says that `what` was expected.
    package mutating func expect(_ byte: UInt8, _ what: StaticString) throws(ServingError) {
        guard self.peek() == byte else { throw self.unexpected(what) }
        self.index += 1
    }

    /// Consumes `byte` after white space when it is next.
    package mutating func consume(_ byte: UInt8) -> Bool {
        guard self.peek() == byte else { return false }
        self.index += 1
        return true
    }

    /// Consumes a comma and answers `true`, or consumes `closing` and answers `false`.
    package mutating func hasNext(before closing: UInt8) throws(ServingError) -> Bool {
        switch self.peek() {
        case UInt8(ascii: ","):
            self.index += 1
            return true
        case closing:
            self.index += 1
            return false
        default:
            throw closing == UInt8(ascii: "}")
                ? self.unexpected("',' or '}'") : self.unexpected("',' or ']'")
        }
    }

    /// Consumes `literal` after white space when it is next.
    package mutating func consumeLiteral(_ literal: StaticString) -> Bool {
        guard self.peek() != nil, self.index + literal.utf8CodeUnitCount <= self.bytes.count else { return false }
        for (offset, byte) in literal.description.utf8.enumerated() where self.bytes[self.index + offset] != byte {
            return false
        }
        self.index += literal.utf8CodeUnitCount
        return true
    }

    /// Refuses anything but white space after the value.
    package mutating func expectEnd() throws(ServingError) {
        guard self.peek() == nil else { throw self.unexpected("the end of the body") }
    }

    /// Consumes `true` or `false`.
    package mutating func readBoolean() throws(ServingError) -> Bool {
        if self.peek() == UInt8(ascii: "t") {
            try self.readLiteral("true")
            return true
        }
        try self.readLiteral("false")
        return false
    }

    /// Consumes `null`.
    package mutating func readNull() throws(ServingError) { try self.readLiteral("null") }

    /// Consumes a string.
    package mutating func readString() throws(ServingError) -> Text {
        try self.expect(UInt8(ascii: "\""), "a string")
        let start = self.index
        var isASCII = true
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            switch byte {
            case UInt8(ascii: "\""):
                let range = start..<self.index
                guard isASCII || String(validating: self.bytes[range], as: UTF8.self) != nil else {
                    throw self.notJSON("the string that starts at byte \(start) is not valid UTF-8")
                }
                self.index += 1
                return Text(range: range, decoded: nil)
            case UInt8(ascii: "\\"):
                return try self.readEscapedString(from: start)
            case 0..<0x20:
                throw self.notJSON("a string has an unescaped control character at byte \(self.index)")
            default:
                if byte >= 0x80 { isASCII = false }
                self.index += 1
            }
        }
        throw self.notJSON("the body ends inside the string that starts at byte \(start)")
    }

    /// Whether `text` is `name`, without making a `String` of it.
    package func matches(_ text: Text, _ name: [UInt8]) -> Bool {
        if let decoded = text.decoded { return decoded.utf8.elementsEqual(name) }
        guard text.range.count == name.count else { return false }
        var offset = text.range.lowerBound
        for byte in name {
            guard self.bytes[offset] == byte else { return false }
            offset += 1
        }
        return true
    }

    /// The text of a token.
    package func string(_ text: Text) -> String {
        text.decoded ?? String(decoding: self.bytes[text.range], as: UTF8.self)
    }

    /// Consumes a number.
    package mutating func readNumber() throws(ServingError) -> JSONNumber {
        guard let next = self.peek() else { throw self.unexpected("a number") }
        if next == UInt8(ascii: "N") || next == UInt8(ascii: "I") { throw self.notFinite() }
        guard let number = JSONNumber.read(self.bytes, &self.index) else {
            if next == UInt8(ascii: "-"), self.index + 1 < self.bytes.count,
                self.bytes[self.index + 1] == UInt8(ascii: "I")
            {
                throw self.notFinite()
            }
            throw self.unexpected("a number")
        }
        guard number.value.isFinite else { throw self.notFinite() }
        return number
    }

    /// The error for a token that is not `what`.
    func unexpected(_ what: StaticString) -> ServingError {
        guard self.index < self.bytes.count else { return self.notJSON("expected \(what), but the body ends") }
        let byte = self.bytes[self.index]
        let found = (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
        return self.notJSON("expected \(what) at byte \(self.index), found \(found)")
    }

    /// The error for a body that breaks the grammar.
    package func notJSON(_ detail: String) -> ServingError {
        ServingError(.requestNotJSON, "The request body is not valid JSON: \(detail).")
    }

    private func notFinite() -> ServingError {
        ServingError(
            .requestNotFinite,
            "The number at byte \(self.index) is not finite; send null for a missing value, and never NaN or Infinity."
        )
    }

    private mutating func readLiteral(_ literal: StaticString) throws(ServingError) {
        guard self.peek() != nil else { throw self.unexpected(literal) }
        for (offset, byte) in literal.description.utf8.enumerated() {
            let position = self.index + offset
            guard position < self.bytes.count, self.bytes[position] == byte else { throw self.unexpected(literal) }
        }
        self.index += literal.utf8CodeUnitCount
    }
}

extension JSONScanner {
    /// Goes on with a string whose first escape stands at `index`.
    private mutating func readEscapedString(from start: Int) throws(ServingError) -> Text {
        var decoded = Array(self.bytes[start..<self.index])
        while self.index < self.bytes.count {
            let byte = self.bytes[self.index]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: decoded, as: UTF8.self) else {
                    throw self.notJSON("the string that starts at byte \(start) is not valid UTF-8")
                }
                let range = start..<self.index
                self.index += 1
                return Text(range: range, decoded: text)
            case UInt8(ascii: "\\"):
                try self.readEscape(into: &decoded)
            case 0..<0x20:
                throw self.notJSON("a string has an unescaped control character at byte \(self.index)")
            default:
                decoded.append(byte)
                self.index += 1
            }
        }
        throw self.notJSON("the body ends inside the string that starts at byte \(start)")
    }

    private mutating func readEscape(into decoded: inout [UInt8]) throws(ServingError) {
        let position = self.index
        guard position + 1 < self.bytes.count else { throw self.notJSON("the body ends inside an escape") }
        self.index += 2
        switch self.bytes[position + 1] {
        case UInt8(ascii: "\""): decoded.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): decoded.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): decoded.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"):
            var code = try self.readHexadecimal(position)
            if (0xD800..<0xDC00).contains(code), self.index + 1 < self.bytes.count,
                self.bytes[self.index] == UInt8(ascii: "\\"), self.bytes[self.index + 1] == UInt8(ascii: "u")
            {
                self.index += 2
                let low = try self.readHexadecimal(position)
                guard (0xDC00..<0xE000).contains(low) else {
                    throw self.notJSON("the escape at byte \(position) is half of a surrogate pair")
                }
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw self.notJSON("the escape at byte \(position) is half of a surrogate pair")
            }
            decoded.append(contentsOf: Character(scalar).utf8)
        default:
            throw self.notJSON("the escape at byte \(position) is none that JSON has")
        }
    }

    /// Reads four hexadecimal digits at `index`, which is then behind them.
    private mutating func readHexadecimal(_ escape: Int) throws(ServingError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard self.index < self.bytes.count,
                let digit = Character(Unicode.Scalar(self.bytes[self.index])).hexDigitValue
            else { throw self.notJSON("the escape at byte \(escape) needs four hexadecimal digits") }
            code = code << 4 | UInt32(digit)
            self.index += 1
        }
        return code
    }
}
