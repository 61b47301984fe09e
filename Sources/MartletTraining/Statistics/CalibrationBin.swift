/// Rows of like predicted probability, and how often they were positive.
package struct CalibrationBin: Sendable, Hashable {
    package let count: Int
    package let meanPrediction: Double
    package let positiveShare: Double

    /// Divides rows at the quantiles of their predictions, so that each bin holds about as many; empty bins are left out.
    ///
    /// A row that lies on an edge belongs to the lower bin. Many equal predictions make fewer, fuller bins.
    ///
    /// - Parameters:
    ///   - labels: whether each row is positive. Shape `[n]`.
    ///   - predictions: probabilities, in the same order; none is `NaN`.
    ///   - binCount: at least 1.
    /// - Returns: bins by rising prediction.
    /// - Complexity: O(n log n).
    package static func quantileBins(labels: [Bool], predictions: [Double], binCount: Int = 10) -> [CalibrationBin] {
        guard !labels.isEmpty, binCount > 0 else { return [] }
        let order = predictions.indices.sorted { predictions[$0] < predictions[$1] }
        let sorted = order.map { predictions[$0] }
        let edges = (1..<max(binCount, 1)).map { Quantiles.value(sorted: sorted, at: Double($0) / Double(binCount)) }
        var bins: [CalibrationBin] = []
        var position = 0
        for bin in 0..<binCount {
            let start = position
            while position < sorted.count, bin == edges.count || sorted[position] <= edges[bin] { position += 1 }
            guard position > start else { continue }
            let count = position - start
            bins.append(
                CalibrationBin(
                    count: count,
                    meanPrediction: sorted[start..<position].reduce(0, +) / Double(count),
                    positiveShare: Double(order[start..<position].count { labels[$0] }) / Double(count)
                )
            )
        }
        return bins
    }
}
