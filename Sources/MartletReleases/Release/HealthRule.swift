import MartletCore

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
            let rest = faults.count > 5 ? [Remark("health.more", "\(faults.count - 5) requests more failed.")] : []
            return Ruling("fail", Array(faults.prefix(5)) + rest)
        }
        if inputs.checks.isEmpty {
            let text: Remark.Text = "The new version is loaded; the plan names no recorded requests."
            return Ruling("pass", [Remark("health.loaded", text)])
        }
        let text: Remark.Text = "All \(inputs.checks.count) recorded requests were answered as expected."
        return Ruling("pass", [Remark("health.expected", text)])
    }

    private static func fault(_ check: Check, tolerance: Double) -> Remark? {
        if let failure = check.failure {
            return Remark("health.unanswered", "Request \(check.line) was not answered: \(failure)")
        }
        guard check.expected.count == check.answered.count else {
            let (answered, expected) = (check.answered.count, check.expected.count)
            return Remark(
                "health.count",
                "Request \(check.line) was answered with \(answered) values in place of \(expected)."
            )
        }
        for (expected, answered) in zip(check.expected, check.answered)
        where !(abs(expected - answered) <= tolerance * max(1, abs(expected))) {
            let (given, wanted) = (EvidenceText.number(answered), EvidenceText.number(expected))
            return Remark("health.value", "Request \(check.line) was answered with \(given) in place of \(wanted).")
        }
        return nil
    }
}
