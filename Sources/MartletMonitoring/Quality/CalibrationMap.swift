/// Turns scores into the rate at which rows of that score were positive: a rising line fitted to held-out rows.
///
/// Between two fitted scores the rate is interpolated; beyond them the nearest holds.
///
/// - Source: M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid, E. Silverman, "An empirical distribution function for
///   sampling with incomplete information", 1955 (pool adjacent violators).
package struct CalibrationMap: Sendable, Hashable, Codable {
    /// Rising scores.
    package let scores: [Double]
    /// The rate at each score; never falling.
    package let rates: [Double]

    /// Fits the line; nil when there are no rows.
    package init?(scores: [Double], labels: [Bool]) {
        guard !scores.isEmpty, scores.count == labels.count else { return nil }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var blocks: [(low: Double, high: Double, sum: Double, weight: Double)] = []
        for index in order {
            let value = labels[index] ? 1.0 : 0.0
            if let last = blocks.last, last.low == scores[index], last.high == scores[index] {
                blocks[blocks.count - 1].sum += value
                blocks[blocks.count - 1].weight += 1
            } else {
                blocks.append((scores[index], scores[index], value, 1))
            }
        }
        var pooled: [(low: Double, high: Double, sum: Double, weight: Double)] = []
        for block in blocks {
            pooled.append(block)
            while pooled.count > 1 {
                let (before, last) = (pooled[pooled.count - 2], pooled[pooled.count - 1])
                guard before.sum / before.weight >= last.sum / last.weight else { break }
                pooled.removeLast(2)
                pooled.append((before.low, last.high, before.sum + last.sum, before.weight + last.weight))
            }
        }
        var (knots, rates) = ([Double](), [Double]())
        for block in pooled {
            knots.append(block.low)
            rates.append(block.sum / block.weight)
            if block.high > block.low {
                knots.append(block.high)
                rates.append(block.sum / block.weight)
            }
        }
        (self.scores, self.rates) = (knots, rates)
    }

    /// The rate at `score`.
    package func rate(_ score: Double) -> Double {
        guard let first = self.scores.first, let last = self.scores.last else { return score }
        if score <= first { return self.rates[0] }
        if score >= last { return self.rates[self.rates.count - 1] }
        var (low, high) = (0, self.scores.count - 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.scores[middle] <= score { low = middle } else { high = middle }
        }
        let share = (score - self.scores[low]) / (self.scores[high] - self.scores[low])
        return self.rates[low] + share * (self.rates[high] - self.rates[low])
    }
}
