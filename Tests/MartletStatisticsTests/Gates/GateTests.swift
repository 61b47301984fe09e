import MartletTesting
import Testing

@testable import MartletStatistics

struct GateTests {
    private let gate = ErrorRateGate(threshold: 0.01)

    @Test func `no data is never a pass, and says how much is needed`() {
        guard case .inconclusive(let more) = self.gate.verdict(on: BernoulliCount()) else {
            Issue.record("no data gave a verdict")
            return
        }
        #expect(self.gate.verdict(on: BernoulliCount(trials: more)) == .pass)
        guard case .inconclusive(let last) = self.gate.verdict(on: BernoulliCount(trials: more - 1)) else {
            Issue.record("one request fewer already passed")
            return
        }
        #expect(last == 1)
        #expect(more > 299 && more < 700)  // a fixed test needs 299 good ones
    }

    @Test func `a few requests prove a bad version and never a good one`() {
        #expect(self.gate.verdict(on: BernoulliCount(trials: 3, successes: 3)) == .fail)
        guard case .inconclusive(let more) = self.gate.verdict(on: BernoulliCount(trials: 1, successes: 0)) else {
            Issue.record("one good request gave a verdict")
            return
        }
        #expect(more > 299)
        // One error in ten is 10 %, but ten requests do not prove more than 1 %.
        guard case .inconclusive = self.gate.verdict(on: BernoulliCount(trials: 10, successes: 1)) else {
            Issue.record("one error in ten gave a verdict")
            return
        }
        #expect(self.gate.verdict(on: BernoulliCount(trials: 300, successes: 20)) == .fail)
        #expect(self.gate.verdict(on: BernoulliCount(trials: 100_000, successes: 500)) == .pass)
    }

    @Test func `at the threshold itself no number of requests would do`() {
        let verdict = self.gate.verdict(on: BernoulliCount(trials: 100_000, successes: 1000))
        #expect(verdict == .inconclusive(moreRequests: .max))
    }

    @Test func `the forecast is the count at which the same rate decides`() {
        let seen = BernoulliCount(trials: 1000, successes: 5)
        guard case .inconclusive(let more) = self.gate.verdict(on: seen) else {
            Issue.record("5 in 1,000 should be open")
            return
        }
        #expect(more > 100 && more < 20_000)
        let later = BernoulliCount(trials: 1000 + more + 200, successes: 5 + (more + 200) / 200)
        #expect(self.gate.verdict(on: later) == .pass)
    }

    @Test func `p-values and bounds tell the same as the verdict`() {
        let count = BernoulliCount(trials: 2000, successes: 4)
        #expect(self.gate.verdict(on: count) == .pass)
        #expect(self.gate.pValues(on: count).pass <= 0.05)
        #expect(self.gate.pValues(on: count).fail == 1)
        #expect(self.gate.bounds(on: count).contains(0.002))
    }

    @Test func `the bounds are the thresholds at which the verdict turns`() {
        var passes = 0
        var fails = 0
        for (trials, errors) in [(1, 0), (1, 1), (60, 0), (60, 3), (410, 0), (1_000, 5), (2_000, 90), (100_000, 950)] {
            let count = BernoulliCount(trials: trials, successes: errors)
            let bounds = self.gate.bounds(on: count)
            let (lower, upper) = (bounds.lower ?? 0, bounds.upper ?? 1)
            #expect(lower <= count.rate ?? 0 && count.rate ?? 1 <= upper)
            for threshold in [0.0005, 0.002, 0.005, 0.009, 0.01, 0.02, 0.05, 0.2, 0.6] {
                switch ErrorRateGate(threshold: threshold).verdict(on: count) {
                case .pass:
                    passes += 1
                    #expect(upper <= threshold, "\(errors) of \(trials) pass below \(threshold)")
                case .fail:
                    fails += 1
                    #expect(lower >= threshold, "\(errors) of \(trials) fail at \(threshold)")
                case .inconclusive:
                    #expect(lower < threshold && threshold < upper, "\(errors) of \(trials) are open at \(threshold)")
                }
            }
        }
        #expect(passes > 5 && fails > 5)
    }

    @Test func `a latency quantile is judged by the share of slow requests`() {
        let gate = LatencyGate(quantile: 0.95, thresholdMilliseconds: 500)
        #expect(abs(gate.rateGate.threshold - 0.05) < 1e-15)
        let fast = gate.slow(counts: [900, 80, 10, 10], upperBounds: [100, 500, 1000])
        #expect(fast == BernoulliCount(trials: 1000, successes: 20))
        #expect(gate.verdict(on: fast) == .pass)
        // A bucket that reaches past the threshold counts as slow.
        let between = LatencyGate(quantile: 0.95, thresholdMilliseconds: 400)
            .slow(counts: [900, 80, 10, 10], upperBounds: [100, 500, 1000])
        #expect(between.successes == 100)
        #expect(LatencyGate(quantile: 0.95, thresholdMilliseconds: 400).verdict(on: between) == .fail)
        guard case .inconclusive = gate.verdict(on: BernoulliCount()) else {
            Issue.record("no requests gave a verdict")
            return
        }
    }

    /// Looked at after every request; the rate lies at the threshold, where both errors are most likely.
    @Test func `wrong verdicts over all looks keep alpha`() {
        var generator = SplitMix64(seed: 5)
        let gate = ErrorRateGate(threshold: 0.1)
        var (passes, fails) = (0, 0)
        for _ in 0..<500 {
            var count = BernoulliCount()
            var (hasPassed, hasFailed) = (false, false)
            for _ in 0..<300 {
                count.add(Double.random(in: 0..<1, using: &generator) < 0.1)
                let pValues = gate.pValues(on: count)
                hasPassed = hasPassed || pValues.pass <= 0.05
                hasFailed = hasFailed || pValues.fail <= 0.05
            }
            passes += hasPassed ? 1 : 0
            fails += hasFailed ? 1 : 0
        }
        #expect(passes <= 44 && fails <= 44)  // 25 and four standard deviations
        #expect(passes > 1 && fails > 1)
    }
}
