import MartletCore

/// Reads an XML document from start to end as a stream of events.
///
/// Written for data: names lose their namespace prefix, comments and processing instructions are passed over, entities
/// beside XML's own five and character references are refused, and so are documents that define some. Tags must nest,
/// and nothing but white space may follow the root.
///
/// Foundation's parser is not used: on Linux (Swift 6.3) `XMLParser.parse()` returns `true` for documents that are cut
/// off, such as `<a>`, and a page that came in part must never load.
struct XMLReader {
    /// What comes next.
    enum Event: Equatable {
        case open(String, attributes: [Attribute])
        case text(String)
        case close(String)
    }

    /// One attribute, its value resolved.
    struct Attribute: Equatable {
        let name: String
        let value: String
    }

    private static let depthLimit = 100

    private let bytes: [UInt8]
    private var index = 0
    private var path: [String] = []
    private var hasRoot = false
    /// The end of an element that was written `<name/>`.
    private var pendingClose: String?

    /// Starts before the first byte of UTF-8 text; a byte order mark is passed over.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.index = 3 }
    }

    /// The next event, or `nil` at the end of a whole document.
    mutating func next() throws(XMLFault) -> Event? {
        if let name = self.pendingClose {
            self.pendingClose = nil
            return .close(name)
        }
        while self.index < self.bytes.count {
            if self.bytes[self.index] != Self.less {
                if let text = try self.text() { return .text(text) }
            } else if self.skips("<?", until: "?>") || self.skips("<!--", until: "-->") {
                continue
            } else if self.starts(with: "<![CDATA[") {
                return .text(try self.characterData())
            } else if self.starts(with: "<!") {
                try self.passDoctype()
            } else {
                return try self.tag()
            }
        }
        if let open = self.path.last { throw self.fault("'<\(open)>' is never closed; the document is cut off") }
        if !self.hasRoot { throw self.fault("there is no element") }
        return nil
    }

    private static let less = UInt8(ascii: "<")
    private static let greater = UInt8(ascii: ">")

    private func fault(_ reason: String) -> XMLFault {
        let place = min(self.index, self.bytes.count)
        return XMLFault(reason, line: self.bytes[..<place].count { $0 == 10 } + 1)
    }

    private func starts(with text: StaticString) -> Bool {
        self.bytes[self.index...].starts(with: text.description.utf8)
    }

    /// Goes behind `closing` when `opening` stands here; to the end when there is no `closing`.
    private mutating func skips(_ opening: StaticString, until closing: StaticString) -> Bool {
        guard self.starts(with: opening) else { return false }
        self.index = self.place(after: closing, from: self.index + 2) ?? self.bytes.count
        return true
    }

    private func place(after closing: StaticString, from start: Int) -> Int? {
        let end = Array(closing.description.utf8)
        var place = start
        while place + end.count <= self.bytes.count {
            if self.bytes[place..<(place + end.count)].elementsEqual(end) { return place + end.count }
            place += 1
        }
        return nil
    }

    /// Text up to the next tag; `nil` for white space outside the root.
    private mutating func text() throws(XMLFault) -> String? {
        let end = self.bytes[self.index...].firstIndex(of: Self.less) ?? self.bytes.count
        let text = try self.resolve(self.bytes[self.index..<end])
        if self.path.isEmpty {
            guard text.allSatisfy(\.isWhitespace) else { throw self.fault("text stands outside of the root element") }
            self.index = end
            return nil
        }
        self.index = end
        return text
    }

    private mutating func characterData() throws(XMLFault) -> String {
        guard let end = self.place(after: "]]>", from: self.index + 9) else {
            throw self.fault("'<![CDATA[' is never closed; the document is cut off")
        }
        defer { self.index = end }
        return String(decoding: self.bytes[(self.index + 9)..<(end - 3)], as: UTF8.self)
    }

    private mutating func passDoctype() throws(XMLFault) {
        let end = self.bytes[self.index...].firstIndex(of: Self.greater) ?? self.bytes.count - 1
        if self.bytes[self.index...end].contains(UInt8(ascii: "[")) {
            throw self.fault("the document defines entities of its own, which are not read")
        }
        self.index = end + 1
    }

    private mutating func tag() throws(XMLFault) -> Event {
        var end = self.index + 1
        var quote: UInt8?
        while end < self.bytes.count, quote != nil || self.bytes[end] != Self.greater {
            let byte = self.bytes[end]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            end += 1
        }
        guard end < self.bytes.count else { throw self.fault("a tag is never closed; the document is cut off") }
        var inside = self.bytes[(self.index + 1)..<end]
        let isClosing = inside.first == UInt8(ascii: "/")
        let isEmpty = !isClosing && inside.last == UInt8(ascii: "/")
        if isClosing { inside = inside.dropFirst() }
        if isEmpty { inside = inside.dropLast() }
        let raw = inside.prefix { !Self.isSpace($0) }
        let name = Self.localName(String(decoding: raw, as: UTF8.self))
        guard !name.isEmpty else { throw self.fault("a tag has no name") }
        if isClosing {
            guard self.path.last == name else {
                throw self.fault("'</\(name)>' closes '<\(self.path.last ?? "")>'")
            }
            self.path.removeLast()
            self.index = end + 1
            return .close(name)
        }
        if self.path.isEmpty, self.hasRoot { throw self.fault("a second root element '<\(name)>'") }
        guard self.path.count < Self.depthLimit else { throw self.fault("more than \(Self.depthLimit) levels") }
        let attributes = try self.attributes(inside.dropFirst(raw.count))
        self.hasRoot = true
        if isEmpty { self.pendingClose = name } else { self.path.append(name) }
        self.index = end + 1
        return .open(name, attributes: attributes)
    }

    private func attributes(_ bytes: ArraySlice<UInt8>) throws(XMLFault) -> [Attribute] {
        var rest = bytes.drop(while: Self.isSpace)
        var attributes: [Attribute] = []
        while !rest.isEmpty {
            let name = rest.prefix { $0 != UInt8(ascii: "=") && !Self.isSpace($0) }
            rest = rest.dropFirst(name.count).drop(while: Self.isSpace)
            guard rest.first == UInt8(ascii: "=") else { throw self.fault("an attribute has no value") }
            rest = rest.dropFirst().drop(while: Self.isSpace)
            guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let end = rest.dropFirst().firstIndex(of: quote)
            else { throw self.fault("the value of an attribute is not quoted") }
            let label = Self.localName(String(decoding: name, as: UTF8.self))
            let isNamespace = name.starts(with: "xmlns".utf8)
            let value = try self.resolve(rest[(rest.startIndex + 1)..<end])
            if !isNamespace { attributes.append(Attribute(name: label, value: value)) }
            rest = rest[(end + 1)...].drop(while: Self.isSpace)
        }
        return attributes
    }

    /// `bytes` as text, with references resolved.
    private func resolve(_ bytes: ArraySlice<UInt8>) throws(XMLFault) -> String {
        guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
        var result = ""
        var rest = bytes
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += String(decoding: rest[..<start], as: UTF8.self)
            guard let end = rest[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
                throw self.fault("'&' stands for itself only as '&amp;'")
            }
            let name = String(decoding: rest[(start + 1)..<end], as: UTF8.self)
            guard let character = Self.character(named: name) else {
                throw self.fault("the entity '&\(name);' is not one of XML's own")
            }
            result.append(character)
            rest = rest[(end + 1)...]
        }
        return result + String(decoding: rest, as: UTF8.self)
    }

    private static func character(named name: String) -> Character? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let number = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap(Unicode.Scalar.init).map(Character.init)
        }
    }

    private static func localName(_ name: String) -> String {
        name.firstIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
