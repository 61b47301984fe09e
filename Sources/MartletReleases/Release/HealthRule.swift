/// Decides whether green answers the recorded requests as expected.
package enum HealthRule: DecisionRule {
    /// How one recorded request was answered.
    package struct Check: Sendable, Hashable, Codable {
        /// The line of the file, from 1.
        package var line: Int
        package var expected: [Double]
        package var answered: [Double]
        /// Why it was not answered.
        package var failure: String?

        /// Describes an answer.
        package init(line: Int, expected: [Double], answered: [Double], failure: String? = nil) {
            self.line = line
            self.expected = expected
            self.answered = answered
            self.failure = failure
        }
    }

    /// All that is looked at.
    package struct Inputs: Sendable, Hashable, Codable {
        package var checks: [Check]
        package var tolerance: Double

        /// Looks at `checks`.
        package init(checks: [Check], tolerance: Double) {
            self.checks = checks
            self.tolerance = tolerance
        }
    }

    package static let rule = DecisionRecord.Rule("health", 1)

    package static func decide(_ inputs: Inputs) -> Ruling {
        let faults = inputs.checks.compactMap { Self.fault($0, tolerance: inputs.tolerance) }
        if !faults.isEmpty {
            let rest = faults.count > 5 ? ["\(faults.count - 5) requests more failed."] : []
            return Ruling("fail", Array(faults.prefix(5)) + rest)
        }
        if inputs.checks.isEmpty {
            return Ruling("pass", ["The new version is loaded; the plan names no recorded requests."])
        }
        return Ruling("pass", ["All \(inputs.checks.count) recorded requests were answered as expected."])
    }

    private static func fault(_ check: Check, tolerance: Double) -> String? {
        if let failure = check.failure { return "Request \(check.line) was not answered: \(failure)" }
        guard check.expected.count == check.answered.count else {
            return "Request \(check.line) was answered with \(check.answered.count) values in place of "
                + "\(check.expected.count)."
        }
        for (expected, answered) in zip(check.expected, check.answered)
        where !(abs(expected - answered) <= tolerance * max(1, abs(expected))) {
            return "Request \(check.line) was answered with \(EvidenceText.number(answered)) in place of "
                + "\(EvidenceText.number(expected))."
        }
        return nil
    }
}
