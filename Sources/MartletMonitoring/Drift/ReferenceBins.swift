/// The bins that the population stability index counts in: the deciles of the reference.
package struct ReferenceBins: Sendable, Hashable {
    /// The upper edges of all bins but the last, rising; a value belongs to the first bin whose edge is not below it.
    package let edges: [Double]

    /// Bins with rising `edges`.
    package init(edges: [Double]) { self.edges = edges }

    /// Deciles of `reference`, equal ones once.
    ///
    /// A reference of one value has a bin for what is below it and one for what is above.
    package init(_ reference: EmpiricalDistribution) {
        guard let lowest = reference.values.first, let highest = reference.values.last else {
            self.edges = []
            return
        }
        var edges: [Double] = []
        for tenth in 1..<10 {
            let edge = reference.quantile(Double(tenth) / 10)
            if edge < highest, edge > edges.last ?? -.infinity { edges.append(edge) }
        }
        self.edges = lowest == highest ? [lowest.nextDown, lowest] : edges
    }

    /// How many values of `distribution` each bin holds.
    package func counts(of distribution: EmpiricalDistribution) -> [Double] {
        var (counts, before) = ([Double](), 0.0)
        for edge in self.edges {
            let upTo = distribution.countAtMost(edge)
            counts.append(upTo - before)
            before = upTo
        }
        return counts + [distribution.count - before]
    }
}
