/// One dot for each run, by two of its numbers.
struct ScatterChart: Sendable {
    /// One run.
    struct Dot: Sendable {
        let name: String
        let address: String
        let id: String
        let x: Double
        let y: Double
    }

    static let width = 560.0
    static let height = 340.0

    let horizontal: String
    let vertical: String
    let dots: [Dot]

    /// The drawing; each dot links to its run.
    func markup() -> Markup {
        let shown = self.dots.filter { $0.x.isFinite && $0.y.isFinite }
        let y = Scale(shown.map(\.y), from: Self.height - 48, to: 30, margin: 0.08)
        let rows = y.ticks(5)
        let labels = Scale.labels(rows)
        let left = 14 + 6.6 * Double(labels.map(\.count).max() ?? 1)
        let x = Scale(shown.map(\.x), from: left, to: Self.width - 20, margin: 0.08)
        var svg = SVG(width: Self.width, height: Self.height)
        for (tick, label) in zip(rows, labels) {
            guard let place = y.position(tick) else { continue }
            svg.line(left, place, Self.width - 20, place, "grid")
            svg.text(label, left - 8, place + 4, anchor: "end", "tick")
        }
        let columns = x.ticks(5)
        for (tick, label) in zip(columns, Scale.labels(columns)) {
            guard let place = x.position(tick) else { continue }
            svg.line(place, 30, place, Self.height - 48, "grid")
            svg.text(label, place, Self.height - 28, anchor: "middle", "tick")
        }
        svg.text(self.vertical, left - 8, 16, "name")
        svg.text(self.horizontal, Self.width - 20, Self.height - 8, anchor: "end", "name")
        for dot in shown {
            guard let px = x.position(dot.x), let py = y.position(dot.y) else { continue }
            let tip =
                "\(dot.name)\n\(self.horizontal) \(Figures.number(dot.x))\n\(self.vertical) \(Figures.number(dot.y))"
            svg.raw(
                #"<a href="\#(Markup.escape(dot.address))" data-run="\#(Markup.escape(dot.id))"><circle class="dot" cx="\#(SVG.text(px))" cy="\#(SVG.text(py))" r="6"><title>\#(Markup.escape(tip))</title></circle></a>"#
            )
        }
        return svg.markup("chart scatter", label: "\(self.vertical) / \(self.horizontal)")
    }
}
