import NIOCore

/// The head of a request that asks nothing of its connection but to stay open: HTTP/1.1, one host, a body of a stated
/// length or none.
struct PlainHead: Sendable, Equatable {
    /// The method as it was sent.
    let method: String
    /// The target as it was sent, query and escapes included.
    let path: String
    /// The `Authorization` header, when there is one.
    let authorization: String?
    /// Length of the body that follows, in bytes.
    let bodyByteCount: Int
    /// Length of the head with the empty line that ends it, in bytes.
    let byteCount: Int
}

/// Reads heads straight from the bytes of a connection.
///
/// Takes only what can be read in one way: whatever is unusual, allowed or not, is `other`, and for the HTTP decoder to
/// judge. What is taken here the decoder reads the same; a test holds the two beside each other.
enum PlainHeadReader {
    /// What begins at the first byte.
    enum Reading: Equatable {
        case plain(PlainHead)
        /// A head so far, whose end has not come.
        case incomplete
        case other
    }

    /// The longest head that is read here, in bytes.
    static let byteLimit = 8_192

    private enum Stop: Error { case incomplete, other }

    /// Reads the head at the beginning of `bytes`.
    ///
    /// - Source: RFC 9112 §2 to §6, without line folding, empty lines before a request, and codings.
    static func read(_ bytes: Span<UInt8>) -> Reading {
        do throws(Stop) {
            return .plain(try Self.head(bytes))
        } catch {
            switch error {
            case .incomplete: return bytes.count < Self.byteLimit ? .incomplete : .other
            case .other: return .other
            }
        }
    }

    private static func head(_ bytes: Span<UInt8>) throws(Stop) -> PlainHead {
        var place = 0
        let method = try Self.method(bytes, &place)
        let path = try Self.path(bytes, &place)
        try Self.take("HTTP/1.1\r\n", bytes, &place)
        var fields = Fields()
        while try Self.byte(bytes, place) != UInt8(ascii: "\r") {
            try fields.take(try Self.field(bytes, &place), bytes)
        }
        try Self.take("\r\n", bytes, &place)
        guard fields.hasHost, place <= Self.byteLimit else { throw .other }
        return PlainHead(
            method: method,
            path: path,
            authorization: fields.authorization,
            bodyByteCount: fields.contentLength ?? 0,
            byteCount: place
        )
    }

    private static func method(_ bytes: Span<UInt8>, _ place: inout Int) throws(Stop) -> String {
        // The common one without a look at the others.
        if bytes.count >= 5, bytes[0] == UInt8(ascii: "P"), bytes[1] == UInt8(ascii: "O"),
            bytes[2] == UInt8(ascii: "S"),
            bytes[3] == UInt8(ascii: "T"), bytes[4] == UInt8(ascii: " ")
        {
            place = 5
            return "POST"
        }
        while try Self.byte(bytes, place) != UInt8(ascii: " ") {
            guard place < 8, bytes[place].isUppercase else { throw .other }
            place += 1
        }
        let method = try Self.text(bytes, 0..<place)
        guard ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].contains(method) else { throw .other }
        place += 1
        return method
    }

    private static func path(_ bytes: Span<UInt8>, _ place: inout Int) throws(Stop) -> String {
        let start = place
        guard try Self.byte(bytes, place) == UInt8(ascii: "/") else { throw .other }
        while try Self.byte(bytes, place) != UInt8(ascii: " ") {
            guard bytes[place].isVisible else { throw .other }
            place += 1
        }
        place += 1
        return try Self.text(bytes, start..<place - 1)
    }

    /// Where the name and the value of a field stand.
    private struct FieldPlace {
        let name: Range<Int>
        let value: Range<Int>
    }

    /// Reads one field with the end of its line.
    private static func field(_ bytes: Span<UInt8>, _ place: inout Int) throws(Stop) -> FieldPlace {
        let nameStart = place
        while try Self.byte(bytes, place) != UInt8(ascii: ":") {
            guard bytes[place].isNameByte else { throw .other }
            place += 1
        }
        let name = nameStart..<place
        guard !name.isEmpty else { throw .other }
        place += 1
        while try Self.byte(bytes, place).isBlank { place += 1 }
        let start = place
        var end = place
        while try Self.byte(bytes, place) != UInt8(ascii: "\r") {
            let byte = bytes[place]
            guard byte.isVisible || byte.isBlank else { throw .other }
            place += 1
            if !byte.isBlank { end = place }
        }
        try Self.take("\r\n", bytes, &place)
        return FieldPlace(name: name, value: start..<end)
    }

    /// What the fields say of the request and of its connection.
    private struct Fields {
        var hasHost = false
        var contentLength: Int?
        var authorization: String?

        /// Takes one field; what is not of interest here is left out, what cannot be plain stops the reading.
        mutating func take(_ field: FieldPlace, _ bytes: Span<UInt8>) throws(Stop) {
            switch field.name.count {
            case 4 where PlainHeadReader.matches("host", bytes, field.name):
                guard !self.hasHost else { throw .other }
                self.hasHost = true
            case 10 where PlainHeadReader.matches("connection", bytes, field.name):
                guard PlainHeadReader.matches("keep-alive", bytes, field.value) else { throw .other }
            case 13 where PlainHeadReader.matches("authorization", bytes, field.name):
                guard self.authorization == nil else { throw .other }
                self.authorization = try PlainHeadReader.text(bytes, field.value)
            case 14 where PlainHeadReader.matches("content-length", bytes, field.name):
                guard self.contentLength == nil else { throw .other }
                self.contentLength = try PlainHeadReader.count(bytes, field.value)
            case 6 where PlainHeadReader.matches("expect", bytes, field.name): throw .other
            case 7 where PlainHeadReader.matches("upgrade", bytes, field.name): throw .other
            case 17 where PlainHeadReader.matches("transfer-encoding", bytes, field.name): throw .other
            default: break
            }
        }
    }

    /// A length in decimal digits.
    private static func count(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Stop) -> Int {
        guard 1...15 ~= range.count else { throw .other }
        var count = 0
        for place in range {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[place] else { throw .other }
            count = count * 10 + Int(bytes[place] - UInt8(ascii: "0"))
        }
        return count
    }

    /// Whether `range` holds `text`, which is lowercase, in letters of either case.
    private static func matches(_ text: String, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var place = range.lowerBound
        for byte in text.utf8 {
            let other = bytes[place]
            guard (other.isUppercase ? other | 0x20 : other) == byte else { return false }
            place += 1
        }
        return true
    }

    private static func take(_ text: String, _ bytes: Span<UInt8>, _ place: inout Int) throws(Stop) {
        for byte in text.utf8 {
            guard try Self.byte(bytes, place) == byte else { throw .other }
            place += 1
        }
    }

    private static func byte(_ bytes: Span<UInt8>, _ place: Int) throws(Stop) -> UInt8 {
        guard place < bytes.count else { throw .incomplete }
        return bytes[place]
    }

    private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Stop) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw .other
        }
    }
}

extension UInt8 {
    fileprivate var isUppercase: Bool { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self }

    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// Whether this is an ASCII character that shows; other bytes are left to the decoder.
    fileprivate var isVisible: Bool { 0x21...0x7E ~= self }

    /// Whether this may stand in the name of a field.
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
