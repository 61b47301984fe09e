package import Foundation
package import MartletCore

/// The clock on the wall in one time zone.
package struct ZonedClock: Sendable, Hashable {
    /// The zone.
    package let zone: TimeZone

    /// Reads the clock of `zone`.
    package init(_ zone: TimeZone) { self.zone = zone }

    /// The date on the wall at `moment`, as `2026-11-21`.
    package func date(at moment: EventTime) -> String {
        CivilDay.holding(self.wall(at: Self.second(of: moment))).text
    }

    /// The first moment of a date written `2026-11-21`; `nil` for another text.
    package func dawn(of date: String) -> EventTime? {
        guard date.utf8.count == 10, let wall = EventTime(iso8601: date) else { return nil }
        return EventTime(microseconds: Int64(self.moment(showing: Self.second(of: wall))) * 1_000_000)
    }

    /// Whole seconds since the epoch, rounded down.
    static func second(of moment: EventTime) -> Int {
        let (quotient, remainder) = moment.microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Int(remainder < 0 ? quotient - 1 : quotient)
    }

    /// Seconds since 1970-01-01T00:00 on the wall.
    func wall(at second: Int) -> Int { second + self.offset(at: second) }

    /// The moment the wall shows `wall`: the first of two in a doubled hour, the end of the gap for one that is left out.
    func moment(showing wall: Int) -> Int {
        let before = self.offset(at: wall - 86_400)
        let after = self.offset(at: wall + 86_400)
        let matches = Set([before, after]).map { wall - $0 }.filter { self.wall(at: $0) == wall }
        if let first = matches.min() { return first }
        // In a gap: before it `wall - before` is too late, after it `wall - after` is too early.
        var low = min(wall - before, wall - after) - 86_400
        var high = max(wall - before, wall - after) + 86_400
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.wall(at: middle) >= wall { high = middle } else { low = middle }
        }
        return high
    }

    private func offset(at second: Int) -> Int {
        self.zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}
