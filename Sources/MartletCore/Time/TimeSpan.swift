/// A length of time with microsecond resolution, written `90d`, `36h`, `15m`, `30s`, `250ms` or `2w`.
///
/// A day is 24 hours and a week 7 days; months are not a length of time and are refused.
package struct TimeSpan: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let microseconds: Int64

    /// Makes a span of `microseconds`.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Makes a span of whole days of 24 hours.
    package static func days(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 86_400_000_000) }

    /// Makes a span of whole seconds.
    package static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(microseconds: count * 1_000_000) }

    /// Reads a whole number and a unit (`w`, `d`, `h`, `m`, `s`, `ms`), or returns `nil`.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), let unit = Self.unit(String(text.dropFirst(digits.count))) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        self.microseconds = product
    }

    package static func < (lhs: TimeSpan, rhs: TimeSpan) -> Bool { lhs.microseconds < rhs.microseconds }

    /// The span in its largest whole unit, such as `90d`.
    package var description: String {
        for (unit, length) in Self.units where self.microseconds.isMultiple(of: length) && self.microseconds != 0 {
            return "\(self.microseconds / length)\(unit)"
        }
        return self.microseconds == 0 ? "0s" : "\(self.microseconds)us"
    }

    /// The span in seconds.
    package var seconds: Double { Double(self.microseconds) / 1_000_000 }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let span = TimeSpan(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a time span such as 90d")
            )
        }
        self = span
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    private static let units: [(String, Int64)] = [
        ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1),
    ]

    private static func unit(_ text: String) -> Int64? {
        text == "w" ? 7 * 86_400_000_000 : self.units.first { $0.0 == text }?.1
    }
}
