/// Blanks comments and string literals, so that rules see code only.
///
/// Lines and columns stay where they are. An interpolation inside a string is blanked with it, which is enough for the
/// rules here: none of them looks for a call that could stand only there.
enum SwiftLexer {
    static func codeOnly(_ text: String) -> [Substring] {
        // Bytes, not characters: all that is looked for is ASCII, and a tree of a hundred thousand lines is read.
        var bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let end = Self.endOfSkipped(bytes, from: index)
            for position in index..<end where bytes[position] != UInt8(ascii: "\n") {
                bytes[position] = UInt8(ascii: " ")
            }
            index = max(end, index + 1)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Where the comment or literal that starts at `start` ends; `start` itself when none does.
    private static func endOfSkipped(_ text: [UInt8], from start: Int) -> Int {
        // Nearly every byte begins nothing.
        switch text[start] {
        case UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "\""): break
        default: return start
        }
        if Self.starts(text, with: "//", at: start) {
            return text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        }
        if Self.starts(text, with: "/*", at: start) {
            var index = start + 2
            while index < text.count, !Self.starts(text, with: "*/", at: index) { index += 1 }
            return min(text.count, index + 2)
        }
        return Self.endOfString(text, from: start)
    }

    private static func endOfString(_ text: [UInt8], from start: Int) -> Int {
        var hashes = 0
        while start + hashes < text.count, text[start + hashes] == UInt8(ascii: "#") { hashes += 1 }
        let opening = start + hashes
        guard opening < text.count, text[opening] == UInt8(ascii: "\"") else { return start }
        let guardText = String(repeating: "#", count: hashes)
        let isLong = Self.starts(text, with: "\"\"\"", at: opening)
        let quote = (isLong ? "\"\"\"" : "\"") + guardText
        var index = opening + (isLong ? 3 : 1)
        var depth = 0
        while index < text.count {
            if Self.starts(text, with: "\\" + guardText + "(", at: index) {
                depth += 1
                index += 2 + hashes
            } else if depth > 0 {
                if text[index] == UInt8(ascii: "\"") {
                    index = Self.endOfString(text, from: index)
                    continue
                }
                depth += text[index] == UInt8(ascii: "(") ? 1 : text[index] == UInt8(ascii: ")") ? -1 : 0
                index += 1
            } else if hashes == 0, text[index] == UInt8(ascii: "\\") {
                index += 2
            } else if Self.starts(text, with: quote, at: index) {
                return index + quote.utf8.count
            } else {
                index += 1
            }
        }
        return text.count
    }

    private static func starts(_ text: [UInt8], with prefix: String, at index: Int) -> Bool {
        var position = index
        for byte in prefix.utf8 {
            guard position < text.count, text[position] == byte else { return false }
            position += 1
        }
        return true
    }
}
