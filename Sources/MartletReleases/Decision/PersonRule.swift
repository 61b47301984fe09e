import MartletCore
package import MartletTracking

/// A decision that a person made: recorded like every other, with who and why as its inputs.
package enum PersonRule: DecisionRule {
    /// Who did what.
    package struct Inputs: Sendable, Hashable, Codable {
        /// One word, such as `abort`.
        package var verb: String
        package var author: Attribution

        /// Says that `author` did `verb`.
        package init(_ verb: String, _ author: Attribution) {
            self.verb = verb
            self.author = author
        }
    }

    package static let rule = DecisionRecord.Rule("person", 1)

    package static func decide(_ inputs: Inputs) -> Ruling {
        let actor = inputs.author.actor
        let remark: Remark =
            if let reason = inputs.author.reason {
                Remark("person.decidedWhy", "\(actor) decided '\(inputs.verb)': \(reason)")
            } else {
                Remark("person.decided", "\(actor) decided '\(inputs.verb)'.")
            }
        return Ruling(inputs.verb, [remark])
    }
}
