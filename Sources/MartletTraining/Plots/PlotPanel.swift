/// A rectangle of a drawing with two axes, into which data are drawn.
struct PlotPanel {
    let x: PlotScale
    let y: PlotScale
    let left: Double
    let top: Double
    let width: Double
    let height: Double

    /// The pixel at which `(x, y)` of the data lies.
    func point(_ x: Double, _ y: Double) -> SVGCanvas.Point {
        SVGCanvas.Point(
            self.left + self.x.share(x) * self.width,
            self.top + (1 - self.y.share(y)) * self.height
        )
    }

    /// The room that the labels of `scale` need at its left, with a title.
    static func labelRoom(_ scale: PlotScale) -> Double {
        let widest = scale.ticks.map { PlotText.width(scale.label($0), size: PlotTheme.tickSize) }.max() ?? 0
        return widest + 52
    }

    /// Draws the grid, the numbers and the names of both axes.
    func drawAxes(on canvas: inout SVGCanvas, xTitle: String, yTitle: String?) {
        let bottom = self.top + self.height
        for tick in self.y.ticks {
            let place = self.point(self.x.lower, tick)
            canvas.line(from: place, to: SVGCanvas.Point(self.left + self.width, place.y), color: PlotTheme.grid)
            guard yTitle != nil else { continue }
            canvas.text(
                self.y.label(tick),
                x: self.left - 10,
                y: place.y + 4.5,
                anchor: .end,
                size: PlotTheme.tickSize,
                color: PlotTheme.muted
            )
        }
        for tick in self.x.ticks {
            let place = self.point(tick, self.y.lower)
            canvas.line(from: SVGCanvas.Point(place.x, self.top), to: place, color: PlotTheme.grid)
            canvas.text(
                self.x.label(tick),
                x: place.x,
                y: bottom + 22,
                anchor: .middle,
                size: PlotTheme.tickSize,
                color: PlotTheme.muted
            )
        }
        canvas.line(
            from: SVGCanvas.Point(self.left, bottom),
            to: SVGCanvas.Point(self.left + self.width, bottom),
            color: PlotTheme.axis
        )
        canvas.text(
            PlotText.fitted(xTitle, size: PlotTheme.textSize, limit: self.width),
            x: self.left + self.width / 2,
            y: bottom + 48,
            anchor: .middle,
            color: PlotTheme.muted
        )
        guard let yTitle else { return }
        canvas.text(
            PlotText.fitted(yTitle, size: PlotTheme.textSize, limit: self.height),
            x: self.left - Self.labelRoom(self.y) + 22,
            y: self.top + self.height / 2,
            anchor: .middle,
            color: PlotTheme.muted,
            isTurned: true
        )
    }
}

extension SVGCanvas {
    /// Writes the head of a plot: what it shows, and the figures that belong to it.
    mutating func head(_ title: PlotTitle, _ subtitle: String) {
        let limit = self.width - 48
        self.inLanguages { canvas, language in
            canvas.text(
                PlotText.fitted(
                    language == nil ? title.english : title.korean,
                    size: PlotTheme.titleSize,
                    limit: limit
                ),
                x: 24,
                y: 38,
                size: PlotTheme.titleSize,
                isBold: true,
                language: language
            )
        }
        self.text(
            PlotText.fitted(subtitle, size: PlotTheme.textSize, limit: limit),
            x: 24,
            y: 62,
            color: PlotTheme.muted
        )
    }

    /// Writes what the colours stand for, in one line that ends at `right`.
    mutating func legend(_ entries: [(name: String, color: String)], right: Double, y: Double) {
        var x = right
        for entry in entries.reversed() {
            x -= PlotText.width(entry.name, size: PlotTheme.tickSize)
            self.text(entry.name, x: x, y: y, size: PlotTheme.tickSize, color: PlotTheme.muted)
            x -= 24
            self.rectangle(x: x, y: y - 7, width: 18, height: 4, fill: entry.color, radius: 2)
            x -= 20
        }
    }
}
