import Foundation
import MartletCore

/// Days and hours of a simulation, on the clock of one zone.
struct SimulatedCalendar: Sendable {
    private let calendar: Calendar

    init(_ zone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// The midnight at which the day of `moment` begins.
    func midnight(of moment: EventTime) -> EventTime { EventTime(self.calendar.startOfDay(for: moment.date)) }

    /// The midnight `count` days after that of `moment`; days of a change of the clock are longer or shorter.
    func midnight(_ count: Int, after moment: EventTime) -> EventTime {
        let start = self.calendar.startOfDay(for: moment.date)
        return EventTime(self.calendar.date(byAdding: .day, value: count, to: start) ?? start)
    }

    /// The midnight of a date that was read as one of UTC.
    func midnight(ofDate date: EventTime) -> EventTime {
        var utc = Calendar(identifier: .gregorian)
        utc.timeZone = .gmt
        let parts = utc.dateComponents([.year, .month, .day], from: date.date)
        return EventTime(self.calendar.date(from: parts) ?? date.date)
    }

    /// The midnight of the Monday at or before `moment`.
    func monday(before moment: EventTime) -> EventTime {
        self.midnight(-(self.weekday(of: moment) + 5) % 7, after: moment)
    }

    /// The whole hour on the clock.
    func hour(of moment: EventTime) -> Int { self.calendar.component(.hour, from: moment.date) }

    /// Whether it is Saturday or Sunday.
    func isWeekend(_ moment: EventTime) -> Bool { [1, 7].contains(self.weekday(of: moment)) }

    /// Such as `Mon 2026-03-02 10:15`.
    func text(_ moment: EventTime) -> String {
        let parts = self.calendar.dateComponents([.year, .month, .day, .hour, .minute], from: moment.date)
        let two = { (number: Int?) in (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        return "\(names[self.weekday(of: moment) - 1]) \(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) "
            + "\(two(parts.hour)):\(two(parts.minute))"
    }

    /// 1 for Sunday.
    private func weekday(of moment: EventTime) -> Int { self.calendar.component(.weekday, from: moment.date) }
}
