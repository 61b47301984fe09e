import Foundation
import MartletStatistics

/// How many requests it takes to find that treatment errs less, paired and unpaired, on the same requests.
///
/// Both models err in the same direction on a hard request, so the difference of their losses varies much less than
/// either loss.
struct PairedRequests {
    let improvement: Double
    let shared: Double

    struct Outcome: Sendable {
        let paired: Int?
        let unpaired: Int?
    }

    func run(tests: Int, limit: Int, widths: [Int]) async {
        let sequence = ConfidenceSequence(alpha: 0.05, expectedCount: limit / 20)
        let outcomes = await simulate(tests, seed: 42) { self.once(limit, sequence, &$0) }
        let (paired, unpaired) = (outcomes.map { $0.paired ?? limit }, outcomes.map { $0.unpaired ?? limit })
        let open = outcomes.count { $0.unpaired == nil }
        row(
            [
                String(format: "%.0f %% less error, %.0f %% shared", 100 * self.improvement, 100 * self.shared),
                "\(median(paired))", "\(median(unpaired))" + (open * 2 > tests ? " (at the limit)" : ""),
                String(format: "%.1f ×", Double(median(unpaired)) / Double(median(paired))),
            ],
            widths: widths
        )
    }

    private func once(_ limit: Int, _ sequence: ConfidenceSequence, _ generator: inout Generator) -> Outcome {
        var (differences, control, treatment) = (SampleMoments(), SampleMoments(), SampleMoments())
        var (paired, unpaired): (Int?, Int?)
        let own = (1 - self.shared).squareRoot()
        for request in 1...limit {
            let common = self.shared.squareRoot() * generator.normal()
            let before = abs(common + own * generator.normal())
            let after = (1 - self.improvement) * abs(common + own * generator.normal())
            if paired == nil {
                differences.add(after - before)
                if let effect = EffectEstimate.mean(differences),
                    sequence.interval(for: effect)?.isBelow(0) == true
                {
                    paired = request
                }
            }
            if unpaired == nil {
                if generator.next() & 1 == 0 { control.add(before) } else { treatment.add(after) }
                if let effect = EffectEstimate.difference(control: control, treatment: treatment),
                    sequence.interval(for: effect)?.isBelow(0) == true
                {
                    unpaired = request
                }
            }
            if paired != nil && unpaired != nil { break }
        }
        return Outcome(paired: paired, unpaired: unpaired)
    }
}
