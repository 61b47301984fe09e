import MartletStatistics

/// Simulates what the statistics promise, and prints it beside what a careless look would do.
///
/// `swift run -c release experiments [tests] [requests]`
@main
enum Experiments {
    static func main() async {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let tests = numbers.first ?? 10_000
        let requests = numbers.dropFirst().first ?? 10_000
        let firstLook = numbers.dropFirst(2).first ?? ConfidenceSequence.defaultFirstLook
        let sequence = ConfidenceSequence(
            alpha: 0.05,
            expectedCount: numbers.dropFirst(3).first ?? requests,
            firstLook: firstLook
        )
        let clock = ContinuousClock()
        let start = clock.now

        say("False stops in \(tests) A/A tests of \(requests) requests, a look after every request, alpha 5 %")
        let stops = [30, 18, 20, 18]
        row(["", "confidence sequence", "peeking at p < 0.05", "one look at the end"], widths: stops)
        for scenario in FalseStops.scenarios {
            await scenario.run(tests: tests, requests: requests, sequence: sequence, widths: stops)
        }

        say(
            "\nRequests until treatment is found to err less (median of \(max(tests / 10, 1)) tests, always-valid, alpha 5 %)"
        )
        let pairs = [30, 10, 22, 10]
        row(["", "paired", "unpaired, 50/50", "fewer"], widths: pairs)
        for (improvement, shared) in [(0.1, 0.9), (0.1, 0.5), (0.05, 0.9)] {
            await PairedRequests(improvement: improvement, shared: shared)
                .run(tests: max(tests / 10, 1), limit: 20 * requests, widths: pairs)
        }

        let gate = ErrorRateGate(threshold: 0.01)
        say("\nVerdicts of the gate 'error rate below 1 %', asked after every request up to 3,000 (alpha 5 %)")
        let verdicts = [22, 10, 10, 14, 22]
        row(["", "pass", "fail", "inconclusive", "requests (median)"], widths: verdicts)
        for rate in [0, 0.001, 0.01, 0.05, 0.3] {
            await Gates(rate: rate).run(gate, tests: max(tests / 10, 1), limit: 3000, widths: verdicts)
        }
        say("\n\(clock.now - start)")
    }
}
