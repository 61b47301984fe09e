/// Bars of the columns that matter most.
struct FeatureImportancePlot {
    /// So many columns are drawn.
    static let columnLimit = 20
    private static let rowHeight = 30.0

    /// By falling importance, as ``ColumnImportance`` sorts them.
    let importance: [ColumnImportance]
    /// The number of rows whose SHAP values were averaged; with 0 the gain is shown.
    let sampleCount: Int
    let subject: String

    var plot: Plot {
        let usesGain = self.sampleCount == 0
        let ranked = usesGain ? self.importance.sorted { ($1.gain, $0.column) < ($0.gain, $1.column) } : self.importance
        let shown = ranked.prefix(Self.columnLimit)
        let height = 92 + Double(shown.count) * Self.rowHeight + 34
        var canvas = SVGCanvas(width: PlotTheme.width, height: height)
        let title = PlotTitle(.featureImportance, of: self.subject)
        canvas.head(title, self.subtitle(usesGain, shown.count))
        let names = shown.map { PlotText.fitted($0.column, size: PlotTheme.textSize, limit: 280) }
        let left = 24 + (names.map { PlotText.width($0, size: PlotTheme.textSize) }.max() ?? 0) + 14
        let gainTotal = self.importance.reduce(0) { $0 + $1.gain }
        let right = PlotTheme.width - 24
        let room = right - left - (usesGain ? 90 : 200)
        let greatest = shown.map { usesGain ? $0.gain : $0.meanAbsoluteContribution }.max() ?? 0
        if !usesGain {
            canvas.text(
                "share of gain",
                x: right,
                y: 88,
                anchor: .end,
                size: PlotTheme.tickSize,
                color: PlotTheme.muted
            )
        }
        for (row, column) in shown.enumerated() {
            let top = 98 + Double(row) * Self.rowHeight
            let baseline = top + 19
            let value = usesGain ? column.gain : column.meanAbsoluteContribution
            canvas.text(names[row], x: left - 12, y: baseline, anchor: .end)
            let length = greatest > 0 ? max(1, value / greatest * room) : 1
            canvas.rectangle(x: left, y: top + 4, width: length, height: 20, fill: PlotTheme.first, radius: 3)
            let share = gainTotal > 0 ? FigureText.percent(column.gain / gainTotal) : "–"
            canvas.text(
                usesGain ? share : FigureText.of(value),
                x: left + length + 9,
                y: baseline,
                size: PlotTheme.tickSize,
                color: PlotTheme.muted
            )
            if !usesGain {
                canvas.text(
                    share,
                    x: right,
                    y: baseline,
                    anchor: .end,
                    size: PlotTheme.tickSize,
                    color: PlotTheme.muted
                )
            }
        }
        return Plot(name: "feature_importance", svg: canvas.document(title: title))
    }

    private func subtitle(_ usesGain: Bool, _ shownCount: Int) -> String {
        let measure =
            usesGain
            ? "share of the total gain" : "mean |SHAP| over \(FigureText.count(self.sampleCount)) validation rows"
        let rest = self.importance.count - shownCount
        return rest > 0 ? "\(measure) · \(shownCount) of \(self.importance.count) columns" : measure
    }
}
