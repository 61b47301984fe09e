import Foundation
import MartletTesting
import Testing

@testable import MartletStatistics

struct ConfidenceSequenceTests {
    private func effect(_ value: Double, error: Double, count: Int, smallest: Int = 1000) throws -> EffectEstimate {
        try #require(EffectEstimate(value: value, standardError: error, count: count, smallestGroup: smallest))
    }

    @Test func `the boundary is the paper's, tuned by Lambert's function`() throws {
        for row in try Golden.shared.get().sequences.margins {
            let sequence = ConfidenceSequence(alpha: row[0], expectedCount: Int(row[1]))
            #expect(agrees(sequence.multiplier(count: Int(row[2])), row[3]))
            #expect(agrees(sequence.multiplier(count: Int(row[2]), .greater), row[4]))
        }
    }

    @Test func `no other tuning is narrower at the expected count`() {
        let tuned = ConfidenceSequence(alpha: 0.05, expectedCount: 10_000)
        for other in [100, 3000, 9000, 11_000, 40_000, 1_000_000] {
            let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: other)
            #expect(sequence.multiplier(count: 10_000) > tuned.multiplier(count: 10_000))
        }
        #expect(tuned.multiplier(count: 10_000) < 3.3 && tuned.multiplier(count: 10_000) > 1.96)
    }

    @Test func `an interval excludes zero exactly when the p-value is below alpha`() throws {
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: 5000)
        for alternative in Alternative.allCases {
            for step in -60...60 {
                let effect = try self.effect(Double(step) / 10, error: 1, count: 4000)
                let interval = try #require(sequence.interval(for: effect, alternative))
                let pValue = sequence.pValue(for: effect, alternative)
                #expect(interval.contains(0) == (pValue >= 0.05), "\(alternative) \(step) \(pValue)")
                #expect(pValue >= 0 && pValue <= 1)
            }
        }
        #expect(sequence.pValue(for: try self.effect(1e6, error: 1, count: 4000)) == 0)
        #expect(sequence.pValue(for: try self.effect(1e6, error: 1, count: 4000), .greater) == 0)
    }

    @Test func `nothing is said before the first look`() throws {
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: 5000, firstLook: 50)
        let early = try self.effect(100, error: 1, count: 4000, smallest: 49)
        #expect(sequence.interval(for: early) == nil)
        #expect(sequence.pValue(for: early) == 1)
        #expect(sequence.interval(for: try self.effect(100, error: 1, count: 4000, smallest: 50)) != nil)
        let rare = EffectEstimate.difference(
            control: BernoulliCount(trials: 9000, successes: 40),
            treatment: BernoulliCount(trials: 1000, successes: 12)
        )
        #expect(try #require(rare).smallestGroup == 12)
    }

    @Test func `a lift above a threshold is judged on the ratio`() throws {
        let control = BernoulliCount(trials: 50_000, successes: 5000)
        let treatment = BernoulliCount(trials: 50_000, successes: 6000)
        let lift = try #require(RelativeLift(control: control, treatment: treatment))
        #expect(agrees(lift.value, 0.2, to: 1e-10))
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: 50_000)
        let interval = try #require(sequence.interval(for: lift, .greater))
        #expect(interval.isAbove(0.05) && !interval.isAbove(0.2) && interval.upper == nil)
        #expect(sequence.pValue(for: lift, against: 0.05, .greater) < 0.05)
        #expect(sequence.pValue(for: lift, against: 0.25, .greater) == 1)
    }

    @Test func `a forecast is the first count that excludes`() throws {
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: 20_000)
        let now = try self.effect(0.01, error: 0.006, count: 10_000)
        let count = try #require(sequence.countToExclude(0, from: now))
        let width = { (count: Int) in sequence.multiplier(count: count) * 0.6 / Double(count).squareRoot() }
        #expect(count > 10_000 && width(count) < 0.01 && width(count - 1) >= 0.01)
        #expect(sequence.countToExclude(0, from: try self.effect(1, error: 0.006, count: 10_000)) == 10_000)
        #expect(sequence.countToExclude(0, from: now, .less) == nil)
        #expect(sequence.countToExclude(0.01, from: now) == nil)
        let early = try self.effect(1, error: 0.006, count: 10_000, smallest: 4)
        #expect(sequence.countToExclude(0, from: early) == 50_000)
    }

    /// 400 tests of no difference, looked at after every unit: alpha 0.2 allows 80, and four deviations more is 112.
    @Test func `looking all the time keeps alpha where a fixed test does not`() {
        var generator = SplitMix64(seed: 20_240_601)
        let sequence = ConfidenceSequence(alpha: 0.2, expectedCount: 1000)
        var (watched, naive) = (0, 0)
        for _ in 0..<400 {
            var sides = [BernoulliCount(), BernoulliCount()]
            var (hasWatched, hasNaive) = (false, false)
            for _ in 0..<2000 {
                sides[Int.random(in: 0...1, using: &generator)].add(Double.random(in: 0..<1, using: &generator) < 0.3)
                guard let effect = EffectEstimate.difference(control: sides[0], treatment: sides[1]),
                    effect.smallestGroup >= 100
                else { continue }
                hasWatched = hasWatched || !(sequence.interval(for: effect)?.contains(0) ?? true)
                hasNaive = hasNaive || abs(effect.value) > 1.2816 * effect.standardError
            }
            watched += hasWatched ? 1 : 0
            naive += hasNaive ? 1 : 0
        }
        #expect(watched <= 112)
        #expect(naive > 200)
        #expect(watched > 4)
    }

    /// Amounts that one unit in twenty has, 90/10: where a small side's own variance is too small when its mean is.
    @Test func `sparse amounts keep alpha, and would not with each side's own variance`() throws {
        var generator = SplitMix64(seed: 11)
        let sequence = ConfidenceSequence(alpha: 0.1, expectedCount: 1000)
        var (watched, own) = (0, 0)
        for _ in 0..<300 {
            var (control, treatment) = (SampleMoments(), SampleMoments())
            var (hasWatched, hasOwn) = (false, false)
            for _ in 0..<2000 {
                let amount = Int.random(in: 0..<20, using: &generator) == 0 ? 1.0 : 0
                if Int.random(in: 0..<10, using: &generator) == 0 { treatment.add(amount) } else { control.add(amount) }
                guard let effect = EffectEstimate.difference(control: control, treatment: treatment),
                    let plain = EffectEstimate(
                        value: effect.value,
                        standardError: effect.standardError,
                        count: effect.count,
                        smallestGroup: effect.smallestGroup
                    )
                else { continue }
                hasWatched = hasWatched || sequence.pValue(for: effect) < 0.1
                hasOwn = hasOwn || sequence.pValue(for: plain) < 0.1
            }
            watched += hasWatched ? 1 : 0
            own += hasOwn ? 1 : 0
        }
        #expect(watched <= 51)  // 30 and four standard deviations
        #expect(own > 51)
    }
}
