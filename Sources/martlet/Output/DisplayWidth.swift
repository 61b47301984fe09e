/// How many columns of a terminal a text takes.
enum DisplayWidth {
    /// The columns `text` takes: Korean, Chinese, Japanese and emoji characters count 2, combining marks 0.
    static func of(_ text: String) -> Int {
        text.reduce(0) { $0 + Self.of($1) }
    }

    /// `text` cut to at most `width` columns, with `…` at the end when something was cut.
    static func cut(_ text: String, to width: Int) -> String {
        guard Self.of(text) > width else { return text }
        var kept = ""
        var used = 0
        for character in text {
            let columns = Self.of(character)
            if used + columns > width - 1 { break }
            kept.append(character)
            used += columns
        }
        return kept + "…"
    }

    private static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.properties.generalCategory == .nonspacingMark { return 0 }
        return Self.wideRanges.contains { $0.contains(first.value) } ? 2 : 1
    }

    /// The blocks that Unicode Standard Annex 11 marks as wide or full width.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]
}
