package import MartletCore
package import MartletTracking

/// Makes recorded decisions again.
package enum DecisionReplay {
    /// Makes `record` again from its inputs.
    ///
    /// - Returns: what differs, in a sentence; `nil` when it comes out the same.
    /// - Throws: `release.replayDiffers` when this program does not know the rule, or cannot read the inputs.
    package static func check(_ record: DecisionRecord) throws(TrackingError) -> String? {
        let hash = ContentHash(of: record.inputs.canonicalText)
        guard hash == record.inputsHash else {
            return "The inputs of decision \(record.id) have another hash than was recorded: they were changed."
        }
        let ruling = try Self.decide(record)
        guard ruling.verdict == record.verdict else {
            return "Decision \(record.id) comes out as '\(ruling.verdict)', recorded is '\(record.verdict)'."
        }
        guard ruling.reasons == record.reasons else {
            return "Decision \(record.id) comes out with other reasons than were recorded."
        }
        return nil
    }

    /// The reasons of `record` with their codes; plain texts where its rule says something else today.
    package static func remarks(of record: DecisionRecord) -> [Remark] {
        guard let ruling = try? Self.decide(record), ruling.reasons == record.reasons else {
            return record.reasons.map(Remark.init(said:))
        }
        return ruling.remarks
    }

    /// What the rule of `record` says of its inputs today.
    package static func decide(_ record: DecisionRecord) throws(TrackingError) -> Ruling {
        switch record.rule {
        case ExperimentRule.rule: ExperimentRule.decide(try ExperimentRule.inputs(of: record))
        case ReleaseGateRule.rule: ReleaseGateRule.decide(try ReleaseGateRule.inputs(of: record))
        case ReleaseChecklist.rule: ReleaseChecklist.decide(try ReleaseChecklist.inputs(of: record))
        case HealthRule.rule: HealthRule.decide(try HealthRule.inputs(of: record))
        case PersonRule.rule: PersonRule.decide(try PersonRule.inputs(of: record))
        default:
            throw TrackingError(
                .releaseReplayDiffers,
                "decision \(record.id) was made by the rule '\(record.rule)', which this program does not know"
            )
        }
    }
}
