import MartletCore

/// Whether a person is asked before the last step.
package enum ReleaseApproval: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    /// The release goes on by itself.
    case automatic
    /// The release waits for `martlet release promote`.
    case ask
}

/// What happens when an experiment is won.
package enum ExperimentSuccess: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    /// A person is asked.
    case ask
    /// A release of the treatment starts at once.
    case promote
}

/// Whether an item of the checklist must be met.
package enum ChecklistRule: String, Sendable, Hashable, Codable, CaseIterable, DocumentWord {
    /// It must be met, or waived by a person with a reason.
    case required
    /// It is looked at and recorded, and holds nothing up.
    case noted
}
