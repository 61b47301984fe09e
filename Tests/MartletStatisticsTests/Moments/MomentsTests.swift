import MartletTesting
import Testing

@testable import MartletStatistics

struct MomentsTests {
    private func values(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in Double.random(in: -3...40, using: &generator) }
    }

    /// Two passes over all values: the definition.
    private func direct(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
    }

    @Test func `parts merged in any order are the whole`() {
        for seed in UInt64(1)...20 {
            let values = self.values(200, seed: seed)
            let cut = Int(seed * 9)
            var merged = SampleMoments(values[cut...])
            merged.merge(SampleMoments(values[..<cut]))
            merged.merge(SampleMoments())
            var fromNothing = SampleMoments()
            fromNothing.merge(merged)
            let (mean, variance) = self.direct(values)
            #expect(fromNothing.count == 200)
            #expect(agrees(fromNothing.mean, mean))
            #expect(agrees(fromNothing.variance, variance))
            #expect(agrees(fromNothing.standardError, (variance / 200).squareRoot()))
        }
    }

    @Test func `a late outcome replaced is the outcome added`() {
        var late = SampleMoments(Array(repeating: 0, count: 50))
        let values = self.values(50, seed: 4)
        for value in values { late.replace(0, with: value) }
        let (mean, variance) = self.direct(values)
        #expect(agrees(late.mean, mean))
        #expect(agrees(late.variance, variance, to: 1e-10))
        late.add(7)
        late.remove(7)
        #expect(agrees(late.variance, variance, to: 1e-10))
        var one = SampleMoments([3])
        one.remove(3)
        #expect(one == SampleMoments())
    }

    @Test func `pairs know how their columns vary together`() {
        let (first, noise) = (self.values(120, seed: 1), self.values(120, seed: 2))
        let second = zip(first, noise).map { 2 * $0 + $1 }
        let pairs = Array(zip(first, second))
        var merged = PairMoments(pairs[70...].map { ($0.0, $0.1) })
        merged.merge(PairMoments(pairs[..<70].map { ($0.0, $0.1) }))
        var changed = PairMoments(pairs.map { ($0.0, 5.0) })
        for (old, new) in pairs { changed.replace((old, 5), with: (old, new)) }
        let (left, right) = (self.direct(first), self.direct(second))
        let covariance = zip(first, second).reduce(0) { $0 + ($1.0 - left.mean) * ($1.1 - right.mean) } / 119
        for pair in [merged, changed] {
            #expect(agrees(pair.covariance, covariance, to: 1e-10))
            let difference = self.direct(zip(first, second).map { $0 - 0.7 * $1 })
            #expect(agrees(pair.difference(factor: 0.7).mean, difference.mean, to: 1e-10))
            #expect(agrees(pair.difference(factor: 0.7).variance, difference.variance, to: 1e-10))
        }
        #expect(agrees(merged.correlation, covariance / (left.variance * right.variance).squareRoot(), to: 1e-10))
        #expect(PairMoments([(1, 2), (1, 3)]).correlation == nil)
    }

    @Test func `a count is a sample of zeros and ones`() {
        var count = BernoulliCount(trials: 9, successes: 2)
        count.add(true)
        count.convertOne()
        var whole = BernoulliCount(trials: 5, successes: 1)
        whole.merge(count)
        #expect(whole == BernoulliCount(trials: 15, successes: 5))
        let plain = SampleMoments([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(agrees(whole.moments.mean, plain.mean))
        #expect(agrees(whole.moments.variance, plain.variance))
        #expect(BernoulliCount().rate == nil)
    }

    @Test func `a cap pulls values to its bounds`() {
        let cap = OutlierCap(lower: 0, upper: 3000)
        #expect([-5, 7, 49_854].map { cap($0) } == [0, 7, 3000])
        #expect(OutlierCap()(1e9) == 1e9)
    }
}
