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
    /// The largest share of served values that may differ; `nil` as 1 %.
    package var skewLimit: Double?

    /// The largest share that a plan allows which names none.
    package static let standardSkewLimit = 0.01

    /// Holds the rules; by default only approval and the rollback target are required.
    package init(
        approved: ChecklistRule = .required,
        experiment: ChecklistRule = .noted,
        rollbackTarget: ChecklistRule = .required,
        skew: ChecklistRule = .noted,
        skewLimit: Double? = nil
    ) {
        self.approved = approved
        self.experiment = experiment
        self.rollbackTarget = rollbackTarget
        self.skew = skew
        self.skewLimit = skewLimit
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
            ),
            skewLimit: reader.optional(
                "max_skew",
                Double.self,
                "The largest share of served values that may differ from the offline store; 0.01 unless given."
            )
        )
        if let limit = self.skewLimit, !(0...1).contains(limit) {
            reader.report(.documentInvalidValue, "max_skew is \(limit); it must be 0 to 1", at: "max_skew")
        }
    }
}
