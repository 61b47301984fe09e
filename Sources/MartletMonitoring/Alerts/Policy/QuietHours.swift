package import Foundation
package import MartletCore

/// Hours of the day in which only what cannot wait is told.
///
/// They go by the clock on the wall, so that they stay where they are when daylight saving begins or ends.
package struct QuietHours: Sendable, Hashable {
    /// Minutes after midnight; the first belongs to them, the last does not.
    package let from: Int
    package let to: Int
    package let zone: TimeZone

    /// Names hours from one minute of the day to another; `from` after `to` passes midnight.
    package init(from: Int, to: Int, zone: TimeZone) {
        self.from = from
        self.to = to
        self.zone = zone
    }

    /// Whether they hold at `moment`.
    package func hold(at moment: EventTime) -> Bool {
        let second = Int((Double(moment.microseconds) / 1_000_000).rounded(.down))
        let wall = second + self.zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
        let minute = ((wall % 86_400) + 86_400) % 86_400 / 60
        return self.from <= self.to
            ? self.from <= minute && minute < self.to : self.from <= minute || minute < self.to
    }
}

extension QuietHours: DocumentObject {
    package init(from reader: ObjectReader) {
        let from = reader.required("from", String.self, "When they begin, such as 22:00.")
        let to = reader.required("to", String.self, "When they end, such as 08:00.")
        let zone = reader.value(
            "zone",
            default: "UTC",
            "The time zone of both, such as Asia/Seoul.",
            documentedDefault: "UTC"
        )
        for (key, text) in [("from", from), ("to", to)] where reader.has(key) && Self.minute(text) == nil {
            reader.report(.documentInvalidValue, "'\(text)' is no time of day; write it as 22:00", at: key)
        }
        if let minute = Self.minute(from), minute == Self.minute(to) {
            reader.report(.documentInvalidValue, "they end when they begin, at \(from); give another end", at: "to")
        }
        if TimeZone(identifier: zone) == nil {
            let near = NearestName.suggestion(zone, among: TimeZone.knownTimeZoneIdentifiers)
            reader.report(.documentInvalidValue, "'\(zone)' is no time zone.\(near)", at: "zone")
        }
        self.init(
            from: Self.minute(from) ?? 0,
            to: Self.minute(to) ?? 0,
            zone: TimeZone(identifier: zone) ?? .gmt
        )
    }

    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isASCII) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}
