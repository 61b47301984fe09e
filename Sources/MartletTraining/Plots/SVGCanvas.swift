import Foundation

/// An SVG drawing in the making; coordinates are pixels from the upper left corner.
struct SVGCanvas {
    /// Where a text stands at its point.
    enum Anchor: String {
        case start, middle, end
    }

    /// A place on the drawing.
    struct Point {
        var x: Double
        var y: Double

        init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    let width: Double
    let height: Double
    private var body = ""

    /// An empty drawing.
    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// Draws a filled rectangle; rounded by `radius`.
    mutating func rectangle(
        x: Double,
        y: Double,
        width: Double,
        height: Double,
        fill: String,
        radius: Double = 0,
        opacity: Double = 1
    ) {
        self.body += "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(max(0, width)))\" "
        self.body += "height=\"\(Self.number(max(0, height)))\" fill=\"\(fill)\""
        if radius > 0 { self.body += " rx=\"\(Self.number(radius))\"" }
        self.body += Self.opacity(opacity) + "/>\n"
    }

    /// Draws a straight line.
    mutating func line(
        from: Point,
        to: Point,
        color: String,
        width: Double = 1,
        dash: String? = nil
    ) {
        self.body += "<line x1=\"\(Self.number(from.x))\" y1=\"\(Self.number(from.y))\" x2=\"\(Self.number(to.x))\" "
        self.body += "y2=\"\(Self.number(to.y))\" stroke=\"\(color)\" stroke-width=\"\(Self.number(width))\""
        if let dash { self.body += " stroke-dasharray=\"\(dash)\"" }
        self.body += "/>\n"
    }

    /// Draws a line through `points`, leaving out those that would not be seen.
    mutating func path(_ points: [Point], color: String, width: Double = 2.2, dash: String? = nil) {
        guard points.count > 1 else { return }
        self.body += "<path d=\"\(Self.outline(points))\" fill=\"none\" stroke=\"\(color)\" "
        self.body += "stroke-width=\"\(Self.number(width))\" stroke-linejoin=\"round\" stroke-linecap=\"round\""
        if let dash { self.body += " stroke-dasharray=\"\(dash)\"" }
        self.body += "/>\n"
    }

    /// Fills the shape between `points`.
    mutating func area(_ points: [Point], fill: String, opacity: Double) {
        guard points.count > 2 else { return }
        self.body += "<path d=\"\(Self.outline(points))Z\" fill=\"\(fill)\"\(Self.opacity(opacity))/>\n"
    }

    /// Draws many small dots of one colour, each over the one before.
    mutating func dots(_ points: [Point], radius: Double, color: String, opacity: Double = 1) {
        guard !points.isEmpty else { return }
        if opacity < 1 {
            // One shape would not grow darker where dots lie on each other.
            self.body += "<g fill=\"\(color)\" fill-opacity=\"\(Self.number(opacity))\">\n"
            for point in points {
                self.body += "<circle cx=\"\(Self.number(point.x))\" cy=\"\(Self.number(point.y))\" "
                self.body += "r=\"\(Self.number(radius))\"/>\n"
            }
            self.body += "</g>\n"
            return
        }
        self.body += "<path d=\""
        for point in points { self.body += "M\(Self.number(point.x)) \(Self.number(point.y))h0" }
        self.body += "\" stroke=\"\(color)\" stroke-width=\"\(Self.number(radius * 2))\" stroke-linecap=\"round\"/>\n"
    }

    /// Draws a ring, for a point that matters.
    mutating func ring(at point: Point, radius: Double, color: String) {
        self.body += "<circle cx=\"\(Self.number(point.x))\" cy=\"\(Self.number(point.y))\" "
        self.body += "r=\"\(Self.number(radius))\" fill=\"\(PlotTheme.background)\" stroke=\"\(color)\" "
        self.body += "stroke-width=\"2.4\"/>\n"
    }

    /// Draws the same in each language, of which a viewer shows the first that its reader has.
    ///
    /// - Parameter draw: draws it in a language; in the one of all others for `nil`, which comes last.
    mutating func inLanguages(_ draw: (inout SVGCanvas, _ language: String?) -> Void) {
        self.body += "<switch>\n"
        draw(&self, "ko")
        draw(&self, nil)
        self.body += "</switch>\n"
    }

    /// Writes `text` with its base line at `y`; `turned` reads upwards.
    mutating func text(
        _ text: String,
        x: Double,
        y: Double,
        anchor: Anchor = .start,
        size: Double = PlotTheme.textSize,
        color: String = PlotTheme.ink,
        isBold: Bool = false,
        isTurned: Bool = false,
        language: String? = nil
    ) {
        self.body += "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\" "
        self.body += "fill=\"\(color)\""
        if anchor != .start { self.body += " text-anchor=\"\(anchor.rawValue)\"" }
        if isBold { self.body += " font-weight=\"600\"" }
        if let language { self.body += " systemLanguage=\"\(language)\" lang=\"\(language)\"" }
        if isTurned { self.body += " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" }
        self.body += ">\(PlotText.escaped(text))</text>\n"
    }

    /// The whole drawing, named `title` for those who hear it.
    func document(title: PlotTitle) -> String {
        let (width, height) = (Self.number(self.width), Self.number(self.height))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
            viewBox="0 0 \(width) \(height)" font-family="\(PlotText.escaped(PlotTheme.fonts))" role="img">
            <title>\(PlotText.escaped(title.english))</title>
            <rect width="\(width)" height="\(height)" fill="\(PlotTheme.background)"/>
            \(self.body)</svg>

            """
    }

    /// A way through `points`; neighbours less than half a pixel apart are one.
    private static func outline(_ points: [Point]) -> String {
        var way = ""
        var last: Point?
        for (index, point) in points.enumerated() {
            if let last, index < points.count - 1, abs(point.x - last.x) + abs(point.y - last.y) < 0.5 { continue }
            way += "\(last == nil ? "M" : "L")\(Self.number(point.x)) \(Self.number(point.y))"
            last = point
        }
        return way
    }

    private static func opacity(_ value: Double) -> String { value < 1 ? " opacity=\"\(Self.number(value))\"" : "" }

    /// A coordinate with two digits at most.
    private static func number(_ value: Double) -> String {
        let scaled = (value * 100).rounded()
        guard scaled.isFinite, abs(scaled) < 1e15 else { return "0" }
        let whole = Int(scaled)
        let (units, rest) = (abs(whole) / 100, abs(whole) % 100)
        let sign = whole < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(units)" }
        if rest % 10 == 0 { return "\(sign)\(units).\(rest / 10)" }
        return "\(sign)\(units).\(rest < 10 ? "0" : "")\(rest)"
    }
}
