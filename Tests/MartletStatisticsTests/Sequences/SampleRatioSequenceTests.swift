import MartletTesting
import Testing

@testable import MartletStatistics

struct SampleRatioSequenceTests {
    @Test func `the evidence is SciPy's Dirichlet-multinomial over the multinomial`() throws {
        for row in try Golden.shared.get().sequences.sampleRatios {
            let found = SampleRatioSequence(weights: row.shares).logEvidence(observed: row.observed)
            #expect(abs(found - row.logEvidence) < 1e-6, "\(row) found \(found)")
        }
        #expect(SampleRatioSequence(weights: [9, 1]).logEvidence(observed: [0, 0]) == 0)
    }

    @Test func `a true split is seldom called a mismatch, a wrong one is found`() {
        var generator = SplitMix64(seed: 99)
        let plan = SampleRatioSequence(weights: [90, 10])
        var alarms = [0, 0]
        for (index, share) in [0.1, 0.13].enumerated() {
            for _ in 0..<300 {
                var observed = [0, 0]
                for _ in 0..<3000 {
                    observed[Double.random(in: 0..<1, using: &generator) < share ? 1 : 0] += 1
                    if plan.pValue(observed: observed) <= 0.01 {
                        alarms[index] += 1
                        break
                    }
                }
            }
        }
        #expect(alarms[0] <= 10)  // 3 are allowed on average; four deviations more
        #expect(alarms[1] > 250)
    }
}
