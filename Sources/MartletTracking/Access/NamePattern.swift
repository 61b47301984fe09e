/// A pattern of names: `*` stands for any text, also none; everything else for itself.
package struct NamePattern: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String
    /// The texts between the stars.
    private let parts: [[UInt8]]

    /// The pattern that every name fits.
    package static let everything = NamePattern(parsed: "*")

    /// Reads a pattern.
    ///
    /// - Throws: `access.invalidScope` when it is empty, longer than 250 bytes or holds control characters.
    package init(_ text: String) throws(TrackingError) {
        guard (1...250).contains(text.utf8.count), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
            throw TrackingError(
                .invalidScope,
                "the pattern '\(text.prefix(40))' cannot be used; write a name of at most 250 bytes, '*' for any text"
            )
        }
        self.init(parsed: text)
    }

    private init(parsed text: String) {
        self.description = text
        self.parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Whether `name` fits, byte for byte.
    ///
    /// - Complexity: O(name × pattern) at worst, without allocation.
    package func matches(_ name: String) -> Bool {
        guard self.parts.count > 1 else { return name.utf8.elementsEqual(self.parts[0]) }
        var rest = name.utf8[...]
        guard rest.starts(with: self.parts[0]) else { return false }
        rest = rest.dropFirst(self.parts[0].count)
        for part in self.parts[1..<(self.parts.count - 1)] {
            guard let found = Self.find(part, in: rest) else { return false }
            rest = rest[rest.index(found, offsetBy: part.count)...]
        }
        let last = self.parts[self.parts.count - 1]
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    private static func find(_ part: [UInt8], in text: Substring.UTF8View) -> String.Index? {
        var start = text.startIndex
        while true {
            let rest = text[start...]
            if rest.starts(with: part) { return start }
            guard start < text.endIndex else { return nil }
            start = text.index(after: start)
        }
    }

    package static func == (lhs: NamePattern, rhs: NamePattern) -> Bool { lhs.description == rhs.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.description) }

    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }
}
