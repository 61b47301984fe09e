/// How each column moved each sampled row, one dot a row: SHAP's summary plot.
struct BeeswarmPlot {
    /// So many columns are drawn.
    static let columnLimit = 20
    /// So many rows are drawn; more would hide each other.
    static let rowLimit = 600
    private static let rowHeight = 34.0
    private static let radius = 2.6

    let sample: ExplainedSample
    /// By falling importance.
    let importance: [ColumnImportance]
    /// Which columns hold categories, whose codes have no order.
    let categories: Set<String>
    let subject: String
    /// What a raw score is, such as `log-odds`.
    let unit: String

    /// The drawing; `nil` when no row was explained.
    var plot: Plot? {
        let positions = Dictionary(
            self.sample.columns.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let shown = self.importance.compactMap { entry in positions[entry.column].map { (entry.column, $0) } }
            .prefix(Self.columnLimit)
        guard self.sample.count > 0, !shown.isEmpty else { return nil }
        let rows = min(self.sample.count, Self.rowLimit)
        let swarms = shown.map { Array(self.sample.column($0.1).prefix(rows)) }
        let names = shown.map { PlotText.fitted($0.0, size: PlotTheme.textSize, limit: 250) }
        let left = 24 + (names.map { PlotText.width($0, size: PlotTheme.textSize) }.max() ?? 0) + 16
        let panel = PlotPanel(
            x: PlotScale(covering: swarms.joined().map(\.contribution) + [0]),
            y: .unit,
            left: left,
            top: 88,
            width: PlotTheme.width - 100 - left,
            height: Double(shown.count) * Self.rowHeight
        )
        var canvas = SVGCanvas(width: PlotTheme.width, height: panel.top + panel.height + 68)
        let title = PlotTitle(.shapSummary, of: self.subject)
        let rest = self.importance.count - shown.count
        let counted = "\(FigureText.count(rows)) validation rows, one dot each"
        canvas.head(title, rest > 0 ? "\(counted) · \(shown.count) of \(self.importance.count) columns" : counted)
        self.drawGrid(panel, on: &canvas)
        for (row, swarm) in swarms.enumerated() {
            let middle = panel.top + (Double(row) + 0.5) * Self.rowHeight
            canvas.text(names[row], x: left - 14, y: middle + 5, anchor: .end)
            self.draw(swarm, isCategory: self.categories.contains(shown[row].0), around: middle, panel, on: &canvas)
        }
        self.drawKey(panel, on: &canvas)
        return Plot(name: "shap_summary", svg: canvas.document(title: title))
    }

    private func drawGrid(_ panel: PlotPanel, on canvas: inout SVGCanvas) {
        let bare = PlotPanel(
            x: panel.x,
            y: PlotScale(covering: [0, 1], tickCount: 1),
            left: panel.left,
            top: panel.top,
            width: panel.width,
            height: panel.height
        )
        bare.drawAxes(on: &canvas, xTitle: "SHAP value: effect on the \(self.unit)", yTitle: nil)
        let zero = panel.point(0, 0)
        canvas.line(from: SVGCanvas.Point(zero.x, panel.top), to: zero, color: PlotTheme.neutral, width: 1.4)
    }

    /// Dots of one column: those that share a place are moved up and down in turn.
    private func draw(
        _ swarm: [(value: Double, contribution: Double)],
        isCategory: Bool,
        around middle: Double,
        _ panel: PlotPanel,
        on canvas: inout SVGCanvas
    ) {
        let known = swarm.map(\.value).filter { !$0.isNaN }.sorted()
        // The outermost twentieths would leave one colour to all others.
        let (low, high) = (Quantiles.value(sorted: known, at: 0.05), Quantiles.value(sorted: known, at: 0.95))
        let span = high > low ? (low, high) : (known.first ?? 0, known.last ?? 0)
        var depth: [Int: Int] = [:]
        let slots = swarm.map { entry -> (x: Double, layer: Int, color: Int?) in
            let x = panel.point(entry.contribution, 0).x
            let slot = Int((x / (Self.radius * 1.5)).rounded())
            let layer = depth[slot, default: 0]
            depth[slot] = layer + 1
            guard !isCategory, !entry.value.isNaN else { return (x, layer, nil) }
            let share = span.1 > span.0 ? (entry.value - span.0) / (span.1 - span.0) : 0.5
            return (x, layer, Int((min(max(share, 0), 1) * Double(PlotTheme.rampCount - 1)).rounded()))
        }
        let deepest = Double(((depth.values.max() ?? 1)) / 2 + 1)
        let spacing = min(Self.radius * 1.5, (Self.rowHeight / 2 - Self.radius - 1) / deepest)
        let byColor = Dictionary(grouping: slots) { $0.color ?? -1 }
        for (color, dots) in byColor.sorted(by: { $0.key < $1.key }) {
            let points = dots.map { dot in
                let side = dot.layer.isMultiple(of: 2) ? 1.0 : -1.0
                return SVGCanvas.Point(dot.x, middle + side * Double((dot.layer + 1) / 2) * spacing)
            }
            canvas.dots(points, radius: Self.radius, color: color < 0 ? PlotTheme.neutral : PlotTheme.ramp(color))
        }
    }

    /// What the colours mean.
    private func drawKey(_ panel: PlotPanel, on canvas: inout SVGCanvas) {
        let x = panel.left + panel.width + 22
        let height = min(panel.height - 60, 220)
        guard height > 40 else { return }
        let top = panel.top + (panel.height - height) / 2
        let step = height / Double(PlotTheme.rampCount)
        for index in 0..<PlotTheme.rampCount {
            canvas.rectangle(
                x: x,
                y: top + height - Double(index + 1) * step,
                width: 9,
                height: step + 0.4,
                fill: PlotTheme.ramp(index)
            )
        }
        canvas.text("high", x: x - 6, y: top - 9, size: PlotTheme.tickSize, color: PlotTheme.muted)
        canvas.text("low", x: x - 6, y: top + height + 19, size: PlotTheme.tickSize, color: PlotTheme.muted)
        canvas.text(
            "value of the column",
            x: x + 26,
            y: top + height / 2,
            anchor: .middle,
            size: PlotTheme.tickSize,
            color: PlotTheme.muted,
            isTurned: true
        )
        let hasGrey =
            !self.categories.isDisjoint(with: self.sample.columns) || self.sample.values.contains(where: \.isNaN)
        if hasGrey {
            canvas.legend(
                [("category or missing", PlotTheme.neutral)],
                right: PlotTheme.width - 24,
                y: panel.top + panel.height + 48
            )
        }
    }
}
