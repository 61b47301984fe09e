/// The working memory of one explanation: a walk down a tree and back up at four quadrature points at once.
struct ContributionWalk {
    /// What the walk knows at one node, at each of the four points.
    private struct Cell {
        /// The product of the lines of every feature on the path from the root.
        var product: SIMD4<Double>
        /// One over the line of the edge's own feature.
        var inverse: SIMD4<Double>
        /// The sum of value times product over the leaves below.
        var below: SIMD4<Double>
        /// The part of `below` that a deeper edge on the same feature accounts for.
        var deeper: SIMD4<Double>
    }

    /// 1 where the row follows every split on the edge's feature down to here, else 0.
    var hot: [Double]
    private var cells: [Cell]

    /// Reserves memory for trees of up to `nodeLimit` nodes.
    init(nodeLimit: Int) {
        self.hot = [Double](repeating: 0, count: nodeLimit)
        self.cells = [Cell](
            repeating: Cell(product: .one, inverse: .one, below: .zero, deeper: .zero),
            count: nodeLimit
        )
    }

    /// Multiplies the lines along every path.
    mutating func goDown(_ edges: Span<ForestEdge>, values: Span<Double>, points: SIMD4<Double>) {
        let rest = SIMD4<Double>.one - points
        self.cells[0] = Cell(product: .one, inverse: .one, below: .zero, deeper: .zero)
        for index in 1..<edges.count {
            let edge = edges[index]
            let line = points * self.hot[index] + rest * edge.coldFraction
            let product = self.cells[Int(edge.parent)].product * self.cells[Int(edge.ancestor)].inverse * line
            self.cells[index] = Cell(
                product: product,
                inverse: SIMD4<Double>.one / line,
                below: product * values[index],
                deeper: .zero
            )
        }
    }

    /// Sums the leaves below every edge and adds each edge's share to its feature's total.
    mutating func goUp(_ edges: Span<ForestEdge>, weights: SIMD4<Double>, totals: inout [Double]) {
        for index in stride(from: edges.count - 1, to: 0, by: -1) {
            let edge = edges[index]
            let cell = self.cells[index]
            self.cells[Int(edge.parent)].below += cell.below
            self.cells[Int(edge.ancestor)].deeper += cell.below
            let integral = ((cell.below - cell.deeper) * cell.inverse * weights).sum()
            totals[Int(edge.feature)] += (self.hot[index] - edge.coldFraction) * integral
        }
    }
}
