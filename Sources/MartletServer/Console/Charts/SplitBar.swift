/// How an endpoint's traffic is split, as one bar.
struct SplitBar: Sendable {
    /// The variants with their shares in basis points.
    let parts: [(name: String, weight: Int)]

    /// The drawing; a variant without a share is not in it.
    func markup() -> Markup {
        var svg = SVG(width: 200, height: 10)
        var left = 0.0
        for (index, part) in self.parts.enumerated() where part.weight > 0 {
            let width = 200 * Double(part.weight) / 10_000
            let gap = left + width < 199.5 ? 0.4 : 0
            svg.rectangle(left, 0, max(width - gap, 0.4), 10, "share s\(index % 8)")
            left += width
        }
        let label = self.parts.map { "\($0.name) \(Self.percent($0.weight))" }.joined(separator: ", ")
        return svg.markup("split", label: label, #"preserveAspectRatio="none""#)
    }

    /// Basis points in percent, such as `12.5 %`.
    static func percent(_ basisPoints: Int) -> String {
        let decimals = basisPoints.isMultiple(of: 100) ? 0 : basisPoints.isMultiple(of: 10) ? 1 : 2
        return Figures.number(Double(basisPoints) / 100, decimals: decimals) + " %"
    }
}
