/// How well scores tell positives from negatives, and whether they are probabilities.
struct ClassificationPlots {
    let labels: [Bool]
    let predictions: [Double]
    let statistics: ClassificationStatistics
    let threshold: Double?
    let aucInterval: BootstrapInterval?
    let averagePrecisionInterval: BootstrapInterval?
    let subject: String

    private static let left = 24 + PlotPanel.labelRoom(.unit)

    private static func panel(height: Double = 500) -> PlotPanel {
        PlotPanel(
            x: .unit,
            y: .unit,
            left: Self.left,
            top: 88,
            width: PlotTheme.width - Self.left - 36,
            height: height
        )
    }

    private var counted: String {
        "\(FigureText.count(self.labels.count)) test rows, \(FigureText.count(self.statistics.positiveCount)) positive"
    }

    private static func text(_ value: Double, _ interval: BootstrapInterval?) -> String {
        guard let interval else { return FigureText.of(value) }
        return "\(FigureText.of(value)) (95 %: \(FigureText.of(interval.lower)) to \(FigureText.of(interval.upper)))"
    }

    /// The receiver operating characteristic; `nil` when only one class is in the test rows.
    var roc: Plot? {
        let curve = self.statistics.rocCurve
        guard !curve.isEmpty else { return nil }
        let panel = Self.panel()
        var canvas = SVGCanvas(width: PlotTheme.width, height: panel.top + panel.height + 68)
        let title = PlotTitle(.rocCurve, of: self.subject)
        canvas.head(title, "\(self.counted) · AUC \(Self.text(self.statistics.auc, self.aucInterval))")
        panel.drawAxes(on: &canvas, xTitle: "false positive rate", yTitle: "true positive rate")
        let points = curve.map { panel.point($0.x, $0.y) }
        canvas.area(points + [panel.point(1, 0)], fill: PlotTheme.first, opacity: 0.08)
        canvas.path([panel.point(0, 0), panel.point(1, 1)], color: PlotTheme.neutral, width: 1.4, dash: "6 5")
        canvas.path(points, color: PlotTheme.first, width: 2.6)
        self.mark(curve, panel, on: &canvas)
        return Plot(name: "roc_curve", svg: canvas.document(title: title))
    }

    /// Precision against recall; `nil` when only one class is in the test rows.
    var precisionRecall: Plot? {
        guard self.statistics.positiveCount > 0, self.statistics.positiveCount < self.statistics.count else {
            return nil
        }
        let curve = self.statistics.precisionRecallCurve
        let panel = Self.panel()
        var canvas = SVGCanvas(width: PlotTheme.width, height: panel.top + panel.height + 68)
        let title = PlotTitle(.precisionRecall, of: self.subject)
        let area = Self.text(self.statistics.averagePrecision, self.averagePrecisionInterval)
        canvas.head(title, "\(self.counted) · average precision \(area)")
        panel.drawAxes(on: &canvas, xTitle: "recall", yTitle: "precision")
        // Between two recalls the precision is that of the greater one, as average precision counts it.
        var points: [SVGCanvas.Point] = []
        for point in curve {
            let place = panel.point(point.x, point.y)
            if let last = points.last, last.y != place.y { points.append(SVGCanvas.Point(last.x, place.y)) }
            points.append(place)
        }
        let floor = [panel.point(1, 0), panel.point(0, 0)]
        canvas.area(points + floor, fill: PlotTheme.first, opacity: 0.08)
        let share = Double(self.statistics.positiveCount) / Double(self.statistics.count)
        canvas.path([panel.point(0, share), panel.point(1, share)], color: PlotTheme.neutral, width: 1.4, dash: "6 5")
        canvas.path(points, color: PlotTheme.first, width: 2.6)
        canvas.text(
            "share of positives \(FigureText.percent(share))",
            x: panel.left + 10,
            y: max(panel.point(0, share).y - 9, panel.top + 14),
            size: PlotTheme.tickSize,
            color: PlotTheme.muted
        )
        self.mark(curve, panel, on: &canvas)
        return Plot(name: "precision_recall_curve", svg: canvas.document(title: title))
    }

