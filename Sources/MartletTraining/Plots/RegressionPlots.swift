import Foundation

/// How predicted numbers lie against what happened.
struct RegressionPlots {
    /// So many rows are drawn; more would hide each other.
    static let rowLimit = 2_500

    let labels: [Double]
    let predictions: [Double]
    let subject: String
    /// The label's name with its unit.
    let label: String
    let statistics: RegressionStatistics
    let seed: Int

    private struct Row {
        let actual: Double
        let predicted: Double
    }

    /// The rows that are drawn, the same in every plot.
    private var drawn: [Row] {
        var generator = SeededGenerator(seed: self.seed)
        let rows = self.labels.indices.filter { self.labels[$0].isFinite && self.predictions[$0].isFinite }
        let chosen =
            rows.count > Self.rowLimit
            ? generator.permutation(of: rows.count).prefix(Self.rowLimit).sorted().map { rows[$0] } : rows
        return chosen.map { Row(actual: self.labels[$0], predicted: self.predictions[$0]) }
    }

    private func subtitle(_ figures: String, drawnCount: Int) -> String {
        let rows = "\(FigureText.count(self.labels.count)) test rows"
        let part = drawnCount < self.labels.count ? ", \(FigureText.count(drawnCount)) drawn" : ""
        return "\(rows)\(part) · \(figures)"
    }

    private static func opacity(of count: Int) -> Double { count > 1_000 ? 0.28 : count > 300 ? 0.42 : 0.6 }

    /// Predicted against actual, with the line on which both agree.
    var predictedActual: Plot {
        let rows = self.drawn
        let scale = PlotScale(covering: rows.flatMap { [$0.actual, $0.predicted] })
        let left = 24 + PlotPanel.labelRoom(scale)
        let side = PlotTheme.width - left - 36
        let panel = PlotPanel(x: scale, y: scale, left: left, top: 88, width: side, height: side * 0.8)
        var canvas = SVGCanvas(width: PlotTheme.width, height: panel.top + panel.height + 68)
        let title = PlotTitle(.predictedAgainstActual, of: self.subject)
        let figures = "MAE \(FigureText.of(self.statistics.mae)) · R² \(FigureText.of(self.statistics.r2))"
        canvas.head(title, self.subtitle(figures, drawnCount: rows.count))
        panel.drawAxes(on: &canvas, xTitle: "actual \(self.label)", yTitle: "predicted \(self.label)")
        canvas.dots(
            rows.map { panel.point($0.actual, $0.predicted) },
            radius: 3,
            color: PlotTheme.first,
            opacity: Self.opacity(of: rows.count)
        )
        canvas.path(
            [panel.point(scale.lower, scale.lower), panel.point(scale.upper, scale.upper)],
            color: PlotTheme.ink,
            width: 1.4,
            dash: "6 5"
        )
        return Plot(name: "predicted_vs_actual", svg: canvas.document(title: title))
    }

    /// What was left over, by prediction, and how often each size of it came.
    var residuals: Plot {
        let rows = self.drawn
        let errors = zip(self.labels, self.predictions).map { $0 - $1 }.filter(\.isFinite)
        let y = PlotScale(covering: rows.map { $0.actual - $0.predicted } + [0])
        let left = 24 + PlotPanel.labelRoom(y)
        let barWidth = 150.0
        let panel = PlotPanel(
            x: PlotScale(covering: rows.map(\.predicted)),
            y: y,
            left: left,
            top: 88,
            width: PlotTheme.width - left - barWidth - 56,
            height: 440
        )
        var canvas = SVGCanvas(width: PlotTheme.width, height: panel.top + panel.height + 68)
        let title = PlotTitle(.residuals, of: self.subject)
        let bias = errors.isEmpty ? .nan : errors.reduce(0, +) / Double(errors.count)
        let figures = "mean \(FigureText.signed(bias)) · RMSE \(FigureText.of(self.statistics.rmse))"
        canvas.head(title, self.subtitle(figures, drawnCount: rows.count))
        panel.drawAxes(on: &canvas, xTitle: "predicted \(self.label)", yTitle: "actual − predicted")
        canvas.dots(
            rows.map { panel.point($0.predicted, $0.actual - $0.predicted) },
            radius: 3,
            color: PlotTheme.first,
            opacity: Self.opacity(of: rows.count)
        )
        let zero = panel.point(0, 0).y
        canvas.line(
            from: SVGCanvas.Point(panel.left, zero),
            to: SVGCanvas.Point(panel.left + panel.width, zero),
            color: PlotTheme.ink,
            width: 1.4,
            dash: "6 5"
        )
        Self.drawHistogram(of: errors, beside: panel, width: barWidth, on: &canvas)
        return Plot(name: "residuals", svg: canvas.document(title: title))
    }

    /// Lying bars at the right of `panel`, on its vertical axis, of all rows.
    private static func drawHistogram(
        of errors: [Double],
        beside panel: PlotPanel,
        width: Double,
        on canvas: inout SVGCanvas
    ) {
        let binCount = 44
        var counts = [Int](repeating: 0, count: binCount)
        for error in errors {
            let share = panel.y.share(error)
            guard share >= 0, share <= 1 else { continue }
            counts[min(binCount - 1, Int(share * Double(binCount)))] += 1
        }
        guard let greatest = counts.max(), greatest > 0 else { return }
        let left = panel.left + panel.width + 20
        let step = panel.height / Double(binCount)
        for (bin, count) in counts.enumerated() where count > 0 {
            canvas.rectangle(
                x: left,
                y: panel.top + panel.height - Double(bin + 1) * step + 0.75,
                width: max(1, Double(count) / Double(greatest) * width),
                height: step - 1.5,
                fill: PlotTheme.first,
                radius: 1.5,
                opacity: 0.75
            )
        }
        canvas.line(
            from: SVGCanvas.Point(left, panel.top),
            to: SVGCanvas.Point(left, panel.top + panel.height),
            color: PlotTheme.axis
        )
        canvas.text(
            "test rows",
            x: left + width / 2,
            y: panel.top + panel.height + 48,
            anchor: .middle,
            color: PlotTheme.muted
        )
        canvas.text(
            FigureText.count(greatest),
            x: left + width,
            y: panel.top + panel.height + 22,
            anchor: .end,
            size: PlotTheme.tickSize,
            color: PlotTheme.muted
        )
    }
}
