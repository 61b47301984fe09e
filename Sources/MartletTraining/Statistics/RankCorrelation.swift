/// Correlation of ranks.
enum RankCorrelation {
    /// Spearman's coefficient over pairs where neither is `NaN`, ties at their mean rank; `NaN` when it is undetermined.
    ///
    /// - Source: C. Spearman, "The proof and measurement of association between two things", 1904.
    static func spearman(_ first: [Double], _ second: [Double]) -> Double {
        let rows = first.indices.filter { !first[$0].isNaN && !second[$0].isNaN }
        guard rows.count > 2 else { return .nan }
        let left = Self.ranks(rows.map { first[$0] })
        let right = Self.ranks(rows.map { second[$0] })
        let mean = Double(rows.count + 1) / 2
        var product = 0.0
        var leftSquares = 0.0
        var rightSquares = 0.0
        for (one, other) in zip(left, right) {
            product += (one - mean) * (other - mean)
            leftSquares += (one - mean) * (one - mean)
            rightSquares += (other - mean) * (other - mean)
        }
        guard leftSquares > 0, rightSquares > 0 else { return .nan }
        return product / (leftSquares * rightSquares).squareRoot()
    }

    /// Ranks from 1; equal values share their mean rank.
    static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            let rank = Double(start + end) / 2 + 1
            for position in start...end { ranks[order[position]] = rank }
            start = end + 1
        }
        return ranks
    }
}