    /// Marks where the model's threshold lies on `curve`.
    private func mark(_ curve: [CurvePoint], _ panel: PlotPanel, on canvas: inout SVGCanvas) {
        guard let threshold, let point = curve.last(where: { $0.threshold >= threshold }), point.threshold.isFinite
        else { return }
        let place = panel.point(point.x, point.y)
        canvas.ring(at: place, radius: 6, color: PlotTheme.second)
        let text = "threshold \(FigureText.of(threshold))"
        let isRight = place.x + 16 + PlotText.width(text, size: PlotTheme.textSize) > panel.left + panel.width
        let isHigh = place.y < panel.top + 40
        canvas.text(
            text,
            x: isRight ? place.x - 14 : place.x + 14,
            y: isHigh ? place.y + 26 : isRight ? place.y + 22 : place.y + 5,
            anchor: isRight ? .end : .start,
            color: PlotTheme.second
        )
    }

    /// How often rows of like probability were positive, and how many such rows there are.
    var calibration: Plot? {
        let bins = CalibrationBin.quantileBins(labels: self.labels, predictions: self.predictions)
        guard !bins.isEmpty, self.predictions.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return nil }
        let panel = Self.panel(height: 400)
        let barsTop = panel.top + panel.height + 74
        let barsHeight = 90.0
        var canvas = SVGCanvas(width: PlotTheme.width, height: barsTop + barsHeight + 46)
        let title = PlotTitle(.calibration, of: self.subject)
        let squares = zip(self.labels, self.predictions).map { ($0 ? 1 - $1 : $1) * ($0 ? 1 - $1 : $1) }
        let brier = squares.reduce(0, +) / Double(squares.count)
        canvas.head(title, "\(self.counted) · Brier score \(FigureText.of(brier)) · \(bins.count) bins of like size")
        panel.drawAxes(on: &canvas, xTitle: "mean predicted probability", yTitle: "share that was positive")
        canvas.path([panel.point(0, 0), panel.point(1, 1)], color: PlotTheme.neutral, width: 1.4, dash: "6 5")
        let points = bins.map { panel.point($0.meanPrediction, $0.positiveShare) }
        canvas.path(points, color: PlotTheme.first, width: 2.4)
        for point in points { canvas.ring(at: point, radius: 4.5, color: PlotTheme.first) }
        self.drawHistogram(top: barsTop, height: barsHeight, panel, on: &canvas)
        return Plot(name: "calibration", svg: canvas.document(title: title))
    }

    /// Bars of how often each probability was predicted, on a logarithmic height: most rows are near 0 or 1.
    private func drawHistogram(top: Double, height: Double, _ panel: PlotPanel, on canvas: inout SVGCanvas) {
        let binCount = 40
        var counts = [Int](repeating: 0, count: binCount)
        for prediction in self.predictions { counts[min(binCount - 1, Int(prediction * Double(binCount)))] += 1 }
        let step = panel.width / Double(binCount)
        let greatest = PlotScale.logarithm(counts.max() ?? 1)
        for (bin, count) in counts.enumerated() where count > 0 {
            let size = max(2, PlotScale.logarithm(count) / greatest * height)
            canvas.rectangle(
                x: panel.left + Double(bin) * step + 1,
                y: top + height - size,
                width: step - 2,
                height: size,
                fill: PlotTheme.first,
                radius: 1.5,
                opacity: 0.75
            )
        }
        canvas.line(
            from: SVGCanvas.Point(panel.left, top + height),
            to: SVGCanvas.Point(panel.left + panel.width, top + height),
            color: PlotTheme.axis
        )
        canvas.text(
            "rows by predicted probability (logarithmic height; the highest bar is "
                + "\(FigureText.count(counts.max() ?? 0)))",
            x: panel.left + panel.width / 2,
            y: top + height + 24,
            anchor: .middle,
            size: PlotTheme.tickSize,
            color: PlotTheme.muted
        )
    }
}
