/// Names and values as an HTML form or a URL's query writes them, in order.
struct FormText: Sendable, Hashable {
    private(set) var pairs: [(name: String, value: String)] = []

    /// Holds no pair.
    init() {}

    /// Reads `name=value&…`, with `+` for a space and `%` before hexadecimal digits; what is broken stays as written.
    init(_ text: some StringProtocol) {
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = sides.first, !name.isEmpty else { continue }
            self.pairs.append((Self.decode(name), sides.count > 1 ? Self.decode(sides[1]) : ""))
        }
    }

    /// The first value of `name` that is not empty, or `nil`.
    subscript(name: String) -> String? { self.pairs.first { $0.name == name && !$0.value.isEmpty }?.value }

    /// All values of `name` that are not empty, in order.
    func all(_ name: String) -> [String] { self.pairs.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    /// The same pairs with `name` set to `values` alone; none removes it.
    func setting(_ name: String, _ values: String?...) -> FormText { self.setting(name, all: values.compactMap { $0 }) }

    /// The same pairs with `name` set to `values` alone.
    func setting(_ name: String, all values: [String]) -> FormText {
        var changed = FormText()
        changed.pairs = self.pairs.filter { $0.name != name } + values.map { (name, $0) }
        return changed
    }

    /// The text, ready to stand after `?`.
    var text: String {
        self.pairs.filter { !$0.value.isEmpty }.map { Self.encode($0.name) + "=" + Self.encode($0.value) }
            .joined(separator: "&")
    }

    /// `path` with these pairs as its query.
    func after(_ path: String) -> String { self.text.isEmpty ? path : "\(path)?\(self.text)" }

    static func == (lhs: FormText, rhs: FormText) -> Bool { lhs.text == rhs.text }

    func hash(into hasher: inout Hasher) { hasher.combine(self.text) }

    /// `text` with everything but letters, digits, `-`, `.`, `_` and `~` as `%` and digits.
    static func encode(_ text: some StringProtocol) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }

    /// Undoes ``encode(_:)``; `plus` reads `+` as a space, as forms do and paths do not.
    static func decode(_ text: some StringProtocol, plus: Bool = true) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Self.digit(bytes[index + 1]), let low = Self.digit(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plus && bytes[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[index])
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

/// Addresses inside the console.
enum Address {
    /// Where the console begins.
    static let root = "/console"

    /// The address of `components`, each one encoded.
    static func of(_ components: String...) -> String {
        Self.root + components.map { "/" + FormText.encode($0) }.joined()
    }

    /// The address of `path` below `base`, its slashes kept.
    static func below(_ base: String, _ path: String) -> String {
        base + path.split(separator: "/").map { "/" + FormText.encode($0) }.joined()
    }
}
