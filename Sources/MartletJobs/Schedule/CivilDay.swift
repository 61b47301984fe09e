/// A day of the proleptic Gregorian calendar, without a zone.
///
/// - Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.
struct CivilDay: Sendable, Hashable {
    /// Days since 1970-01-01.
    let number: Int

    var month: Int { self.parts.month }
    var day: Int { self.parts.day }
    /// Days since Sunday.
    var weekday: Int { ((self.number + 4) % 7 + 7) % 7 }
    /// Seconds from 1970-01-01T00:00 to its midnight, on the clock of any zone.
    var seconds: Int { self.number * 86_400 }

    /// The day that holds the wall-clock second `seconds`.
    static func holding(_ seconds: Int) -> CivilDay {
        CivilDay(number: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }

    var next: CivilDay { CivilDay(number: self.number + 1) }

    /// As `2026-11-21`.
    var text: String {
        let (year, month, day) = self.parts
        let padded = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(padded(month))-\(padded(day))"
    }

    private var parts: (year: Int, month: Int, day: Int) {
        let shifted = self.number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}
