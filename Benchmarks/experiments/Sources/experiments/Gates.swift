import MartletStatistics

/// An error-rate gate asked after every request, at several true rates.
struct Gates {
    let rate: Double

    enum Outcome: Sendable {
        case pass(Int)
        case fail(Int)
        case open
    }

    func run(_ gate: ErrorRateGate, tests: Int, limit: Int, widths: [Int]) async {
        let outcomes = await simulate(tests, seed: 7) { generator in
            var count = BernoulliCount()
            for request in 1...limit {
                count.add(generator.unit() < self.rate)
                let pValues = gate.pValues(on: count)
                if pValues.pass <= gate.alpha { return Outcome.pass(request) }
                if pValues.fail <= gate.alpha { return .fail(request) }
            }
            return .open
        }
        var (passes, fails): ([Int], [Int]) = ([], [])
        for outcome in outcomes {
            switch outcome {
            case .pass(let request): passes.append(request)
            case .fail(let request): fails.append(request)
            case .open: break
            }
        }
        let decided = passes + fails
        row(
            [
                "true rate \(self.rate * 100) %", percent(passes.count, of: tests), percent(fails.count, of: tests),
                percent(tests - decided.count, of: tests), decided.isEmpty ? "" : "\(median(decided))",
            ],
            widths: widths
        )
    }
}
