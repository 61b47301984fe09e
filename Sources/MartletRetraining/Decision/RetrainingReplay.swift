import Foundation
package import MartletCore

/// A decision about a retraining, made once more from its record.
package struct RetrainingReplay: Sendable {
    /// What making it once more shows.
    package enum Outcome: String, Sendable, Hashable {
        case same
        /// The record or the rule was changed since.
        case different
        /// The inputs are not those of this rule.
        case unreadable
    }

    package let outcome: Outcome
    /// The verdict now; `nil` when the inputs cannot be read.
    package let verdict: String?
    /// What the decision rested on; `nil` when it cannot be read.
    package let evidence: RetrainingEvidence?

    /// The reasons of the record with their codes; plain texts where the rule says something else today.
    package let remarks: [Remark]

    /// Decides once more on what `record` holds.
    ///
    /// Inputs that do not have their hash any more make it ``Outcome/different``, whatever the verdict.
    package init(_ record: RetrainingRecord) {
        struct Inputs: Decodable { let evidence: RetrainingEvidence }
        let data = Data(record.inputs.canonicalText.utf8)
        self.evidence = try? JSONDecoder().decode(Inputs.self, from: data).evidence
        guard let decision = try? record.decideAgain() else {
            self.outcome = .unreadable
            self.verdict = nil
            self.remarks = record.reasons.map(Remark.init(said:))
            return
        }
        let isWhole = ContentHash(of: record.inputs.canonicalText) == record.inputsHash
        self.outcome = isWhole && decision.verdict == record.verdict ? .same : .different
        self.verdict = decision.verdict
        self.remarks =
            decision.reasons == record.reasons ? decision.remarks : record.reasons.map(Remark.init(said:))
    }
}
