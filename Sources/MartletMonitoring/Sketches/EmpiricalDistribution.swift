/// Sorted values with how many lie at or below each: what ranks, quantiles and distances are read from.
package struct EmpiricalDistribution: Sendable, Hashable {
    /// Different values, rising.
    package let values: [Double]
    /// The number of values at or below each of ``values``.
    package let cumulative: [Double]
    /// How many values there are.
    package let count: Double

    /// All that `sketch` holds.
    package init(_ sketch: QuantileSketch) { self.init(weighted: sketch.weighted) }

    /// The distribution of `sample`, exactly; non-finite values are left out.
    package init(_ sample: some Sequence<Double>) {
        self.init(weighted: sample.filter(\.isFinite).map { ($0, 1) })
    }

    private init(weighted: [(value: Double, weight: Double)]) {
        var (values, cumulative, sum) = ([Double](), [Double](), 0.0)
        values.reserveCapacity(weighted.count)
        cumulative.reserveCapacity(weighted.count)
        for (value, weight) in weighted.sorted(by: { $0.value < $1.value }) {
            sum += weight
            if values.last == value {
                cumulative[cumulative.count - 1] = sum
            } else {
                values.append(value)
                cumulative.append(sum)
            }
        }
        (self.values, self.cumulative, self.count) = (values, cumulative, sum)
    }

    /// How many values are at most `value`.
    ///
    /// - Complexity: O(log n).
    package func countAtMost(_ value: Double) -> Double {
        var (low, high) = (0, self.values.count)
        while low < high {
            let middle = (low + high) / 2
            if self.values[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : self.cumulative[low - 1]
    }

    /// The smallest value that at least `share` of all lie at or below; NaN when there is none.
    package func quantile(_ share: Double) -> Double {
        guard let last = self.values.last else { return .nan }
        let rank = share * self.count
        var (low, high) = (0, self.cumulative.count)
        while low < high {
            let middle = (low + high) / 2
            if self.cumulative[middle] < rank { low = middle + 1 } else { high = middle }
        }
        return low < self.values.count ? self.values[low] : last
    }
}
