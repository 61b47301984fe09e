/// Runs as lines across upright axes, one for each param and metric compared.
struct ParallelChart: Sendable {
    /// One axis: a value for each run, as a number or as one of a few texts.
    struct Axis: Sendable {
        let name: String
        let isMetric: Bool
        /// What each run has, in the order of the runs; `nil` where it has nothing.
        let values: [String?]
        /// The same as numbers, when all that are there are numbers.
        let numbers: [Double?]?

        /// Takes `values`, and reads them as numbers when they all are.
        init(name: String, isMetric: Bool, values: [String?]) {
            self.name = name
            self.isMetric = isMetric
            self.values = values
            let numbers = values.map { $0.flatMap { Double($0) } }
            let areNumbers = zip(values, numbers).allSatisfy { $0 == nil || $1?.isFinite == true }
            self.numbers = areNumbers && numbers.contains { $0 != nil } ? numbers : nil
        }
    }

    static let height = 330.0

    let title: String
    let names: [String]
    let ids: [String]
    let axes: [Axis]

    /// The drawing; lines are coloured by the last axis that has numbers, from low to high.
    func markup() -> Markup {
        let gap = max(118.0, 1_040.0 / Double(max(2, self.axes.count) - 1))
        let width = gap * Double(max(1, self.axes.count - 1)) + 150
        var svg = SVG(width: width, height: Self.height)
        var places: [[Double?]] = []
        for (index, axis) in self.axes.enumerated() {
            places.append(self.draw(axis, at: 70 + gap * Double(index), isUpper: index.isMultiple(of: 2), &svg))
        }
        let shades = self.shades()
        for run in self.names.indices {
            var parts: [[(Double, Double)]] = [[]]
            for axis in self.axes.indices {
                if let place = places[axis][run] {
                    parts[parts.count - 1].append((70 + gap * Double(axis), place))
                } else {
                    parts.append([])
                }
            }
            svg.path(parts, "strand \(shades[run])", #"data-run="\#(Markup.escape(self.ids[run]))""#)
        }
        return svg.markup("chart parallel", label: self.title + ": " + self.axes.map(\.name).joined(separator: ", "))
    }

    private func draw(_ axis: Axis, at x: Double, isUpper: Bool, _ svg: inout SVG) -> [Double?] {
        let (top, bottom) = (56.0, Self.height - 22)
        svg.line(x, top, x, bottom, "axis")
        svg.text(
            BarChart.shortened(axis.name, to: 22),
            x,
            isUpper ? 18 : 36,
            anchor: "middle",
            axis.isMetric ? "name metric" : "name"
        )
        if let numbers = axis.numbers {
            let scale = Scale(numbers.compactMap(\.self), from: bottom, to: top, margin: 0.04)
            let present = Set(numbers.compactMap(\.self))
            let ticks = present.count == 1 ? Array(present) : scale.ticks(4)
            for (tick, label) in zip(ticks, Scale.labels(ticks)) {
                guard let place = scale.position(tick) else { continue }
                svg.line(x - 3, place, x + 3, place, "axis")
                svg.text(label, x - 7, place + 4, anchor: "end", "tick")
            }
            return numbers.map { $0.flatMap(scale.position) }
        }
        let texts = Set(axis.values.compactMap(\.self)).sorted()
        let step = (bottom - top) / Double(texts.count + 1)
        var places: [String: Double] = [:]
        for (index, text) in texts.enumerated() {
            let place = top + step * Double(index + 1)
            places[text] = place
            svg.text(BarChart.shortened(text, to: 14), x - 7, place + 4, anchor: "end", "tick")
        }
        return axis.values.map { $0.flatMap { places[$0] } }
    }

    /// A class of seven for each run by its rank on the last axis with numbers.
    private func shades() -> [String] {
        guard let numbers = self.axes.last(where: { $0.numbers != nil })?.numbers else {
            return self.names.indices.map { _ in "q3" }
        }
        let present = numbers.compactMap(\.self)
        guard let low = present.min(), let high = present.max(), high > low else {
            return self.names.indices.map { _ in "q3" }
        }
        return numbers.map { number in
            number.map { "q\(min(6, Int(($0 - low) / (high - low) * 7)))" } ?? "q3"
        }
    }
}
