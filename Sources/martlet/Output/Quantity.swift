import Foundation
import MartletCore

/// Figures as a person reads them.
enum Quantity {
    /// A whole number with separators: `23,529`.
    static func count(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = String(digits.dropLast(3))
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// A number with separators and as many decimals as its size deserves: `11,040.7`, `0.9234`.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞" }
        let size = value.magnitude
        if size >= 1e15 || (size != 0 && size < 1e-4) { return String(format: "%.3e", value) }
        if value == value.rounded(), size < 1e15 { return Self.count(Int(value)) }
        let decimals = size >= 1_000 ? 1 : size >= 100 ? 2 : size >= 1 ? 3 : 4
        let parts = String(format: "%.\(decimals)f", value).split(separator: ".", maxSplits: 1)
        let whole = Self.count(Int(parts[0]) ?? 0)
        let sign = value < 0 && !whole.hasPrefix("-") ? "-" : ""
        return sign + whole + (parts.count > 1 ? "." + parts[1] : "")
    }

    /// A length of time: `0.8 ms`, `340 ms`, `2.31 s`, `3 min 05 s`.
    static func duration(_ seconds: Double) -> String {
        if seconds < 0.01 { return String(format: "%.2f ms", seconds * 1_000) }
        if seconds < 1 { return String(format: "%.0f ms", seconds * 1_000) }
        if seconds < 60 { return String(format: "%.2f s", seconds) }
        let whole = Int(seconds.rounded())
        return "\(whole / 60) min " + String(format: "%02d s", whole % 60)
    }

    /// A length of time in its largest units, for ages: `45 s`, `12 min`, `5 h`, `31 d`.
    static func age(_ seconds: Double) -> String {
        if seconds < 120 { return "\(Int(seconds)) s" }
        if seconds < 7_200 { return "\(Int(seconds / 60)) min" }
        if seconds < 172_800 { return "\(Int(seconds / 3_600)) h" }
        return Self.count(Int(seconds / 86_400)) + " d"
    }

    /// Bytes in the nearest unit: `4.6 MB`.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 1_000 { return unit == "B" ? "\(count) B" : String(format: "%.1f %@", value, unit as NSString) }
            value /= 1_000
        }
        return String(format: "%.1f TB", value)
    }

    /// A moment to the second, or only its day when it is a midnight: `2023-05-23 10:15:00`.
    static func moment(_ time: EventTime) -> String {
        let text = String(time.description.prefix(19)).replacing("T", with: " ")
        return text.hasSuffix(" 00:00:00") ? String(text.prefix(10)) : text
    }
}
