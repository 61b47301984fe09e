import MartletCore

/// An estimate with its bounds over time, and the lines that decide.
struct BandChart: Sendable {
    /// A value and the bounds around it.
    struct Point: Sendable {
        let x: Double
        let value: Double
        let lower: Double
        let upper: Double
    }

    /// A level that bounds are held against.
    struct Line: Sendable {
        let name: String
        let value: Double
    }

    let title: String
    let names: (value: String, lower: String, upper: String)
    let points: [Point]
    let lines: [Line]
    /// How far the abscissa reaches at least.
    let end: Double

    private static let height = 300.0

    /// The drawing, in percent, with its numbers as JSON for the script that shows them under the pointer.
    func markup() -> Markup {
        let points = self.thinned
        let settled = points.dropFirst(points.count / 10)
        let levels = self.lines.map(\.value)
        let reach =
            settled.flatMap { [$0.lower, $0.upper] } + levels + points.suffix(1).flatMap { [$0.lower, $0.upper] }
        let y = Scale(reach.map { $0 * 100 }, from: Self.height - 30, to: 12)
        let ticks = y.ticks(6)
        let labels = Scale.labels(ticks).map { $0 + " %" }
        let left = 14 + 6.6 * Double(labels.map(\.count).max() ?? 1)
        let width = LineChart.wideWidth
        let x = Scale(points.map(\.x) + [0, self.end], from: left, to: width - 12, margin: 0)
        var svg = SVG(width: width, height: Self.height)
        for (tick, label) in zip(ticks, labels) {
            guard let place = y.position(tick) else { continue }
            svg.line(left, place, width - 12, place, "grid")
            svg.text(label, left - 8, place + 4, anchor: "end", "tick")
        }
        let columns = x.ticks(7)
        for (tick, label) in zip(columns, Scale.labels(columns)) {
            guard let place = x.position(tick) else { continue }
            svg.text(label, place, Self.height - 10, anchor: "middle", "tick")
        }
        func place(_ point: Point, _ value: Double) -> (Double, Double)? {
            guard let px = x.position(point.x), let py = y.position(value * 100) else { return nil }
            return (px, min(max(py, 2), Self.height - 26))
        }
        let upper = points.compactMap { place($0, $0.upper) }
        let lower = points.compactMap { place($0, $0.lower) }
        svg.raw(#"<path class="band" d="\#(Self.area(upper + lower.reversed()))"/>"#)
        svg.path([upper], "curve bound")
        svg.path([lower], "curve bound")
        svg.path([points.compactMap { place($0, $0.value) }], "curve s0", #"data-series="0""#)
        for line in self.lines {
            guard let level = y.position(line.value * 100) else { continue }
            svg.line(left, level, width - 12, level, line.value == 0 ? "axis zero" : "axis wanted")
            let isLowest = line.value == self.lines.map(\.value).min()
            svg.text(line.name, width - 16, level + (isLowest ? 15 : -6), anchor: "end", "boundary")
        }
        svg.raw(#"<g class="pointer" hidden=""></g>"#)
        let series = [
            LineChart.Series(name: self.names.upper, points: points.map { ($0.x, $0.upper * 100) }, colour: 7),
            LineChart.Series(name: self.names.value, points: points.map { ($0.x, $0.value * 100) }, colour: 0),
            LineChart.Series(name: self.names.lower, points: points.map { ($0.x, $0.lower * 100) }, colour: 7),
        ]
        let data = Markup.escape(LineChart.json(series, x, y, height: Self.height).canonicalText)
        return svg.markup("chart line band-chart", label: self.label, #"data-chart="\#(data)""#)
    }

    /// What a screen reader says: where the bounds are now.
    private var label: String {
        guard let last = self.points.last else { return self.title }
        let figures = [last.value, last.lower, last.upper].map { Figures.number($0 * 100, decimals: 2) + " %" }
        return "\(self.title): \(figures[0]) (\(figures[1]) … \(figures[2]))"
    }

    private var thinned: [Point] {
        guard self.points.count > LineChart.pointLimit else { return self.points }
        let step = Double(self.points.count - 1) / Double(LineChart.pointLimit - 1)
        return (0..<LineChart.pointLimit).map { self.points[Int((Double($0) * step).rounded())] }
    }

    private static func area(_ points: [(Double, Double)]) -> String {
        points.enumerated().map { ($0 == 0 ? "M" : "L") + SVG.text($1.0) + " " + SVG.text($1.1) }.joined()
            + (points.isEmpty ? "" : "Z")
    }
}
