/// A way of writing dates and times, such as `YYYYMMDD` or `YYYY-MM-DD HH:mm:ss`.
///
/// Parts: `YYYY`, `YY`, `MM` (month), `DD`, `HH`, `mm` (minute), `ss`, `SSS` (milliseconds), `SSSSSS` (microseconds);
/// other letters are refused, other characters stand for themselves. A pattern that holds `%` is taken as it is.
/// `epoch_seconds` and `epoch_milliseconds` read whole numbers since 1970.
package struct DatePattern: Sendable, Hashable {
    /// What the text is made of.
    package enum Kind: Sendable, Hashable {
        /// A pattern in the words of `strptime`; `length` is the exact length of a text, when every part has one.
        case calendar(specifiers: String, length: Int?)
        case epochSeconds
        case epochMilliseconds
    }

    /// What to write instead of a pattern that is not one.
    package static let advice = """
        not a date format; use the parts YYYY, YY, MM, DD, HH, mm, ss, SSS, SSSSSS (as in YYYYMMDD), \
        epoch_seconds or epoch_milliseconds
        """

    package let kind: Kind

    /// Reads `pattern`, or returns `nil` when it has letters that are no part.
    package init?(_ pattern: String) {
        if pattern == "epoch_seconds" {
            self.kind = .epochSeconds
        } else if pattern == "epoch_milliseconds" {
            self.kind = .epochMilliseconds
        } else if pattern.contains("%") {
            self.kind = .calendar(specifiers: pattern, length: nil)
        } else {
            guard let specifiers = Self.specifiers(of: pattern) else { return nil }
            self.kind = .calendar(specifiers: specifiers, length: pattern.count)
        }
    }

    private static let parts: [(String, String)] = [
        ("YYYY", "%Y"), ("SSSSSS", "%f"), ("SSS", "%g"), ("YY", "%y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"),
        ("mm", "%M"), ("ss", "%S"),
    ]

    private static func specifiers(of pattern: String) -> String? {
        var result = ""
        var rest = pattern[...]
        while let first = rest.first {
            if let (part, specifier) = Self.parts.first(where: { rest.hasPrefix($0.0) }) {
                result += specifier
                rest = rest.dropFirst(part.count)
            } else if first.isLetter, first.isASCII, first != "T", first != "Z" {
                return nil
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result.contains("%") ? result : nil
    }
}
