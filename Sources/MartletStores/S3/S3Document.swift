import Foundation

/// An XML answer of an S3 store as a tree of elements; attributes, comments and namespaces are passed over.
struct S3Document: Sendable {
    let name: String
    private(set) var children: [S3Document] = []
    /// The text directly inside, entities resolved.
    private(set) var content = ""

    private static let depthLimit = 32

    /// Reads the root element, or returns `nil` when `bytes` are not XML.
    init?(_ bytes: Data) {
        var cursor = Cursor(bytes: Array(bytes))
        guard let name = cursor.nextTag(into: nil), case .open(let name) = name,
            let root = S3Document(name, &cursor, depth: 0)
        else { return nil }
        self = root
    }

    private init?(_ name: String, _ cursor: inout Cursor, depth: Int) {
        guard depth < Self.depthLimit else { return nil }
        self.name = name
        var text: [UInt8] = []
        while let tag = cursor.nextTag(into: { text += $0 }) {
            switch tag {
            case .open(let child):
                guard let element = S3Document(child, &cursor, depth: depth + 1) else { return nil }
                self.children.append(element)
            case .empty(let child): self.children.append(S3Document(named: child))
            case .close(let closed):
                guard closed == name else { return nil }
                self.content = Self.resolve(text)
                return
            }
        }
        return nil
    }

    private init(named name: String) { self.name = name }

    /// The text of the first child `name`, or `nil`.
    func text(_ name: String) -> String? { self.children.first { $0.name == name }?.content }

    /// The children `name`.
    func all(_ name: String) -> [S3Document] { self.children.filter { $0.name == name } }

    /// `text` with the characters that XML reserves written as entities.
    static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    private static func resolve(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains("&") else { return text }
        return text.replacing(/&(#x[0-9A-Fa-f]{1,6}|#[0-9]{1,7}|amp|lt|gt|quot|apos);/) { match -> String in
            let name = String(match.output.1)
            switch name {
            case "amp": return "&"
            case "lt": return "<"
            case "gt": return ">"
            case "quot": return "\""
            case "apos": return "'"
            default:
                let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
                return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? ""
            }
        }
    }

    private enum Tag {
        case open(String)
        case empty(String)
        case close(String)
    }

    /// The place in the bytes.
    private struct Cursor {
        let bytes: [UInt8]
        var index = 0

        /// Goes behind the next tag and hands the text before it to `text`; `nil` at the end.
        mutating func nextTag(into text: (([UInt8]) -> Void)?) -> Tag? {
            while let start = self.bytes[self.index...].firstIndex(of: UInt8(ascii: "<")) {
                text?(Array(self.bytes[self.index..<start]))
                if self.skip("<!--", until: "-->", from: start) || self.skip("<?", until: "?>", from: start) {
                    continue
                }
                guard let end = self.bytes[start...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
                self.index = end + 1
                let inside = String(decoding: self.bytes[(start + 1)..<end], as: UTF8.self)
                if inside.hasPrefix("!") { continue }
                if inside.hasPrefix("/") {
                    return .close(String(inside.dropFirst().prefix { !$0.isWhitespace }))
                }
                let name = String(inside.prefix { !$0.isWhitespace && $0 != "/" })
                return inside.hasSuffix("/") ? .empty(name) : .open(name)
            }
            return nil
        }

        private mutating func skip(_ opening: String, until closing: String, from start: Int) -> Bool {
            guard self.bytes[start...].starts(with: opening.utf8) else { return false }
            let end = Array(closing.utf8)
            var place = start
            while place + end.count <= self.bytes.count, !self.bytes[place...].starts(with: end) { place += 1 }
            self.index = min(self.bytes.count, place + end.count)
            return true
        }
    }
}
