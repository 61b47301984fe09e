package import MartletCore

/// Figures inside the sentences of alerts, each with words of its own.
extension Remark {
    /// A share of a whole, such as `12.5 %`.
    static func percent(_ share: Double) -> Remark {
        let rounded = (share * 1_000).rounded() / 10
        let text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
        return Remark("alert.percent", "\(text) %")
    }

    /// A length of time in whole days, hours or minutes, rounded down.
    static func length(_ span: TimeSpan) -> Remark {
        let minutes = Int(span.microseconds / 60_000_000)
        if minutes >= 2 * 24 * 60 { return Remark("alert.length.days", "\(minutes / (24 * 60)) d") }
        if minutes >= 60 { return Remark("alert.length.hours", "\(minutes / 60) h") }
        if minutes > 0 { return Remark("alert.length.minutes", "\(minutes) min") }
        return Remark("alert.length.seconds", "\(Int(span.microseconds / 1_000_000)) s")
    }

    /// All of `remarks` in one sentence; `nil` for none.
    package static func all(_ remarks: [Remark]) -> Remark? {
        guard let first = remarks.first else { return nil }
        return remarks.dropFirst().reduce(first) { Remark("alert.and", "\($0); \($1)") }
    }

    /// A window that requests are counted over.
    static func window(_ span: TimeSpan) -> Remark {
        span == .days(1) ? Remark("alert.window.day", "24h") : Remark("alert.window", "\(span)")
    }
}
