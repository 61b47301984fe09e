/// Halves an interval until two neighbouring numbers are left.
enum Bisection {
    /// The number nearest to `inside` that is excluded, where all between it and `outside` are.
    static func edge(inside: Double, outside: Double, isExcluded: (Double) -> Bool) -> Double {
        var (inside, outside) = (inside, outside)
        for _ in 0..<200 {
            let middle = (inside + outside) / 2
            if middle == inside || middle == outside { break }
            if isExcluded(middle) { outside = middle } else { inside = middle }
        }
        return outside
    }
}
