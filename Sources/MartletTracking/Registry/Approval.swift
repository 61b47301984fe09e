import MartletCore

/// Whether a person allowed a model version to be deployed.
package enum ApprovalStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case pendingManualApproval = "PendingManualApproval"
    case approved = "Approved"
    case rejected = "Rejected"
}

/// The approval of one model version, as a pure state machine.
///
/// ```
/// PendingManualApproval ─approve─▶ Approved
///          │                        │  ▲ again, with a reason
///          └────────reject─────────▶ Rejected
/// ```
/// A decision never returns to pending, and changing one needs a reason.
package struct Approval: Sendable, Hashable, Codable {
    package private(set) var status: ApprovalStatus
    /// Who decided, when and why; `nil` while pending.
    package private(set) var decision: Attribution?

    /// Waits for a decision.
    package init() { self.status = .pendingManualApproval }

    /// Takes an approval as a store holds it.
    package init(status: ApprovalStatus, decision: Attribution?) {
        self.status = status
        self.decision = status == .pendingManualApproval ? nil : decision
    }

    /// Returns the approval after somebody decides `status`.
    ///
    /// `subject` is the version, for the message.
    ///
    /// - Throws: `registry.actorRequired`; `registry.alreadyDecided` when it has that status; `registry.reasonRequired`
    ///   when an earlier decision is changed without a reason; `tracking.invalidValue` for a return to pending.
    package func deciding(
        _ status: ApprovalStatus,
        _ decision: Attribution,
        of subject: ModelVersionID
    ) throws(TrackingError) -> Approval {
        try decision.validate()
        guard status != .pendingManualApproval else {
            throw TrackingError(
                .invalidTrackingValue,
                "\(subject) cannot return to \(ApprovalStatus.pendingManualApproval.rawValue); approve or reject it"
            )
        }
        guard self.status != status else {
            let earlier = self.decision.map { " by \($0.actor) at \($0.at)" } ?? ""
            throw TrackingError(.alreadyDecided, "\(subject) is already \(status.rawValue)\(earlier)")
        }
        guard self.status == .pendingManualApproval || decision.reason != nil else {
            let earlier = self.decision.map { " by \($0.actor)" } ?? ""
            throw TrackingError(
                .reasonRequired,
                "\(subject) is \(self.status.rawValue)\(earlier); changing a decision needs a reason, give one with "
                    + "--reason"
            )
        }
        return Approval(status: status, decision: decision)
    }
}
