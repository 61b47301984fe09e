package import Foundation

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
///
/// Used for event timestamps (when it was true) and created timestamps (when we learned it). Always UTC; a source that
/// writes local time names its zone in the source file, and ingest converts once.
package struct EventTime: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    package let microseconds: Int64

    /// Names the moment `microseconds` after the epoch.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Names the moment of `date`, rounded to the microsecond.
    package init(_ date: Date) {
        self.microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
    }

    /// Reads ISO 8601: `2023-05-23`, `2023-05-23T10:15:00`, with fraction, `Z` or an offset such as `+09:00`.
    ///
    /// A space may stand in place of `T`. Without a zone the text is taken as UTC; a date alone is its midnight.
    /// Returns `nil` when the text is anything else, including a day that does not exist.
    package init?(iso8601 text: String) {
        guard let moment = ISO8601Parser.parse(text) else { return nil }
        self = moment
    }

    /// The moment now by the system clock.
    ///
    /// Only the composition root calls this; everything else takes the time as a parameter.
    package static var now: EventTime { EventTime(Date()) }

    package static func < (lhs: EventTime, rhs: EventTime) -> Bool { lhs.microseconds < rhs.microseconds }

    /// The same moment as a `Date`.
    package var date: Date { Date(timeIntervalSince1970: Double(self.microseconds) / 1_000_000) }

    /// ISO 8601 in UTC, such as `2023-05-23T10:15:00Z`; a fraction of six digits only when it is not zero.
    package var description: String { ISO8601Parser.format(self) }

    /// The UTC day, such as `2023-05-23`.
    package var day: String { String(self.description.prefix { $0 != "T" }) }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let moment = EventTime(iso8601: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an ISO 8601 time")
            )
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.description)
    }

    /// The moment `span` later, held at the largest representable moment on overflow.
    package static func + (moment: EventTime, span: TimeSpan) -> EventTime {
        let (sum, overflow) = moment.microseconds.addingReportingOverflow(span.microseconds)
        return EventTime(microseconds: overflow ? .max : sum)
    }

    /// The moment `span` earlier, held at the smallest representable moment on overflow.
    package static func - (moment: EventTime, span: TimeSpan) -> EventTime {
        let (difference, overflow) = moment.microseconds.subtractingReportingOverflow(span.microseconds)
        return EventTime(microseconds: overflow ? .min : difference)
    }
}
