import Foundation
import MartletStatistics

/// A/A tests: both variants are the same, so every stop is a false one.
struct FalseStops {
    /// What a unit brings.
    enum Metric: Sendable {
        case rate(Double)
        case amount(spread: Double)
        case rareAmount(rate: Double)
    }

    let name: String
    let metric: Metric
    let treatmentShare: Double

    static let scenarios = [
        FalseStops(name: "rate 50 %, split 50/50", metric: .rate(0.5), treatmentShare: 0.5),
        FalseStops(name: "rate 10 %, split 90/10", metric: .rate(0.1), treatmentShare: 0.1),
        FalseStops(name: "rate 2 %, split 50/50", metric: .rate(0.02), treatmentShare: 0.5),
        FalseStops(name: "amounts of all, split 90/10", metric: .amount(spread: 0.8), treatmentShare: 0.1),
        FalseStops(name: "amounts of 5 %, split 90/10", metric: .rareAmount(rate: 0.05), treatmentShare: 0.1),
    ]

    /// Runs `tests` tests of `requests` requests with a look after every one, and writes the row.
    func run(tests: Int, requests: Int, sequence: ConfidenceSequence, widths: [Int]) async {
        let critical = NormalDistribution.quantile(.upper, probability: sequence.alpha / 2)
        let stops = await simulate(tests, seed: 20_260_101) { generator in
            switch self.metric {
            case .rate(let rate):
                return self.countRates(rate, requests, sequence, critical, &generator)
            case .amount, .rareAmount:
                return self.countAmounts(requests, sequence, critical, &generator)
            }
        }
        let (watched, peeking, once) = stops.reduce((0, 0, 0)) {
            ($0.0 + ($1.watched ? 1 : 0), $0.1 + ($1.peeking ? 1 : 0), $0.2 + ($1.once ? 1 : 0))
        }
        row(
            [self.name, percent(watched, of: tests), percent(peeking, of: tests), percent(once, of: tests)],
            widths: widths
        )
    }

    /// Whether a test stopped, by each way of looking.
    struct Stops: Sendable {
        var watched = false
        var peeking = false
        var once = false

        mutating func look(_ effect: EffectEstimate?, _ sequence: ConfidenceSequence, critical: Double) {
            guard let effect else { return }
            self.once = abs(effect.value) > critical * effect.standardError
            guard effect.smallestGroup >= sequence.firstLook else { return }
            self.peeking = self.peeking || self.once
            if !self.watched, let interval = sequence.interval(for: effect) { self.watched = !interval.contains(0) }
        }
    }

    private func countRates(
        _ rate: Double,
        _ requests: Int,
        _ sequence: ConfidenceSequence,
        _ critical: Double,
        _ generator: inout Generator
    ) -> Stops {
        var (control, treatment) = (BernoulliCount(), BernoulliCount())
        var stops = Stops()
        for _ in 0..<requests {
            let isSuccess = generator.unit() < rate
            if generator.unit() < self.treatmentShare { treatment.add(isSuccess) } else { control.add(isSuccess) }
            stops.look(.difference(control: control, treatment: treatment), sequence, critical: critical)
        }
        return stops
    }

    private func countAmounts(
        _ requests: Int,
        _ sequence: ConfidenceSequence,
        _ critical: Double,
        _ generator: inout Generator
    ) -> Stops {
        var (control, treatment) = (SampleMoments(), SampleMoments())
        var stops = Stops()
        for _ in 0..<requests {
            let value: Double =
                switch self.metric {
                case .amount(let spread): exp(spread * generator.normal())
                case .rareAmount(let rate): generator.unit() < rate ? exp(0.5 * generator.normal()) : 0
                case .rate(let rate): generator.unit() < rate ? 1 : 0
                }
            if generator.unit() < self.treatmentShare { treatment.add(value) } else { control.add(value) }
            stops.look(.difference(control: control, treatment: treatment), sequence, critical: critical)
        }
        return stops
    }
}
