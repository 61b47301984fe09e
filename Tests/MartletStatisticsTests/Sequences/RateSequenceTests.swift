import Foundation
import MartletTesting
import Testing

@testable import MartletStatistics

struct RateSequenceTests {
    @Test func `the mixtures are their integrals`() throws {
        for row in try Golden.shared.get().sequences.mixtures {
            for (mixture, value) in zip([RateMixture.below, .above, .whole], row[3...]) {
                let found = mixture.logEvidence(row[0], row[1], against: row[2])
                #expect(abs(found - log(value)) < 1e-9, "\(mixture) \(row) found \(exp(found))")
            }
        }
    }

    @Test func `an interval holds exactly the rates that are not contradicted`() {
        let sequence = RateSequence(alpha: 0.05)
        for count in [
            BernoulliCount(trials: 1, successes: 0), BernoulliCount(trials: 40, successes: 3),
            BernoulliCount(trials: 5000, successes: 5000), BernoulliCount(trials: 1_000_000, successes: 812),
        ] {
            let interval = sequence.interval(for: count)
            #expect(interval.contains(count.rate ?? 0.5))
            for rate in stride(from: 0.0003, to: 1, by: 0.0107) {
                #expect(interval.contains(rate) == (sequence.pValue(for: count, against: rate) > 0.05), "\(rate)")
            }
        }
        #expect(sequence.interval(for: BernoulliCount()) == ConfidenceInterval(lower: 0, upper: 1))
        #expect(sequence.interval(for: BernoulliCount(trials: 9)).lower == 0)
    }

    /// Exact bounds: 1,000 streams at the true rate, looked at after every trial, may leave it in 5 % of them.
    @Test func `the true rate leaves the bounds no more often than alpha`() {
        var generator = SplitMix64(seed: 7)
        var missed = 0
        for _ in 0..<1000 {
            var count = BernoulliCount()
            for _ in 0..<400 {
                count.add(Double.random(in: 0..<1, using: &generator) < 0.1)
                let evidence = RateMixture.whole.logEvidence(
                    Double(count.successes),
                    Double(count.failures),
                    against: 0.1
                )
                if evidence >= log(20) {
                    missed += 1
                    break
                }
            }
        }
        #expect(missed <= 77)  // 50 and four standard deviations
        #expect(missed > 5)
    }
}
