/// Blanks comments and string literals, so that rules see code only.
///
/// Lines and columns stay where they are. An interpolation inside a string is blanked with it, which is enough for the
/// rules here: none of them looks for a call that could stand only there.
enum SwiftLexer {
    static func codeOnly(_ text: String) -> [Substring] {
        var output: [Character] = []
        let characters = Array(text)
        var index = 0
        while index < characters.count {
            let end = Self.endOfSkipped(characters, from: index)
            if end > index {
                output += characters[index..<end].map { $0 == "\n" ? "\n" : " " }
                index = end
            } else {
                output.append(characters[index])
                index += 1
            }
        }
        return String(output).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Where the comment or literal that starts at `start` ends; `start` itself when none does.
    private static func endOfSkipped(_ text: [Character], from start: Int) -> Int {
        if Self.starts(text, with: "//", at: start) {
            return text[start...].firstIndex(of: "\n") ?? text.count
        }
        if Self.starts(text, with: "/*", at: start) {
            var index = start + 2
            while index < text.count, !Self.starts(text, with: "*/", at: index) { index += 1 }
            return min(text.count, index + 2)
        }
        return Self.endOfString(text, from: start)
    }

    private static func endOfString(_ text: [Character], from start: Int) -> Int {
        var hashes = 0
        while start + hashes < text.count, text[start + hashes] == "#" { hashes += 1 }
        let opening = start + hashes
        guard opening < text.count, text[opening] == "\"" else { return start }
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
                if text[index] == "\"" {
                    index = Self.endOfString(text, from: index)
                    continue
                }
                depth += text[index] == "(" ? 1 : text[index] == ")" ? -1 : 0
                index += 1
            } else if hashes == 0, text[index] == "\\" {
                index += 2
            } else if Self.starts(text, with: quote, at: index) {
                return index + quote.count
            } else {
                index += 1
            }
        }
        return text.count
    }

    private static func starts(_ text: [Character], with prefix: String, at index: Int) -> Bool {
        var position = index
        for character in prefix {
            guard position < text.count, text[position] == character else { return false }
            position += 1
        }
        return true
    }
}
