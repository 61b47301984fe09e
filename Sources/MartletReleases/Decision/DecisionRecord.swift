package import MartletCore

/// A decision with everything it was made from.
///
/// The inputs are kept in canonical JSON and named by their hash, so that the decision can be made again.
package struct DecisionRecord: Sendable, Hashable, Codable {
    /// The rule that decided, with its version.
    package struct Rule: Sendable, Hashable, Codable, CustomStringConvertible {
        package let name: String
        package let version: Int

        /// Names version `version` of a rule.
        package init(_ name: String, _ version: Int) {
            self.name = name
            self.version = version
        }

        package var description: String { "\(self.name)/\(self.version)" }
    }

    package var id: String
    /// What was decided about, `release:…` or `experiment:…`.
    package var subject: String
    package var rule: Rule
    package var inputs: JSONValue
    package var inputsHash: ContentHash
    /// One word, such as `continue`, `promote` or `rollback`.
    package var verdict: String
    /// Sentences a person reads.
    package var reasons: [String]
    package var at: EventTime

    /// Records a decision; its id and hash follow from its content.
    package init(
        subject: String,
        rule: Rule,
        inputs: JSONValue,
        verdict: String,
        reasons: [String],
        at moment: EventTime
    ) {
        self.subject = subject
        self.rule = rule
        self.inputs = inputs
        self.inputsHash = ContentHash(of: inputs.canonicalText)
        self.verdict = verdict
        self.reasons = reasons
        self.at = moment
        let parts: JSONValue = [
            .string(subject), .string(rule.description), .string(self.inputsHash.description), .string(verdict),
            .integer(moment.microseconds),
        ]
        self.id = String(ContentHash(of: parts.canonicalText).description.prefix(20))
    }
}
