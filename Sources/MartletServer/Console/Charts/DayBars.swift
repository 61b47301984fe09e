/// How many a day, as small bars, the last one for today.
struct DayBars: Sendable {
    /// What a screen reader says first.
    let label: String
    /// Dates with counts, the oldest first.
    let days: [(date: String, count: Int)]

    private static let height = 36.0
    private static let step = 12.0

    /// The drawing; each bar tells its day under the pointer.
    func markup() -> Markup {
        let most = Double(self.days.map(\.count).max() ?? 0)
        var svg = SVG(width: Self.step * Double(max(1, self.days.count)), height: Self.height)
        for (index, day) in self.days.enumerated() {
            let left = Self.step * Double(index) + 1
            let height = most > 0 ? (Self.height - 3) * Double(day.count) / most : 0
            let style = day.count == 0 ? "none" : index == self.days.count - 1 ? "day today" : "day"
            let shown = max(day.count == 0 ? 1 : 2, height)
            svg.raw("<g><title>\(Markup.escape(day.date)): \(Figures.count(day.count))</title>")
            svg.rectangle(left, Self.height - shown, Self.step - 2.5, shown, style, radius: 1)
            svg.raw("</g>")
        }
        let last = self.days.suffix(3).map { "\($0.date) \(Figures.count($0.count))" }
        return svg.markup("day-bars", label: ([self.label] + last).joined(separator: "; "))
    }
}
