extension Forest {
    /// Returns how much each feature moved this row's raw score away from the average: exact TreeSHAP values.
    ///
    /// These are the Shapley values of the game in which an unknown feature follows both sides of a split in proportion
    /// to the training data (path-dependent TreeSHAP), as both libraries' `pred_contrib` reports them. They are computed
    /// without the recursion over subsets: a Shapley value is the integral over `t` in [0, 1] of the chance that a leaf
    /// is reached when every other feature is known with probability `t`. Along a path that chance is a product of one
    /// straight line for each feature, so Gauss–Legendre quadrature is exact, and one walk down and up serves all
    /// features of a tree.
    ///
    /// - Parameter row: as for `score(_:)`.
    /// - Returns: `featureCount + 1` values in the unit of `rawScore(_:)`; the last is the average over the training
    ///   data, and all together sum to the raw score.
    /// - Complexity: O(nodes × ⌈features on a path / 8⌉).
    /// - Source: S. M. Lundberg, G. G. Erion, S.-I. Lee, "Consistent Individualized Feature Attribution for Tree
    ///   Ensembles", 2018, Algorithm 2 (the values); P. Yu, C. Xu, A. Bifet, J. Read, "Linear TreeShap", 2022 (one
    ///   polynomial for all features); G. Owen, "Multilinear Extensions of Games", 1972 (the integral).
    package func contributions(_ row: Span<Double>) -> [Double] {
        precondition(row.count == self.featureCount, "a row of this forest has \(self.featureCount) values")
        var totals = [Double](repeating: 0, count: self.featureCount + 1)
        var hot = [Double](repeating: 0, count: self.largestTree)
        var walk = ContributionWalk(nodeLimit: self.largestTree)
        for tree in self.roots.indices {
            let start = Int(self.roots[tree])
            let end = tree + 1 < self.roots.count ? Int(self.roots[tree + 1]) : self.nodes.count
            guard end - start > 1 else { continue }
            let edges = self.edges.span.extracting(start..<end)
            self.findHotEdges(row, start: start, edges: edges, in: &hot)
            let values = self.values.span.extracting(start..<end)
            for group in self.rules[GaussLegendreRule.groupCount(degree: self.pathWidths[tree] - 1) - 1].groups {
                walk.goDown(edges, hot: hot.span, values: values, points: group.points)
                walk.goUp(edges, hot: hot.span, weights: group.weights, totals: &totals)
            }
        }
        totals[self.featureCount] = self.expectedValue
        if case .single(let base) = self.arithmetic { totals[self.featureCount] += Double(base) }
        return totals
    }

    /// Returns the contributions for one row held in an array; see `contributions(_:)` on a span.
    package func contributions(_ row: [Double]) -> [Double] { self.contributions(row.span) }

    /// Marks the edges of a tree along which `row` would go at every split on the edge's feature above it.
    private func findHotEdges(
        _ row: Span<Double>,
        start: Int,
        edges: Span<ForestEdge>,
        in hot: inout [Double]
    ) {
        let nodes = self.nodes.span
        let categoryWords = self.categoryWords.span
        var hot = hot.mutableSpan
        hot[0] = 1
        for index in edges.indices where !edges[index].isLeaf {
            let node = nodes[start + index]
            let taken = Int(node.child(row[node.feature], categoryWords: categoryWords)) - start
            let left = Int(node.left) - start
            let above = hot[Int(edges[left].ancestor)]
            hot[left] = taken == left ? above : 0
            hot[left + 1] = taken == left ? 0 : above
        }
    }
}
