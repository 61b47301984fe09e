import Foundation
package import MartletCore
package import MartletTracking

/// What a rule says.
package struct Ruling: Sendable, Hashable {
    /// One word.
    package var verdict: String
    /// Why.
    package var remarks: [Remark]

    /// Says `verdict`, and why.
    package init(_ verdict: String, _ remarks: [Remark]) {
        self.verdict = verdict
        self.remarks = remarks
    }

    /// Sentences a person reads.
    package var reasons: [String] { self.remarks.map(\.text) }
}

/// A pure rule: the same inputs have the same verdict, today and when the decision is replayed.
///
/// A change of what a rule says for some inputs is a new version of it.
package protocol DecisionRule {
    /// All that the rule looks at.
    associatedtype Inputs: Codable & Sendable
    /// Its name and version.
    static var rule: DecisionRecord.Rule { get }
    /// Decides.
    static func decide(_ inputs: Inputs) -> Ruling
}

extension DecisionRule {
    /// Decides about `subject`, and records with what.
    package static func record(
        _ inputs: Inputs,
        about subject: String,
        at moment: EventTime
    ) throws(TrackingError) -> DecisionRecord {
        try self.record(self.decide(inputs), inputs, about: subject, at: moment)
    }

    /// Records what was decided about `subject`, and with what.
    static func record(
        _ ruling: Ruling,
        _ inputs: Inputs,
        about subject: String,
        at moment: EventTime
    ) throws(TrackingError) -> DecisionRecord {
        do {
            return DecisionRecord(
                subject: subject,
                rule: Self.rule,
                inputs: try JSONValue(encoding: inputs),
                verdict: ruling.verdict,
                reasons: ruling.reasons,
                at: moment
            )
        } catch {
            throw TrackingError(.releaseInvalid, "the inputs of '\(Self.rule)' cannot be recorded", underlying: error)
        }
    }

    /// Reads what a decision was made from.
    ///
    /// - Throws: `release.replayDiffers` when the record cannot be read as inputs of this rule.
    package static func inputs(of record: DecisionRecord) throws(TrackingError) -> Inputs {
        do {
            return try JSONDecoder().decode(Inputs.self, from: Data(record.inputs.canonicalText.utf8))
        } catch {
            throw TrackingError(
                .releaseReplayDiffers,
                "decision \(record.id) cannot be read as inputs of '\(Self.rule)'",
                underlying: error
            )
        }
    }
}
