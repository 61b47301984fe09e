/// How the engine's metrics changed from round to round.
struct LearningCurvePlot {
    /// One value a round, by the engine's names `train_<metric>` and `valid_<metric>`.
    let rounds: [String: [Double]]
    /// The number of rounds that were kept.
    let keptRounds: Int
    let subject: String

    /// One panel for each metric, at most three; `nil` when there are fewer than two rounds.
    var plot: Plot? {
        let metrics = Set(self.rounds.keys.map { Self.metric(of: $0) }).sorted().prefix(3)
        let length = self.rounds.values.map(\.count).max() ?? 0
        guard length > 1, !metrics.isEmpty else { return nil }
        let panelHeight = metrics.count == 1 ? 420.0 : 280.0
        let title = PlotTitle(.learningCurves, of: self.subject)
        var canvas = SVGCanvas(
            width: PlotTheme.width,
            height: 88 + Double(metrics.count) * (panelHeight + 70) + 6
        )
        canvas.head(title, "\(FigureText.count(length)) rounds, \(FigureText.count(self.keptRounds)) kept")
        for (index, metric) in metrics.enumerated() {
            self.draw(
                metric,
                length: length,
                top: 96 + Double(index) * (panelHeight + 70),
                height: panelHeight,
                on: &canvas
            )
        }
        return Plot(name: "learning_curves", svg: canvas.document(title: title))
    }

    private func draw(_ metric: String, length: Int, top: Double, height: Double, on canvas: inout SVGCanvas) {
        let series: [(name: String, values: [Double], color: String)] = [
            ("train", self.rounds["train_\(metric)"] ?? [], PlotTheme.neutral),
            ("validation", self.rounds["valid_\(metric)"] ?? [], PlotTheme.first),
        ]
        .filter { !$0.1.isEmpty }
        let y = PlotScale(covering: series.flatMap(\.values))
        let left = 24 + PlotPanel.labelRoom(y)
        let panel = PlotPanel(
            x: PlotScale(covering: [1, Double(length)], isTight: true),
            y: y,
            left: left,
            top: top,
            width: PlotTheme.width - left - 36,
            height: height
        )
        panel.drawAxes(on: &canvas, xTitle: "round", yTitle: metric)
        for entry in series {
            let points = entry.values.enumerated().filter { $0.element.isFinite }
                .map { panel.point(Double($0.offset + 1), $0.element) }
            canvas.path(points, color: entry.color, width: 2.4)
        }
        let validation = self.rounds["valid_\(metric)"] ?? []
        if self.keptRounds >= 1, self.keptRounds < length {
            let place = panel.point(Double(self.keptRounds), y.lower)
            canvas.line(
                from: SVGCanvas.Point(place.x, top),
                to: place,
                color: PlotTheme.second,
                width: 1.4,
                dash: "6 5"
            )
        }
        if validation.indices.contains(self.keptRounds - 1) {
            let best = panel.point(Double(self.keptRounds), validation[self.keptRounds - 1])
            canvas.ring(at: best, radius: 5, color: PlotTheme.second)
        }
        canvas.legend(
            series.map { ($0.name, $0.color) } + [("kept", PlotTheme.second)],
            right: PlotTheme.width - 36,
            y: top - 14
        )
    }

    private static func metric(of name: String) -> String {
        for prefix in ["train_", "valid_"] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
        return name
    }
}
