/// Finds the least count at which a condition holds that, once true, stays true.
enum CountSearch {
    /// More than any test will ever see.
    static let limit = 1_000_000_000_000

    /// - Returns: nil when it holds for no count up to ``limit``.
    static func least(from start: Int, where holds: (Double) -> Bool) -> Int? {
        if holds(Double(start)) { return start }
        var (low, step) = (start, max(start / 4, 1))
        while !holds(Double(low + step)) {
            low += step
            step *= 2
            if low + step > Self.limit { return nil }
        }
        var high = low + step
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if holds(Double(middle)) { high = middle } else { low = middle }
        }
        return high
    }
}
