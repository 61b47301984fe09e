/// Which rows are for learning, for choosing and for judging.
package struct TrainingSplit: Sendable, Equatable {
    package let train: [Int]
    package let validation: [Int]
    package let test: [Int]

    /// Divides rows whose moments are `times` (microseconds, one a row) by `plan`.
    ///
    /// In time order, equal moments keep the spine's order; at random, each part lists its rows in the spine's order.
    /// The cuts are at ⌊n · share⌋ of the running shares, so that the last part receives what rounding leaves.
    package init(plan: SplitPlan, times: [Int64]) {
        let count = times.count
        let order: [Int]
        switch plan {
        case .time:
            order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        case .random(let split):
            var generator = SeededGenerator(seed: split.seed)
            order = generator.permutation(of: count)
        }
        let fractions = plan.fractions
        let first = Self.cut(count, fractions.train)
        let second = Self.cut(count, fractions.train + fractions.validation)
        let isRandom = if case .random = plan { true } else { false }
        let arranged: (ArraySlice<Int>) -> [Int] = { isRandom ? $0.sorted() : Array($0) }
        self.train = arranged(order[..<first])
        self.validation = arranged(order[first..<second])
        self.test = arranged(order[second...])
    }

    /// ⌊count · share⌋; the small addition keeps a share such as 0.85 of 100 from falling to 84 by rounding.
    private static func cut(_ count: Int, _ share: Double) -> Int {
        min(count, Int(Double(count) * share + 1e-9))
    }
}
