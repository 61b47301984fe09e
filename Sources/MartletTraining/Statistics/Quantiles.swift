/// Quantiles of sorted numbers.
enum Quantiles {
    /// The number `share` of the way through `sorted`, between neighbours on a line; `NaN` when there is none.
    static func value(sorted: [Double], at share: Double) -> Double {
        guard let last = sorted.indices.last else { return .nan }
        let position = share * Double(last)
        let below = Int(position)
        let above = min(below + 1, last)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
}
