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
        guard !control.isEmpty, !treatment.isEmpty else { return nil }
        let tagged = (control.map { ($0, false) } + treatment.map { ($0, true) }).sorted { $0.0 < $1.0 }
        var (rankSum, tieSum) = (0.0, 0.0)
        var start = 0
        while start < tagged.count {
            var end = start
            var treated = 0
            while end < tagged.count, tagged[end].0 == tagged[start].0 {
                treated += tagged[end].1 ? 1 : 0
                end += 1
            }
            let size = Double(end - start)
            rankSum += Double(treated) * (Double(start + end + 1) / 2)
            tieSum += size * (size * size - 1)
            start = end
        }
        let (ours, theirs, all) = (Double(treatment.count), Double(control.count), Double(tagged.count))
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
