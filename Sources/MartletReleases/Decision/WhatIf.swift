package import MartletCore
package import MartletTracking

/// Other rules for decisions that were made.
package struct WhatIf: Sendable, Hashable {
    /// In place of the plan's alpha.
    package var alpha: Double?
    /// In place of the plan's least improvement.
    package var improvementMinimum: Double?
    /// In place of the plan's least duration.
    package var durationMinimum: TimeSpan?
    /// In place of the largest share of failed requests.
    package var errorRateLimit: Double?

    /// Changes nothing yet.
    package init() {}

    /// A decision beside what it would have been.
    package struct Difference: Sendable, Hashable {
        package var record: DecisionRecord
        package var ruling: Ruling
    }

    /// The decisions of `records`, in their order, that come out with another verdict.
    ///
    /// What would have happened after the first of them is not known: the traffic would have been another.
    ///
    /// - Throws: `release.replayDiffers` when a record cannot be read.
    package func differences(in records: [DecisionRecord]) throws(TrackingError) -> [Difference] {
        var differences: [Difference] = []
        for record in records {
            let ruling = try self.decide(record)
            if ruling.verdict != record.verdict { differences.append(Difference(record: record, ruling: ruling)) }
        }
        return differences
    }

    private func decide(_ record: DecisionRecord) throws(TrackingError) -> Ruling {
        switch record.rule {
        case ExperimentRule.rule:
            var inputs = try ExperimentRule.inputs(of: record)
            if let alpha = self.alpha { inputs.plan.alpha = alpha }
            if let minimum = self.improvementMinimum { inputs.plan.improvementMinimum = minimum }
            if let minimum = self.durationMinimum { inputs.plan.durationMinimum = minimum }
            return ExperimentRule.decide(inputs)
        case ReleaseGateRule.rule:
            var inputs = try ReleaseGateRule.inputs(of: record)
            if let alpha = self.alpha { inputs.gates.alpha = alpha }
            if let limit = self.errorRateLimit { inputs.gates.errorRateLimit = limit }
            return ReleaseGateRule.decide(inputs)
        default: return try DecisionReplay.decide(record)
        }
    }
}
