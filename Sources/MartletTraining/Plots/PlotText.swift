/// Texts in plots: how wide they will be, and how they are made to fit.
///
/// Nothing here measures a font. The estimate is a little more than common sans-serif faces need, so that what is laid
/// out by it neither overlaps nor is cut.
enum PlotText {
    /// The width of `text` in pixels at a font of `size` pixels.
    static func width(_ text: String, size: Double) -> Double {
        var units = 0.0
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20, 0x21, 0x27, 0x28, 0x29, 0x2C, 0x2E, 0x3A, 0x3B, 0x49, 0x69, 0x6A, 0x6C, 0x74, 0x66, 0x72:
                units += 0.36
            case 0x4D, 0x57, 0x6D, 0x77, 0x40, 0x25: units += 0.92
            case 0x41...0x5A: units += 0.71
            case 0x300...0x36F, 0x200B...0x200D, 0xFE00...0xFE0F: break
            case 0x1100...0x11FF, 0x2E80...0xD7FF, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x1F000...0x3FFFF: units += 1
            default: units += 0.6
            }
        }
        return units * size
    }

    /// `text`, its middle left out where it is wider than `limit` pixels: names differ most at their ends.
    static func fitted(_ text: String, size: Double, limit: Double) -> String {
        guard self.width(text, size: size) > limit else { return text }
        let characters = Array(text)
        var kept = characters.count - 1
        while kept > 2 {
            let head = (kept + 1) / 2
            let shorter = String(characters.prefix(head)) + "…" + String(characters.suffix(kept - head))
            if self.width(shorter, size: size) <= limit { return shorter }
            kept -= 1
        }
        return String(characters.prefix(2)) + "…"
    }

    /// `text` as XML content or an attribute; what XML cannot hold is left out.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n", "\r": escaped += " "
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
                if isAllowed { escaped.unicodeScalars.append(scalar) }
            }
        }
        return escaped
    }
}
