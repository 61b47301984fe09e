import MartletCore

extension JSONScanner {
    /// Consumes one value of any kind.
    ///
    /// It does not recurse: the brackets still open are a list.
    package mutating func skipValue() throws(ServingError) {
        var open: [UInt8] = []
        repeat {
            guard let next = self.peek() else { throw self.unexpected("a value") }
            switch next {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                _ = self.consume(next)
                // The bracket that closes it, two places on in ASCII.
                if !self.consume(next + 2) {
                    open.append(next + 2)
                    if next == UInt8(ascii: "{") { try self.skipKey() }
                    continue
                }
            case UInt8(ascii: "\""): _ = try self.readString()
            case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try self.readBoolean()
            case UInt8(ascii: "n"): try self.readNull()
            default: _ = try self.readNumber()
            }
            while let closing = open.last {
                if try self.hasNext(before: closing) {
                    if closing == UInt8(ascii: "}") { try self.skipKey() }
                    break
                }
                open.removeLast()
            }
        } while !open.isEmpty
    }

    private mutating func skipKey() throws(ServingError) {
        _ = try self.readString()
        try self.expect(UInt8(ascii: ":"), "':'")
    }
}
