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

    private var cells: [Cell]

    /// Reserves memory for trees of up to `nodeLimit` nodes.
    init(nodeLimit: Int) {
        self.cells = [Cell](
            repeating: Cell(product: .one, inverse: .one, below: .zero, deeper: .zero),
            count: nodeLimit
        )
    }

    /// Multiplies the lines along every path.
    ///
    /// `hot` is 1 where the row follows every split on the edge's feature down to here, else 0.
    mutating func goDown(_ edges: Span<ForestEdge>, hot: Span<Double>, values: Span<Double>, points: SIMD4<Double>) {
        let rest = SIMD4<Double>.one - points
        var cells = self.cells.mutableSpan
        cells[0] = Cell(product: .one, inverse: .one, below: .zero, deeper: .zero)
        for index in 1..<edges.count {
            let edge = edges[index]
            let line = points * hot[index] + rest * edge.coldFraction
            let product = cells[Int(edge.parent)].product * cells[Int(edge.ancestor)].inverse * line
            cells[index] = Cell(
                product: product,
                inverse: SIMD4<Double>.one / line,
                below: product * values[index],
                deeper: .zero
            )
        }
    }

    /// Sums the leaves below every edge and adds each edge's share to its feature's total.
    mutating func goUp(_ edges: Span<ForestEdge>, hot: Span<Double>, weights: SIMD4<Double>, totals: inout [Double]) {
        var cells = self.cells.mutableSpan
        var shares = totals.mutableSpan
        var index = edges.count - 1
        while index > 0 {
            let edge = edges[index]
            let below = cells[index].below
            let own = (below - cells[index].deeper) * cells[index].inverse * weights
            cells[Int(edge.parent)].below += below
            cells[Int(edge.ancestor)].deeper += below
            shares[Int(edge.feature)] += (hot[index] - edge.coldFraction) * own.sum()
            index -= 1
        }
    }
}
