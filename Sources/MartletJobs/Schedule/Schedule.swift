package import Foundation
package import MartletCore

/// When a pipeline starts by the clock.
package enum Schedule: Sendable, Hashable {
    /// At the moments an expression names on the clock of a zone.
    ///
    /// A moment that the change to summer time leaves out comes once, right after the gap; one that comes twice in
    /// autumn counts the first time only. An expression for every hour (`*` in the second field) follows real time, so
    /// nothing is left out and nothing is held back.
    case cron(CronExpression, TimeZone)
    /// At whole multiples of a span since 1970-01-01T00:00Z.
    case interval(TimeSpan)

    /// The first tick after `moment`; `nil` when none comes within 12 years.
    package func next(after moment: EventTime) -> EventTime? {
        switch self {
        case .interval(let span):
            guard span.microseconds > 0 else { return nil }
            let (quotient, remainder) = moment.microseconds.quotientAndRemainder(dividingBy: span.microseconds)
            return EventTime(microseconds: ((remainder < 0 ? quotient - 1 : quotient) + 1) * span.microseconds)
        case .cron(let expression, let zone):
            let second = ZonedClock.second(of: moment)
            let clock = ZonedClock(zone)
            let found =
                expression.isHourly
                ? Self.nextHourly(expression, clock, after: second) : Self.nextDaily(expression, clock, after: second)
            return found.map { EventTime(microseconds: Int64($0) * 1_000_000) }
        }
    }

    /// The ticks after `start` up to `end`, the oldest first, `limit` at most.
    package func ticks(after start: EventTime, through end: EventTime, limit: Int) -> [EventTime] {
        var ticks: [EventTime] = []
        var moment = start
        while ticks.count < limit, let tick = self.next(after: moment), tick <= end {
            ticks.append(tick)
            moment = tick
        }
        return ticks
    }

    /// The newest tick after `start` up to `end`, and how many lie before it.
    ///
    /// - Returns: `nil` when no tick is due. The count stops at 10,000.
    package func newest(after start: EventTime, through end: EventTime) -> (tick: EventTime, missed: Int)? {
        if case .interval(let span) = self, span.microseconds > 0 {
            guard let first = self.next(after: start), first <= end else { return nil }
            let count = (end.microseconds - first.microseconds) / span.microseconds
            return (EventTime(microseconds: first.microseconds + count * span.microseconds), Int(min(count, 10_000)))
        }
        var missed = -1
        var newest: EventTime?
        var moment = start
        while let tick = self.next(after: moment), tick <= end {
            newest = tick
            moment = tick
            missed += 1
            // After a long rest only the newest counts: go on from a day before the end.
            if missed == 10_000 {
                missed -= 1
                moment = max(moment, end - .days(1))
            }
        }
        return newest.map { ($0, min(missed, 10_000)) }
    }

    private static let dayLimit = 12 * 366

    private static func nextDaily(_ expression: CronExpression, _ clock: ZonedClock, after second: Int) -> Int? {
        var day = CivilDay.holding(clock.wall(at: second) - 86_400)
        for _ in 0...self.dayLimit {
            if expression.fits(month: day.month, day: day.day, weekday: day.weekday) {
                for hour in expression.hour.values {
                    for minute in expression.minute.values {
                        let moment = clock.moment(showing: day.seconds + hour * 3_600 + minute * 60)
                        if moment > second { return moment }
                    }
                }
            }
            day = day.next
        }
        return nil
    }

    private static func nextHourly(_ expression: CronExpression, _ clock: ZonedClock, after second: Int) -> Int? {
        var wall = clock.wall(at: second)
        // Zones have offsets of whole minutes since 1972, so a minute on the wall is one of real time.
        var moment = second + 60 - ((wall % 60) + 60) % 60
        let end = second + self.dayLimit * 86_400
        while moment <= end {
            wall = clock.wall(at: moment)
            let day = CivilDay.holding(wall)
            let inDay = wall - day.seconds
            if !expression.fits(month: day.month, day: day.day, weekday: day.weekday) {
                // Up to three hours before midnight nothing can be missed, whatever the clock does.
                moment += max(60, 86_400 - inDay - 10_800)
            } else if expression.minute.contains(inDay / 60 % 60) {
                return moment
            } else {
                moment += 60
            }
        }
        return nil
    }
}
