/// How far columns moved, each as a bar with its bounds, against the limit.
struct DriftBars: Sendable {
    /// One column.
    struct Bar: Sendable {
        let name: String
        let value: Double
        let lower: Double
        let upper: Double
        /// The style class of its verdict: `approved`, `pending` or `rejected`.
        let style: String
    }

    let title: String
    let bars: [Bar]
    /// The distance up to which a column counts as the same.
    let limit: Double
    let limitName: String

    private static let width = 860.0
    private static let rowHeight = 26.0

    /// The drawing, the bars in the order given.
    func markup() -> Markup {
        let longest = self.bars.map { BarChart.length($0.name) }.max() ?? 1
        let left = min(300, 16 + 6.7 * Double(longest))
        let most = max((self.bars.map(\.upper) + [self.limit * 1.25]).filter(\.isFinite).max() ?? 1, 1e-9)
        let room = Self.width - left - 74
        let bottom = Self.rowHeight * Double(self.bars.count) + 4
        var svg = SVG(width: Self.width, height: bottom + 20)
        for (index, bar) in self.bars.enumerated() {
            let top = Self.rowHeight * Double(index) + 2
            let middle = top + Self.rowHeight / 2
            let place: (Double) -> Double = { left + min(max($0, 0), most) / most * room }
            svg.text(BarChart.shortened(bar.name, to: 42), left - 10, top + 17, anchor: "end", "name")
            svg.rectangle(left, top + 6, max(1.5, place(bar.value) - left), Self.rowHeight - 12, bar.style, radius: 2)
            svg.line(place(bar.lower), middle, place(bar.upper), middle, "whisker")
            let end = max(place(bar.upper), place(bar.value))
            svg.text(Figures.number(bar.value, decimals: 3), end + 8, top + 17, "value")
        }
        let edge = left + self.limit / most * room
        svg.line(edge, 0, edge, bottom, "limit")
        let limit = "\(self.limitName) \(Figures.number(self.limit, decimals: 2))"
        svg.text(limit, edge, bottom + 14, anchor: "middle", "tick")
        let first = self.bars.prefix(5).map { "\($0.name) \(Figures.number($0.value, decimals: 3))" }
        return svg.markup("chart bars drift-bars", label: ([self.title] + first).joined(separator: "; "))
    }
}
