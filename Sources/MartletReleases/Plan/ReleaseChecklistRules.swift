package import MartletCore

/// Which items of the pre-deployment checklist must be met.
package struct ReleaseChecklistRules: Sendable, Hashable, Codable {
    /// The version is registered and approved.
    package var approved: ChecklistRule
    /// An experiment of the version was won.
    package var experiment: ChecklistRule
    /// What would be gone back to answers now.
    package var rollbackTarget: ChecklistRule
    /// Served values of features equal those it was trained on.
    package var skew: ChecklistRule

    /// Holds the rules; by default only approval and the rollback target are required.
    package init(
        approved: ChecklistRule = .required,
        experiment: ChecklistRule = .noted,
        rollbackTarget: ChecklistRule = .required,
        skew: ChecklistRule = .noted
    ) {
        self.approved = approved
        self.experiment = experiment
        self.rollbackTarget = rollbackTarget
        self.skew = skew
    }
}

extension ReleaseChecklistRules: DocumentObject {
    package init(from reader: ObjectReader) {
        let standard = ReleaseChecklistRules()
        self.init(
            approved: reader.value(
                "approved",
                default: standard.approved,
                "Whether the version must be approved.",
                documentedDefault: "required"
            ),
            experiment: reader.value(
                "experiment",
                default: standard.experiment,
                "Whether an experiment of the version must have been won.",
                documentedDefault: "noted"
            ),
            rollbackTarget: reader.value(
                "rollback_target",
                default: standard.rollbackTarget,
                "Whether the version to go back to must be answering.",
                documentedDefault: "required"
            ),
            skew: reader.value(
                "skew",
                default: standard.skew,
                "Whether a check of served against trained values must have passed.",
                documentedDefault: "noted"
            )
        )
    }
}
