extension Forest {
    /// Returns the prediction for one row: the raw sum after the objective's transform.
    ///
    /// Missing is `NaN`. Category codes are whole numbers from 0, as in training; a code never seen in training follows
    /// the library's rule for unknown categories.
    ///
    /// - Parameter row: `featureCount` values in the order of `featureNames`; any other count is a programmer's error.
    /// - Returns: the prediction in the unit of the label, or a probability.
    /// - Complexity: O(trees × depth); allocates nothing.
    package func score(_ row: Span<Double>) -> Double {
        switch self.arithmetic {
        case .double(let divisor):
            let sum = self.doubleSum(row)
            return self.objective.apply(divisor == 1 ? sum : sum / divisor)
        case .single(let base): return Double(self.objective.apply(self.singleSum(row, base: base)))
        }
    }

    /// Returns the prediction for one row held in an array; see `score(_:)` on a span.
    package func score(_ row: [Double]) -> Double { self.score(row.span) }

    /// Returns the sum over the trees before the objective's transform, such as the log-odds of a binary model.
    ///
    /// The row is as for `score(_:)`. As in LightGBM, a random forest's raw score is the sum and only its prediction the
    /// average.
    package func rawScore(_ row: Span<Double>) -> Double {
        switch self.arithmetic {
        case .double: return self.doubleSum(row)
        case .single(let base): return Double(self.singleSum(row, base: base))
        }
    }

    /// Returns the raw sum for one row held in an array; see `rawScore(_:)` on a span.
    package func rawScore(_ row: [Double]) -> Double { self.rawScore(row.span) }

    /// Returns the predictions for many rows.
    ///
    /// - Parameter rows: shape `[n × featureCount]`, row after row; a partial last row is a programmer's error.
    /// - Returns: `n` predictions in the order of the rows.
    package func scores(_ rows: [Double]) -> [Double] {
        guard self.featureCount > 0 else { return [] }
        precondition(rows.count % self.featureCount == 0, "rows must hold whole rows of \(self.featureCount) values")
        let all = rows.span
        var scores: [Double] = []
        scores.reserveCapacity(rows.count / self.featureCount)
        for start in stride(from: 0, to: rows.count, by: self.featureCount) {
            scores.append(self.score(all.extracting(start..<start + self.featureCount)))
        }
        return scores
    }

    private func doubleSum(_ row: Span<Double>) -> Double {
        var sum = 0.0
        self.forEachLeaf(row) { sum += $0 }
        return sum
    }

    private func singleSum(_ row: Span<Double>, base: Float) -> Float {
        var sum = base
        self.forEachLeaf(row) { sum += Float($0) }
        return sum
    }

    /// Calls `body` with the value of the leaf that `row` reaches in each tree, in the order of the trees.
    @inline(__always)
    private func forEachLeaf(_ row: Span<Double>, _ body: (Double) -> Void) {
        precondition(row.count == self.featureCount, "a row of this forest has \(self.featureCount) values")
        if !self.isPlain {
            self.forEachSpecialLeaf(row, body)
        } else if row.indices.allSatisfy({ !row[$0].isNaN }) {
            self.forEachPlainLeaf(row, body) { $0.completeChild($1) }
        } else {
            self.forEachPlainLeaf(row, body) { $0.plainChild($1) }
        }
    }

    /// Four trees at a time: their steps do not wait for each other, and no branch depends on the data.
    @inline(__always)
    private func forEachPlainLeaf(
        _ row: Span<Double>,
        _ body: (Double) -> Void,
        _ child: (ForestNode, Double) -> UInt32
    ) {
        let (nodes, values, roots) = (self.nodes.span, self.values.span, self.roots.span)
        guard row.count > 0 else { return self.forEachRoot(roots, values, body) }
        var tree = 0
        while tree + 4 <= roots.count {
            var first = roots[tree]
            var second = roots[tree + 1]
            var third = roots[tree + 2]
            var fourth = roots[tree + 3]
            var moved: UInt32 = 1
            while moved != 0 {
                moved = Self.step(&first, nodes, row, child)
                moved |= Self.step(&second, nodes, row, child)
                moved |= Self.step(&third, nodes, row, child)
                moved |= Self.step(&fourth, nodes, row, child)
            }
            body(values[Int(first)])
            body(values[Int(second)])
            body(values[Int(third)])
            body(values[Int(fourth)])
            tree += 4
        }
        while tree < roots.count {
            var index = roots[tree]
            while Self.step(&index, nodes, row, child) != 0 {}
            body(values[Int(index)])
            tree += 1
        }
    }

    /// Moves `index` one level down and returns zero when it already was a leaf.
    @inline(__always)
    private static func step(
        _ index: inout UInt32,
        _ nodes: Span<ForestNode>,
        _ row: Span<Double>,
        _ child: (ForestNode, Double) -> UInt32
    ) -> UInt32 {
        let node = nodes[Int(index)]
        let next = child(node, row[node.feature])
        let moved = next ^ index
        index = next
        return moved
    }

    private func forEachSpecialLeaf(_ row: Span<Double>, _ body: (Double) -> Void) {
        let (nodes, values, roots) = (self.nodes.span, self.values.span, self.roots.span)
        let categoryWords = self.categoryWords.span
        for tree in roots.indices {
            var index = roots[tree]
            while true {
                let node = nodes[Int(index)]
                if node.left == index { break }
                index = node.child(row[node.feature], categoryWords: categoryWords)
            }
            body(values[Int(index)])
        }
    }

    /// A model without features is made of single leaves.
    private func forEachRoot(_ roots: Span<UInt32>, _ values: Span<Double>, _ body: (Double) -> Void) {
        for tree in roots.indices { body(values[Int(roots[tree])]) }
    }
}
