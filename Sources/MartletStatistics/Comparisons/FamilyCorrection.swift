/// Adjusts the p-values of several metrics that are judged together.
package enum FamilyCorrection: String, Sendable, Hashable, Codable, CaseIterable {
    /// Holds the probability of any false finding (S. Holm, 1979).
    case holm
    /// Holds the expected share of false ones among the findings (Y. Benjamini, Y. Hochberg, 1995), for metrics that are
    /// independent or depend on each other positively.
    case benjaminiHochberg
    /// As they are.
    case none

    /// The adjusted p-values, in the order given; compare each with alpha.
    package func adjusted(_ pValues: [Double]) -> [Double] {
        let count = pValues.count
        let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
        var result = pValues
        switch self {
        case .none: break
        case .holm:
            var greatest = 0.0
            for (rank, index) in order.enumerated() {
                greatest = max(greatest, min(pValues[index] * Double(count - rank), 1))
                result[index] = greatest
            }
        case .benjaminiHochberg:
            var least = 1.0
            for (rank, index) in order.enumerated().reversed() {
                least = min(least, pValues[index] * Double(count) / Double(rank + 1))
                result[index] = least
            }
        }
        return result
    }
}
