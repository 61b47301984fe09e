/// Compares where two samples lie by ranks: for skewed metrics, where a mean hangs on a few units.
///
/// It tests whether a unit of one side tends to be greater than one of the other, which is not a difference of means.
///
/// - Source: H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than
///   the other", 1947; normal approximation with the correction for ties.
package enum MannWhitneyTest {
    /// Treatment against control.
    ///
    /// - Parameters:
    ///   - control: values without NaN, in any order.
    ///   - treatment: values without NaN, in any order.
    ///   - alternative: `greater` holds that treatment is greater.
    ///   - correctsContinuity: moves the statistic half a step toward "no difference".
    /// - Returns: `statistic` is U of the treatment, `estimate` the share of pairs in which treatment is greater (ties
    ///   count half); nil when a side is empty or all values are the same.
    /// - Complexity: O(n log n).
    package static func compare(
        control: [Double],
        treatment: [Double],
        _ alternative: Alternative = .twoSided,
        correctsContinuity: Bool = true
    ) -> TestResult? {
        var counts: [Double: RankSums.Count] = [:]
        for value in control { counts[value, default: .init()].control += 1 }
        for value in treatment { counts[value, default: .init()].treatment += 1 }
        return Self.compare(RankSums(counts), alternative, correctsContinuity: correctsContinuity)
    }

    /// Treatment against control, by the sums of their ranks.
    ///
    /// - Returns: as of the values themselves.
    package static func compare(
        _ ranks: RankSums,
        _ alternative: Alternative = .twoSided,
        correctsContinuity: Bool = true
    ) -> TestResult? {
        guard ranks.control > 0, ranks.treatment > 0 else { return nil }
        let (rankSum, tieSum) = (ranks.treatmentRanks, ranks.ties)
        let (ours, theirs, all) = (
            Double(ranks.treatment), Double(ranks.control), Double(ranks.control + ranks.treatment)
        )
        let statistic = rankSum - ours * (ours + 1) / 2
        let deviation = (ours * theirs / 12 * (all + 1 - tieSum / (all * (all - 1)))).squareRoot()
        guard deviation > 0 else { return nil }
        let correction = correctsContinuity ? 0.5 : 0
        let distance = statistic - ours * theirs / 2
        let pValue: Double =
            switch alternative {
            case .twoSided:
                min(2 * NormalDistribution.probability(.upper, at: (abs(distance) - correction) / deviation), 1)
            case .greater: NormalDistribution.probability(.upper, at: (distance - correction) / deviation)
            case .less: NormalDistribution.probability(.lower, at: (distance + correction) / deviation)
            }
        return TestResult(statistic: statistic, pValue: pValue, estimate: statistic / (ours * theirs))
    }
}
