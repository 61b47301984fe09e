import Foundation

/// Writes one SVG drawing; colours come from the page's style sheet by class.
struct SVG: Sendable {
    private var body = ""
    let width: Double
    let height: Double

    /// Starts a drawing of `width` by `height` units.
    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        self.body +=
            #"<line class="\#(style)" x1="\#(Self.text(x1))" y1="\#(Self.text(y1))" x2="\#(Self.text(x2))" y2="\#(Self.text(y2))"/>"#
    }

    /// Writes `text`; `anchor` is `start`, `middle` or `end`.
    mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: String = "start", _ style: String = "") {
        self.body +=
            #"<text class="\#(style)" x="\#(Self.text(x))" y="\#(Self.text(y))" text-anchor="\#(anchor)">\#(Markup.escape(text))</text>"#
    }

    mutating func rectangle(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double,
        _ style: String,
        radius: Double = 0
    ) {
        self.body +=
            #"<rect class="\#(style)" x="\#(Self.text(x))" y="\#(Self.text(y))" width="\#(Self.text(max(0, width)))" height="\#(Self.text(max(0, height)))" rx="\#(Self.text(radius))"/>"#
    }

    /// Draws through `points`; a gap between parts lifts the pen.
    mutating func path(_ parts: [[(Double, Double)]], _ style: String, _ attributes: String = "") {
        var data = ""
        for part in parts {
            for (index, point) in part.enumerated() {
                data += (index == 0 ? "M" : "L") + Self.text(point.0) + " " + Self.text(point.1)
            }
        }
        self.body += #"<path class="\#(style)" d="\#(data)" fill="none" \#(attributes)/>"#
    }

    /// Puts `markup` in as it is.
    mutating func raw(_ markup: String) { self.body += markup }

    /// The drawing; `label` is what a screen reader says of it, `attributes` go into the outer element.
    func markup(_ style: String, label: String, _ attributes: String = "") -> Markup {
        Markup(
            #"<svg class="\#(style)" viewBox="0 0 \#(Self.text(self.width)) \#(Self.text(self.height))" role="img" aria-label="\#(Markup.escape(label))" \#(attributes)>\#(self.body)</svg>"#
        )
    }

    /// A coordinate with at most two decimals.
    static func text(_ value: Double) -> String {
        let hundredths = (value * 100).rounded()
        guard hundredths.isFinite, abs(hundredths) < 1e12 else { return "0" }
        let whole = Int(hundredths)
        if whole.isMultiple(of: 100) { return String(whole / 100) }
        let rest = String(abs(whole) % 100)
        return (whole < 0 ? "-" : "") + "\(abs(whole) / 100)." + (rest.count < 2 ? "0" + rest : rest)
    }
}
