import MartletCore

/// Curves over steps or time.
struct LineChart: Sendable {
    /// One curve.
    struct Series: Sendable {
        let name: String
        /// Horizontal and vertical values in order; a value that is not finite leaves a gap.
        let points: [(x: Double, y: Double)]
        /// Which of the eight colours it has.
        let colour: Int
    }

    static let width = 560.0
    /// The width of a chart that has the page to itself.
    static let wideWidth = 980.0
    static let height = 250.0
    /// More points than the drawing has pixels say nothing more.
    static let pointLimit = 400

    let title: String
    let series: [Series]
    let isLogarithmic: Bool
    var isWide = false

    private var width: Double { self.isWide ? Self.wideWidth : Self.width }

    /// The drawing, with its numbers as JSON for the script that shows them under the pointer.
    func markup() -> Markup {
        let kept = self.series.map { Series(name: $0.name, points: Self.thinned($0.points), colour: $0.colour) }
        let y = Scale(
            kept.flatMap { $0.points.map(\.y) },
            from: Self.height - 30,
            to: 12,
            isLogarithmic: self.isLogarithmic
        )
        let ticks = y.ticks(5)
        let labels = Scale.labels(ticks)
        let left = 14 + 6.6 * Double(labels.map(\.count).max() ?? 1)
        let x = Scale(kept.flatMap { $0.points.map(\.x) }, from: left, to: self.width - 12, margin: 0)
        var svg = SVG(width: self.width, height: Self.height)
        for (tick, label) in zip(ticks, labels) {
            guard let place = y.position(tick) else { continue }
            svg.line(left, place, self.width - 12, place, "grid")
            svg.text(label, left - 8, place + 4, anchor: "end", "tick")
        }
        let columns = x.ticks(6)
        for (tick, label) in zip(columns, Scale.labels(columns)) {
            guard let place = x.position(tick) else { continue }
            svg.text(label, place, Self.height - 10, anchor: "middle", "tick")
        }
        for (index, series) in kept.enumerated() {
            svg.path(Self.parts(series, x, y), "curve s\(series.colour % 8)", #"data-series="\#(index)""#)
            if series.points.count == 1, let only = series.points.first, let px = x.position(only.x),
                let py = y.position(only.y)
            {
                svg.raw(
                    #"<circle class="dot s\#(series.colour % 8)" cx="\#(SVG.text(px))" cy="\#(SVG.text(py))" r="3.5"/>"#
                )
            }
        }
        svg.raw(#"<g class="pointer" hidden=""></g>"#)
        let data = Markup.escape(Self.json(kept, x, y).canonicalText)
        return svg.markup("chart line", label: self.label, #"data-chart="\#(data)""#)
    }

    /// What a screen reader says: where each curve begins and ends.
    private var label: String {
        let parts = self.series.compactMap { series -> String? in
            guard let first = series.points.first, let last = series.points.last else { return nil }
            return "\(series.name): \(Figures.number(first.y)) → \(Figures.number(last.y))"
        }
        return ([self.title] + parts).joined(separator: "; ")
    }

    private static func parts(_ series: Series, _ x: Scale, _ y: Scale) -> [[(Double, Double)]] {
        var parts: [[(Double, Double)]] = [[]]
        for point in series.points {
            if let px = x.position(point.x), let py = y.position(point.y) {
                parts[parts.count - 1].append((px, py))
            } else if parts.last?.isEmpty == false {
                parts.append([])
            }
        }
        return parts
    }

    /// The numbers of a drawing of `height`, for the script that shows them under the pointer.
    static func json(_ series: [Series], _ x: Scale, _ y: Scale, height: Double = Self.height) -> JSONValue {
        .object([
            "top": .number(12), "bottom": .number(height - 30), "left": .number(x.start), "right": .number(x.end),
            "series": .array(
                series.map { series in
                    .object([
                        "name": .string(series.name), "colour": .integer(Int64(series.colour % 8)),
                        "points": .array(
                            series.points.compactMap { point in
                                guard let px = x.position(point.x) else { return nil }
                                let py = y.position(point.y)
                                return .array([
                                    .number((px * 10).rounded() / 10),
                                    py.map { .number(($0 * 10).rounded() / 10) } ?? .null,
                                    .string(Self.abscissa(point.x)), .string(Figures.number(point.y)),
                                ])
                            }
                        ),
                    ])
                }
            ),
        ])
    }

    private static func abscissa(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? Figures.count(Int(value)) : Figures.number(value)
    }

    /// At most ``pointLimit`` points that keep every peak: the lowest and the highest of each stretch.
    static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        guard points.count > Self.pointLimit else { return points }
        let stretchCount = Self.pointLimit / 2 - 1
        var kept: Set = [0, points.count - 1]
        for stretch in 0..<stretchCount {
            let range = (points.count * stretch / stretchCount)..<(points.count * (stretch + 1) / stretchCount)
            kept.insert(range.min { points[$0].y < points[$1].y } ?? range.lowerBound)
            kept.insert(range.max { points[$0].y < points[$1].y } ?? range.lowerBound)
        }
        return kept.sorted().map { points[$0] }
    }
}
