/// Horizontal bars, the longest first, such as the importance of columns.
struct BarChart: Sendable {
    /// One bar.
    struct Bar: Sendable {
        let name: String
        let value: Double
    }

    let title: String
    let bars: [Bar]
    /// The width of the drawing; narrower ones have larger letters beside their neighbours.
    var width = 860.0
    /// Digits after the point; `nil` shows five digits that count.
    var decimals: Int?

    /// The drawing: names at the left, bars, numbers at their ends.
    func markup() -> Markup {
        let rowHeight = 26.0
        let longest = self.bars.map { Self.length($0.name) }.max() ?? 1
        let left = min(300, 16 + 6.7 * Double(longest))
        let most = self.bars.map { abs($0.value) }.filter(\.isFinite).max() ?? 1
        let room = self.width - left - 74
        var svg = SVG(width: self.width, height: rowHeight * Double(self.bars.count) + 4)
        for (index, bar) in self.bars.enumerated() {
            let top = rowHeight * Double(index) + 2
            let length = most > 0 && bar.value.isFinite ? abs(bar.value) / most * room : 0
            svg.text(Self.shortened(bar.name, to: 42), left - 10, top + 17, anchor: "end", "name")
            svg.rectangle(
                left,
                top + 5,
                max(1.5, length),
                rowHeight - 10,
                bar.value < 0 ? "bar negative" : "bar",
                radius: 2
            )
            svg.text(self.text(of: bar.value), left + length + 8, top + 17, "value")
        }
        let first = self.bars.prefix(5).map { "\($0.name) \(Figures.number($0.value))" }
        return svg.markup("chart bars", label: ([self.title] + first).joined(separator: "; "))
    }

    private func text(of value: Double) -> String {
        self.decimals.map { Figures.number(value, decimals: $0) } ?? Figures.number(value)
    }

    /// About how wide `text` is, in Latin letters; Korean letters count for two.
    static func length(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 2 : 1) } }

    /// `text` with its middle left out when it is longer than `limit`.
    static func shortened(_ text: String, to limit: Int) -> String {
        guard text.count > limit else { return text }
        return text.prefix(limit / 2 - 1) + "…" + text.suffix(limit - limit / 2)
    }
}
