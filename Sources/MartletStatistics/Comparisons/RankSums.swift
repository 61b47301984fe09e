/// What ranks say of two samples: all that ``MannWhitneyTest`` needs of the values.
package struct RankSums: Sendable, Hashable, Codable {
    /// How often a value is there on each side.
    package struct Count: Sendable, Hashable {
        package var control = 0
        package var treatment = 0

        /// Nowhere yet.
        package init() {}
    }

    /// How many values control has.
    package let control: Int
    /// How many values treatment has.
    package let treatment: Int
    /// The sum of the ranks of treatment among all values; equal values share the mean of their ranks.
    package let treatmentRanks: Double
    /// The sum of n³ − n over the values that are there n times.
    package let ties: Double

    /// Ranks the values of `counts`.
    ///
    /// - Complexity: O(n log n) in the number of different values.
    package init(_ counts: [Double: Count]) {
        var (before, control, treatment) = (0, 0, 0)
        var (ranks, ties) = (0.0, 0.0)
        for (_, count) in counts.sorted(by: { $0.key < $1.key }) {
            let both = count.control + count.treatment
            let size = Double(both)
            ranks += Double(count.treatment) * (Double(2 * before + both + 1) / 2)
            ties += size * (size * size - 1)
            before += both
            control += count.control
            treatment += count.treatment
        }
        (self.control, self.treatment) = (control, treatment)
        (self.treatmentRanks, self.ties) = (ranks, ties)
    }
}
