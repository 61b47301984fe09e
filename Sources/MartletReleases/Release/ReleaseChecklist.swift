package import MartletCore
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
        /// The sentence with its code; `nil` in records from before it had one.
        package var remark: Remark?
        /// Why a person lets it pass all the same.
        package var waiver: Attribution?

        /// Describes what was found.
        package init(
            _ item: Item,
            _ rule: ChecklistRule,
            isMet: Bool,
            found: Remark,
            waiver: Attribution? = nil
        ) {
            self.item = item
            self.rule = rule
            self.isMet = isMet
            self.found = found.text
            self.remark = found.code.isEmpty ? nil : found
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
            let item = Remark("checklist.item.\(finding.item.rawValue)", .init(stringLiteral: finding.item.rawValue))
            let state: Remark =
                if finding.isMet {
                    Remark("checklist.met", "met")
                } else if let waiver = finding.waiver, let reason = waiver.reason {
                    Remark("checklist.waived", "waived by \(waiver.actor): \(reason)")
                } else if finding.rule == .required {
                    Remark("checklist.unmet", "not met")
                } else {
                    Remark("checklist.noted", "not met, only noted")
                }
            let found =
                finding.remark.flatMap { $0.text == finding.found ? $0 : nil } ?? Remark(said: finding.found)
            return Remark("checklist.line", "\(item): \(state). \(found)")
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
