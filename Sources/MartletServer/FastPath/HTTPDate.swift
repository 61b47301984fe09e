import MartletCore

/// The value of the `Date` header, worked out once a second.
struct HTTPDate {
    private var second: Int64 = .min
    private var cached = ""

    /// The text for the moment `now`, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    ///
    /// - Source: RFC 9110 §5.6.7, IMF-fixdate.
    mutating func text(at now: EventTime) -> String {
        let second = now.microseconds / 1_000_000
        guard second != self.second else { return self.cached }
        self.second = second
        // 1970-01-01 was a Thursday.
        let weekday = Self.weekdays[Int((second / 86_400 + 4) % 7)]
        let day = now.day.split(separator: "-")
        let month = Int(day[1]).map { Self.months[$0 - 1] } ?? ""
        let time = [second / 3_600 % 24, second / 60 % 60, second % 60]
            .map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: ":")
        self.cached = "\(weekday), \(day[2]) \(month) \(day[0]) \(time) GMT"
        return self.cached
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
