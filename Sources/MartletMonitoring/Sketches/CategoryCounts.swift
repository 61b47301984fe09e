/// How often each category was seen, with a bound on how many are told apart.
///
/// The first ``limit`` categories have a count each; rows of later ones are counted together. Parts can be merged.
package struct CategoryCounts: Sendable, Hashable, Codable {
    /// The most categories that are told apart unless another number is asked for.
    package static let defaultLimit = 1_000

    /// The most categories that are told apart.
    package let limit: Int
    /// Rows of each category.
    package private(set) var counts: [String: Int]
    /// Rows of categories beyond the limit.
    package private(set) var otherCount: Int

    /// Counts nothing.
    package init(limit: Int = Self.defaultLimit) {
        self.limit = limit
        self.counts = [:]
        self.otherCount = 0
    }

    /// All rows counted.
    package var total: Int { self.counts.values.reduce(self.otherCount, +) }

    /// Counts one row, or several.
    package mutating func add(_ category: String, times: Int = 1) {
        if let known = self.counts[category] {
            self.counts[category] = known + times
        } else if self.counts.count < self.limit {
            self.counts[category] = times
        } else {
            self.otherCount += times
        }
    }

    /// Takes in all that `other` counted.
    package mutating func merge(_ other: CategoryCounts) {
        // Frequent ones first, so that what falls to the others is what matters least, and in a fixed order.
        for (category, count) in other.counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            self.add(category, times: count)
        }
        self.otherCount += other.otherCount
    }
}
