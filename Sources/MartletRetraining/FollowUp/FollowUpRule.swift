package import MartletTracking

/// What is found about a version whose follow-up is due.
package struct FollowUpFacts: Sendable, Hashable {
    /// What the plan wants to start.
    package enum Goal: Sendable, Hashable {
        /// An A/B test, for which the version must be approved.
        case experiment
        /// An A/B test in which the version answers nobody.
        case pairedExperiment
        case release

        /// Whether the version must be approved first.
        package var needsApproval: Bool { self != .pairedExperiment }
    }

    /// An experiment or a release at the endpoint.
    package struct Run: Sendable, Hashable {
        /// `experiment` or `release`.
        package var kind: String
        package var id: String

        /// Names a run.
        package init(kind: String, id: String) {
            self.kind = kind
            self.id = id
        }
    }

    package var version: ModelVersionID
    package var endpoint: String
    /// `nil` when the plan, as it is now, lets nothing start by itself.
    package var goal: Goal?
    /// `nil` when the version is gone from the registry.
    package var approval: ApprovalStatus?
    /// Whether a version may be approved only by another person than the one who registered it.
    package var asksFourEyes: Bool
    /// What answers at the endpoint.
    package var live: ModelVersionID?
    /// The newest run of the version at the endpoint, over or not.
    package var brought: Run?
    /// Another version's run that holds the endpoint.
    package var holder: Run?
    /// What else would keep it from starting once it is approved, in a sentence.
    package var obstacle: String?

    /// Holds facts.
    package init(
        version: ModelVersionID,
        endpoint: String,
        goal: Goal?,
        approval: ApprovalStatus?,
        asksFourEyes: Bool = false,
        live: ModelVersionID? = nil,
        brought: Run? = nil,
        holder: Run? = nil
    ) {
        self.version = version
        self.endpoint = endpoint
        self.goal = goal
        self.approval = approval
        self.asksFourEyes = asksFourEyes
        self.live = live
        self.brought = brought
        self.holder = holder
    }
}

/// What is to be done next for a version whose follow-up is due.
package enum FollowUpStep: Sendable, Hashable {
    /// Approve it in the plan's name, and look again.
    case approve
    /// Start its experiment or release, and look again.
    case start(FollowUpFacts.Goal)
    /// It was brought as far as the plan lets it go.
    case done(FollowUpFacts.Run, String)
    /// A person goes on.
    case stop(String)
}

/// Decides what follows a registered version, from what is found alone.
///
/// As it remembers nothing, a process that died at any moment is gone on from by the next one: what it did is found, and what
/// it did not do is done. Nothing is approved that could not start at that moment.
package enum FollowUpRule {
    /// The next step.
    package static func next(_ facts: FollowUpFacts) -> FollowUpStep {
        let (version, endpoint) = (facts.version, facts.endpoint)
        if let run = facts.brought {
            return .done(
                run,
                "\(run.kind) \(run.id) of \(version) at \(endpoint) has started: martlet \(run.kind) status \(run.id)"
            )
        }
        guard let approval = facts.approval else { return .stop("\(version) is gone from the registry") }
        guard let goal = facts.goal else { return .stop("\(version) waits for approval, as the plan says now") }
        if approval == .rejected { return .stop("\(version) was rejected, so nothing starts") }
        if let live = facts.live, live.model == version.model, live.number >= version.number {
            return .stop(
                live == version
                    ? "\(version) is live at '\(endpoint)' already"
                    : "\(live), which is newer than \(version), is live at '\(endpoint)'"
            )
        }
        if let reason = Self.obstacle(facts) { return .stop("\(version) went no further: \(reason)") }
        guard goal.needsApproval, approval != .approved else { return .start(goal) }
        if facts.asksFourEyes {
            return .stop(
                "\(version) went no further: the workspace asks for four eyes, so a person approves it: martlet models "
                    + "approve \(version) --reason \"…\""
            )
        }
        return .approve
    }

    /// What keeps the version from starting at its endpoint.
    private static func obstacle(_ facts: FollowUpFacts) -> String? {
        if let holder = facts.holder {
            return
                "'\(facts.endpoint)' is held by \(holder.kind) \(holder.id), which has not ended; approve and start the "
                + "version when it has"
        }
        guard facts.live != nil else {
            return "'\(facts.endpoint)' serves nothing that could be gone back to; put the first version there with "
                + "`martlet deploy`"
        }
        return facts.obstacle
    }
}
