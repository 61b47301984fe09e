import MartletCore
package import MartletTracking

/// The pre-deployment checklist: what must be so before a release starts.
package enum ReleaseChecklist: DecisionRule {
    /// One thing that is looked at.
    package enum Item: String, Sendable, Hashable, Codable, CaseIterable {
        /// The version is registered and approved.
        case approved
        /// An experiment of the version was won.
        case experiment
        /// What would be gone back to answers now.
        case rollbackTarget = "rollback_target"
        /// Served values of features equal those it was trained on.
        case skew
    }

    /// What was found of one item.
    package struct Finding: Sendable, Hashable, Codable {
        package var item: Item
        package var rule: ChecklistRule
        package var isMet: Bool
        /// A sentence.
        package var found: String
        /// Why a person lets it pass all the same.
        package var waiver: Attribution?

        /// Describes what was found.
        package init(
            _ item: Item,
            _ rule: ChecklistRule,
            isMet: Bool,
            found: String,
            waiver: Attribution? = nil
        ) {
            self.item = item
            self.rule = rule
            self.isMet = isMet
            self.found = found
            self.waiver = waiver
        }

        /// Whether it holds the release up.
        package var isInTheWay: Bool { self.rule == .required && !self.isMet && self.waiver?.reason == nil }
    }

    /// All that is looked at.
    package struct Inputs: Sendable, Hashable, Codable {
        package var findings: [Finding]

        /// Looks at `findings`.
        package init(findings: [Finding]) { self.findings = findings }
    }

    package static let rule = DecisionRecord.Rule("checklist", 1)

    package static func decide(_ inputs: Inputs) -> Ruling {
        let isClear = inputs.findings.allSatisfy { !$0.isInTheWay }
        let sentences = inputs.findings.map { finding in
            let state =
                if finding.isMet {
                    "met"
                } else if let waiver = finding.waiver, let reason = waiver.reason {
                    "waived by \(waiver.actor): \(reason)"
                } else {
                    finding.rule == .required ? "not met" : "not met, only noted"
                }
            return "\(finding.item.rawValue): \(state). \(finding.found)"
        }
        return Ruling(isClear ? "start" : "refuse", sentences)
    }
}

extension ReleaseChecklist.Item {
    /// Reads the item called `name`.
    ///
    /// - Throws: `release.invalid` with the nearest name.
    package init(named name: String) throws(TrackingError) {
        guard let item = Self(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue)
            throw TrackingError(
                .releaseInvalid,
                "the checklist has no item '\(name)'; it has \(names.joined(separator: ", "))."
                    + NearestName.suggestion(name, among: names)
            )
        }
        self = item
    }
}
