import MartletCore

/// A moment as signatures write it, such as `20130524T000000Z`; whole seconds.
struct SigV4Time: Sendable, Hashable {
    let moment: EventTime

    init(_ moment: EventTime) { self.moment = moment }

    /// Reads a time of a request, or returns `nil`.
    init?(_ text: some StringProtocol) {
        let digits = Array(text)
        guard digits.count == 16, digits[8] == "T", digits[15] == "Z" else { return nil }
        let day = "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
        let clock = "\(String(digits[9..<11])):\(String(digits[11..<13])):\(String(digits[13..<15]))"
        guard let moment = EventTime(iso8601: "\(day)T\(clock)Z") else { return nil }
        self.moment = moment
    }

    var text: String {
        String(self.moment.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
