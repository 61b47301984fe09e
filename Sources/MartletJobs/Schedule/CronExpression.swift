import MartletCore

/// A cron expression of five fields: minute, hour, day of month, month, day of week.
///
/// Lists, ranges, steps, English names of months and days, and `@hourly`, `@daily`, `@midnight`, `@weekly`,
/// `@monthly`, `@yearly`, `@annually`. When both day fields are restricted, a day that fits either is a day.
///
/// - Source: IEEE Std 1003.1-2017, "crontab"; names, steps and `@` words as in Vixie cron's crontab(5).
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// As the user wrote it, single spaces between the fields.
    package let description: String
    let minute: CronField
    let hour: CronField
    let dayOfMonth: CronField
    let month: CronField
    let dayOfWeek: CronField

    /// Each day at midnight.
    static let daily = CronExpression(
        description: "0 0 * * *",
        minute: CronField(values: [0], isOpen: false),
        hour: CronField(values: [0], isOpen: false),
        dayOfMonth: CronField(values: Array(1...31), isOpen: true),
        month: CronField(values: Array(1...12), isOpen: true),
        dayOfWeek: CronField(values: Array(0...6), isOpen: true)
    )

    private init(
        description: String,
        minute: CronField,
        hour: CronField,
        dayOfMonth: CronField,
        month: CronField,
        dayOfWeek: CronField
    ) {
        self.description = description
        self.minute = minute
        self.hour = hour
        self.dayOfMonth = dayOfMonth
        self.month = month
        self.dayOfWeek = dayOfWeek
    }

    private static let words = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// Reads an expression.
    ///
    /// - Throws: `job.invalid`, with the field that cannot be read; also for a date that never comes, such as 30 February.
    package init(_ text: String) throws(JobError) {
        let written = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if written.hasPrefix("@"), Self.words[written.lowercased()] == nil {
            throw JobError(
                .jobInvalid,
                "'\(text)' is no cron expression; the words are \(Self.words.keys.sorted().joined(separator: ", "))."
                    + NearestName.suggestion(written, among: Self.words.keys.sorted())
            )
        }
        let fields = (Self.words[written.lowercased()] ?? written).split(separator: " ").map(String.init)
        guard fields.count == 5 else {
            throw JobError(
                .jobInvalid,
                "'\(text)' has \(fields.count) field\(fields.count == 1 ? "" : "s"), a cron expression has 5: minute, "
                    + "hour, day of month, month, day of week; 02:00 each day is '0 2 * * *'"
            )
        }
        self.description = written
        self.minute = try Self.read(fields[0], .minute, of: text)
        self.hour = try Self.read(fields[1], .hour, of: text)
        self.dayOfMonth = try Self.read(fields[2], .dayOfMonth, of: text)
        self.month = try Self.read(fields[3], .month, of: text)
        self.dayOfWeek = try Self.read(fields[4], .dayOfWeek, of: text)
        let longest = self.month.values.map { [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][$0 - 1] }.max() ?? 31
        if (self.dayOfMonth.values.first ?? 1) > longest, !self.isWeekdayEnough {
            throw JobError(
                .jobInvalid,
                "'\(text)' names a day that no such month has, so it would never come; correct day of month or month"
            )
        }
    }

    private static func read(
        _ field: String,
        _ kind: CronField.Kind,
        of text: String
    ) throws(JobError) -> CronField {
        switch CronField.read(field, kind) {
        case .success(let field): return field
        case .failure(let fault):
            throw JobError(.jobInvalid, "'\(text)' is no cron expression: \(fault.sentence)")
        }
    }

    /// Whether a day of the week makes a day whatever its number.
    private var isWeekdayEnough: Bool { !self.dayOfMonth.isOpen && !self.dayOfWeek.isOpen }

    /// Whether ticks follow real time, hour after hour, and not the clock on the wall.
    var isHourly: Bool { self.hour.values.count == 24 }

    /// Whether the calendar day fits; `weekday` counts from Sunday, 0.
    func fits(month: Int, day: Int, weekday: Int) -> Bool {
        guard self.month.contains(month) else { return false }
        let (number, name) = (self.dayOfMonth.contains(day), self.dayOfWeek.contains(weekday))
        return self.isWeekdayEnough ? number || name : number && name
    }
}
