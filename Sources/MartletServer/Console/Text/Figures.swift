import Foundation
import MartletCore

/// Writes numbers, times and sizes as a reader of the console sees them.
struct Figures: Sendable {
    let words: Words
    let now: EventTime

    /// A number with five digits that count, thousands grouped, such as `2,892.6`, `0.97642` or `1.2e-07`.
    static func number(_ value: Double) -> String {
        self.number(value, decimals: self.decimals(for: [value]))
    }

    /// A number with exactly `decimals` after the point, thousands grouped; tiny and huge ones with an exponent.
    static func number(_ value: Double, decimals: Int) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "−∞" : "∞" }
        let size = abs(value)
        if size != 0, size >= 1e12 || size < 1e-5 {
            return withMinus(String(format: "%.3e", locale: Self.posix, value).lowercased())
        }
        let text = String(format: "%.\(decimals)f", locale: Self.posix, size)
        let parts = text.split(separator: ".", maxSplits: 1)
        let sign = value < 0 && text.contains { $0 != "0" && $0 != "." } ? "−" : ""
        return sign + Self.grouped(parts[0]) + (parts.count > 1 ? ".\(parts[1])" : "")
    }

    /// How many decimals show five digits of the largest of `values`; none when all are whole.
    static func decimals(for values: [Double]) -> Int {
        let sizes = values.filter { $0.isFinite }.map { abs($0) }.filter { $0 < 1e12 }
        guard sizes.contains(where: { $0 != $0.rounded() }) else { return 0 }
        let largest = sizes.filter { $0 > 0 }.max() ?? 1
        return min(7, max(0, 4 - Int(log10(largest).rounded(.down))))
    }

    /// A whole number with thousands grouped.
    static func count(_ value: Int) -> String { (value < 0 ? "−" : "") + Self.grouped(String(value.magnitude)) }

    /// A size such as `4.6 kB`.
    static func bytes(_ count: Int64) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 1_000 { return unit == "B" ? "\(count) B" : Self.short(value) + " " + unit }
            value /= 1_000
        }
        return Self.short(value) + " TB"
    }

    /// A length of time such as `2.8 s`, `4 min 12 s`, `3 h 05 min` or `7 d`.
    func duration(_ seconds: Double) -> String {
        if seconds < 0.9995 { return self.words("duration.ms", String(Int((max(0, seconds) * 1_000).rounded()))) }
        if seconds < 59.95 { return self.words("duration.s", String(format: "%.1f", locale: Self.posix, seconds)) }
        let whole = Int(seconds.rounded())
        if let key = Self.wholeUnit(whole) { return self.words(key.phrase, String(whole / key.length)) }
        if whole < 3_600 { return self.words("duration.min", String(whole / 60), Self.padded(whole % 60)) }
        if whole < 86_400 { return self.words("duration.h", String(whole / 3_600), Self.padded(whole % 3_600 / 60)) }
        return self.words("duration.d", String(whole / 86_400), String(whole % 86_400 / 3_600))
    }

    /// The unit in which a length of time is a whole number, for lengths that have no smaller part worth saying.
    private static func wholeUnit(_ seconds: Int) -> (phrase: String, length: Int)? {
        if seconds < 3_600 { return seconds.isMultiple(of: 60) ? ("duration.wholeMinutes", 60) : nil }
        if seconds < 86_400 { return seconds % 3_600 < 60 ? ("duration.wholeHours", 3_600) : nil }
        return seconds % 86_400 < 3_600 ? ("duration.wholeDays", 86_400) : nil
    }

    /// How soon `moment` comes, such as `in 3 h`.
    func until(_ moment: EventTime) -> String {
        let seconds = Double(moment.microseconds - self.now.microseconds) / 1_000_000
        if seconds < 60 { return self.words["in.soon"] }
        if seconds < 3_570 { return self.words("in.minutes", String(max(1, Int((seconds / 60).rounded())))) }
        if seconds < 84_600 { return self.words("in.hours", String(max(1, Int((seconds / 3_600).rounded())))) }
        return self.words("in.days", String(max(1, Int((seconds / 86_400).rounded()))))
    }

    /// A moment to come for a template: machine text, full text and how soon.
    func next(_ moment: EventTime) -> View {
        ["iso": moment.description, "full": Self.moment(moment), "ago": self.until(moment)]
    }

    /// How long ago `moment` was, such as `3 minutes ago`.
    func ago(_ moment: EventTime) -> String {
        let seconds = Double(self.now.microseconds - moment.microseconds) / 1_000_000
        if seconds < 45 { return self.words["ago.now"] }
        if seconds < 3_570 { return self.words("ago.minutes", String(max(1, Int((seconds / 60).rounded())))) }
        if seconds < 84_600 { return self.words("ago.hours", String(max(1, Int((seconds / 3_600).rounded())))) }
        if seconds < 86_400 * 30 { return self.words("ago.days", String(max(1, Int((seconds / 86_400).rounded())))) }
        return moment.day
    }

    /// A moment as `2026-11-21 06:35:24 UTC`.
    static func moment(_ moment: EventTime) -> String {
        let text = moment.description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
    }

    /// A moment for a template: machine text, full text and how long ago.
    func view(_ moment: EventTime) -> View {
        ["iso": moment.description, "full": Self.moment(moment), "ago": self.ago(moment)]
    }

    private static let posix = Locale(identifier: "en_US_POSIX")

    private static func withMinus(_ text: String) -> String { text.replacing("-", with: "−") }

    private static func short(_ value: Double) -> String {
        String(format: value < 10 ? "%.1f" : "%.0f", locale: Self.posix, value)
    }

    private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

    private static func grouped(_ digits: some StringProtocol) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }
}
