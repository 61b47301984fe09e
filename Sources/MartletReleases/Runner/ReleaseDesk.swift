import MartletCore
package import MartletTracking

/// What people ask of releases: start, abort, promote.
///
/// The runner carries the rest out.
package struct ReleaseDesk: Sendable {
    private let store: any ReleaseStore
    private let deployments: any DeploymentStore
    private let registry: any ModelRegistry
    private let probe: any ReleaseProbe
    private let units: any ReleaseUnits
    private let skew: (any SkewProof)?
    private let newID: @Sendable () -> String

    /// Changes what `store` holds.
    package init(
        store: any ReleaseStore,
        deployments: any DeploymentStore,
        registry: any ModelRegistry,
        probe: any ReleaseProbe,
        units: any ReleaseUnits,
        skew: (any SkewProof)? = nil,
        newID: @escaping @Sendable () -> String
    ) {
        self.store = store
        self.deployments = deployments
        self.registry = registry
        self.probe = probe
        self.units = units
        self.skew = skew
        self.newID = newID
    }

    /// The tag of a version by which a check of served against trained values is known to have passed, where it cannot
    /// be made here.
    package static let skewTag = "martlet.skew"

    /// Looks at every item of the checklist.
    ///
    /// - Parameters:
    ///   - plan: the plan of the release.
    ///   - version: what is to be released.
    ///   - waivers: reasons by item, of a person who lets it pass all the same.
    ///   - author: that person.
    /// - Returns: one finding for each item.
    /// - Throws: `registry.versionNotFound`, `registry.modelNotFound`.
    package func checklist(
        _ plan: ReleasePlan,
        _ version: ModelVersionID,
        waiving waivers: [ReleaseChecklist.Item: String],
        _ author: Attribution
    ) async throws(TrackingError) -> [ReleaseChecklist.Finding] {
        guard let registered = try await self.registry.version(version) else {
            _ = try await self.registry.resolve(ModelReference(version.description))
            throw TrackingError(.modelVersionNotFound, "there is no version '\(version)'")
        }
        let status = registered.approval.status
        let won = try await self.store.runs(of: plan.endpoint, limit: 1_000)
            .first { stored in
                guard case .experiment(let state) = stored.run else { return false }
                return state.treatment.version == version && state.outcome == ExperimentVerdict.promote.rawValue
            }
        let live = try await self.deployments.deployment(of: plan.endpoint)
        let fault =
            if let live { await self.probe.loadFailure(of: live.version) } else { "nothing is live" as String? }
        let findings = [
            ReleaseChecklist.Finding(
                .approved,
                plan.checklist.approved,
                isMet: status == .approved,
                found: Remark("checklist.status", "\(version.description) is \(Self.word(status)).")
            ),
            ReleaseChecklist.Finding(
                .experiment,
                plan.checklist.experiment,
                isMet: won != nil,
                found: won.map { Remark("checklist.won", "Experiment \($0.run.id) was won.") }
                    ?? Remark("checklist.notWon", "No experiment of \(version.description) was won here.")
            ),
            ReleaseChecklist.Finding(
                .rollbackTarget,
                plan.checklist.rollbackTarget,
                isMet: fault == nil,
                found: fault.map { Remark("checklist.noWayBack", "What is live cannot be gone back to: \($0).") }
                    ?? Remark("checklist.wayBack", "\(live?.version.description ?? "") is live and can be loaded.")
            ),
            await self.skewFinding(plan, version, tag: registered.tags[Self.skewTag]),
        ]
        return findings.map { finding in
            var finding = finding
            finding.waiver = waivers[finding.item].map { Attribution(by: author.actor, at: author.at, reason: $0) }
            return finding
        }
    }

    private static func word(_ status: ApprovalStatus) -> Remark {
        Remark("checklist.status.\(status.rawValue)", .init(stringLiteral: status.rawValue))
    }

    /// What was served beside what training would have seen; where that cannot be compared, what a tag says.
    private func skewFinding(
        _ plan: ReleasePlan,
        _ version: ModelVersionID,
        tag: String?
    ) async -> ReleaseChecklist.Finding {
        var obstacle = Remark("checklist.noSkew", "Served values are not compared here.")
        do throws(TrackingError) {
            if let proof = self.skew {
                guard let skew = try await proof.skew(of: version, at: plan.endpoint) else {
                    let text: Remark.Text = "\(version.description) reads no features, so none can differ."
                    let found = Remark("checklist.noFeatures", text)
                    return .init(.skew, plan.checklist.skew, isMet: true, found: found)
                }
                let limit = plan.checklist.skewLimit ?? ReleaseChecklistRules.standardSkewLimit
                let share = EvidenceText.percent(limit)
                let found = Remark("checklist.skewLimit", "\(skew.sentence) At most \(share) may.")
                return .init(.skew, plan.checklist.skew, isMet: skew.share <= limit, found: found)
            }
        } catch {
            obstacle = Remark("checklist.skewUnknown", "Served values cannot be compared: \(error.message).")
        }
        let said =
            tag.map { Remark("checklist.tag", "The tag \(Self.skewTag) says '\($0)'.") }
            ?? Remark("checklist.noTag", "There is no tag \(Self.skewTag).")
        let found = Remark("checklist.both", "\(obstacle) \(said)")
        return .init(.skew, plan.checklist.skew, isMet: tag == "passed", found: found)
    }

    /// Starts a release of `version`.
    ///
    /// - Throws: `release.checklistUnmet`, `release.endpointBusy`, `release.nothingDeployed`, `release.sameVersion`.
    package func startRelease(
        _ plan: ReleasePlan,
        _ version: ModelVersionID,
        waiving waivers: [ReleaseChecklist.Item: String] = [:],
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun {
        try author.validate()
        let (live, blue, green) = try await self.pair(plan, version)
        let state = try ReleaseState(
            id: self.newID(),
            plan: plan,
            blue: blue,
            green: green,
            revision: live.revision,
            author
        )
        let findings = try await self.checklist(plan, version, waiving: waivers, author)
        let record = try ReleaseChecklist.record(.init(findings: findings), about: state.subject, at: author.at)
        guard record.verdict == "start" else {
            let inTheWay = findings.filter(\.isInTheWay)
            let items = inTheWay.map { "\($0.item.rawValue): \($0.found)" }.joined(separator: " ")
            let example = inTheWay.first?.item.rawValue ?? "approved"
            throw TrackingError(
                .releaseChecklistUnmet,
                "\(version) is not released: \(items) Put it right, or waive it with --waive \(example)=REASON"
            )
        }
        return try await self.store.begin(.release(state), [record], author)
    }

    /// Starts an experiment of `version` against what is live.
    ///
    /// - Throws: `release.invalid` when the plan has none, `deployment.versionNotApproved` for a version that may not
    ///   answer, `release.endpointBusy`, `release.nothingDeployed`, `release.sameVersion`.
    package func startExperiment(
        _ plan: ReleasePlan,
        _ version: ModelVersionID,
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun {
        try author.validate()
        let (live, control, treatment) = try await self.pair(plan, version)
        let state = try ExperimentState(
            id: self.newID(),
            plan: plan,
            control: control,
            treatment: treatment,
            revision: live.revision,
            author
        )
        if !state.experiment.isPaired {
            try await self.registry.resolve(ModelReference(version.description)).checkDeployable()
        }
        return try await self.store.begin(.experiment(state), [], author)
    }

    /// Ends a release or an experiment, and gives everything back to what was live before.
    ///
    /// - Throws: `release.wrongPhase`, `release.notFound`.
    package func abort(_ id: String, _ author: Attribution) async throws(TrackingError) -> StoredRun {
        try await self.change(id, "abort", author) { run throws(TrackingError) in
            switch run {
            case .release(let state):
                var machine = ReleaseMachine(state)
                try machine.abort(author)
                return (.release(machine.state), nil)
            case .experiment(let state):
                var machine = ExperimentMachine(state)
                try machine.stop(author)
                return (.experiment(machine.state), nil)
            }
        }
    }

    /// Lets a release go on, or starts a release of an experiment's treatment.
    ///
    /// - Throws: `release.wrongPhase`, `registry.reasonRequired`, `release.notFound`.
    package func promote(_ id: String, _ author: Attribution) async throws(TrackingError) -> StoredRun {
        let next = self.newID()
        return try await self.change(id, "promote", author) { run throws(TrackingError) in
            switch run {
            case .release(let state):
                var machine = ReleaseMachine(state)
                try machine.promote(author)
                return (.release(machine.state), nil)
            case .experiment(let state):
                var machine = ExperimentMachine(state)
                try machine.promote(author)
                let release = try ReleaseState(following: machine.state, id: next, author)
                return (.experiment(machine.state), .release(release))
            }
        }
    }

    /// How often a change is tried again that the runner was ahead of; between two of its steps there is time for many.
    private static let tryLimit = 20

    /// Changes what is stored by `body`; when a runner changed it between reading and saving, what it left is read
    /// again: that a release moves on must not keep a person from rolling it back.
    private func change(
        _ id: String,
        _ verb: String,
        _ author: Attribution,
        _ body: (ReleaseRun) throws(TrackingError) -> (ReleaseRun, ReleaseRun?)
    ) async throws(TrackingError) -> StoredRun {
        try author.validate()
        for _ in 0..<Self.tryLimit {
            if let changed = try await self.changeOnce(id, verb, author, body) { return changed }
        }
        throw TrackingError(
            .releaseChangedMeanwhile,
            "'\(id)' was changed by others \(Self.tryLimit) times while this was tried; look at it and try again"
        )
    }

    /// Returns `nil` when another was first.
    private func changeOnce(
        _ id: String,
        _ verb: String,
        _ author: Attribution,
        _ body: (ReleaseRun) throws(TrackingError) -> (ReleaseRun, ReleaseRun?)
    ) async throws(TrackingError) -> StoredRun? {
        let stored = try await self.run(id)
        let (changed, next) = try body(stored.run)
        let record = try PersonRule.record(.init(verb, author), about: stored.run.subject, at: author.at)
        do {
            return try await self.store.save(
                changed,
                expecting: stored.version,
                [record],
                followedBy: next,
                author
            )
        } catch {
            guard error.code == .releaseChangedMeanwhile else { throw error }
            return nil
        }
    }

    /// Returns a run.
    ///
    /// - Throws: `release.notFound` with the nearest id.
    package func run(_ id: String) async throws(TrackingError) -> StoredRun {
        if let stored = try await self.store.run(id) { return stored }
        let known = try await self.store.runs(of: nil, limit: 1_000).map(\.run.id)
        throw TrackingError(.releaseNotFound, "there is no release '\(id)'." + NearestName.suggestion(id, among: known))
    }

    private func pair(
        _ plan: ReleasePlan,
        _ version: ModelVersionID
    ) async throws(TrackingError) -> (Deployment, ReleaseUnit, ReleaseUnit) {
        guard let live = try await self.deployments.deployment(of: plan.endpoint) else {
            throw TrackingError(
                .releaseNothingDeployed,
                "'\(plan.endpoint)' serves nothing that could be gone back to; put the first version there with "
                    + "`martlet deploy`"
            )
        }
        let policy = try plan.policyHash
        return (
            live, try await self.units.unit(of: live.version, policy: policy),
            try await self.units.unit(of: version, policy: policy)
        )
    }
}
