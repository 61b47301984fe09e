import MartletCore
import MartletReleases
import MartletRetraining
import MartletTracking
import MartletTraining

/// Carries out what a plan lets follow a registered version, and what ended processes left of it.
///
/// Each step is found done by the next look, so it may be cut off anywhere and be carried out again, by this process or
/// another one.
struct RetrainingFollowUp: Sendable {
    let application: Application
    let plan: RetrainingPlan
    let actor: String

    /// The most steps of one go; each is done once, and what others change meanwhile is looked at anew.
    private static let stepLimit = 20

    /// Goes on where processes ended: their trainings are closed, and what was left to do for their versions is done.
    ///
    /// - Parameter effect: the step of a job that asks; what an earlier start of it began is over.
    /// - Returns: the trainings that were gone on with.
    /// - Throws: what may be no more the next time; it is left to do.
    func resume(effect: String? = nil) async throws -> [RetrainingAttempt] {
        try await self.closeAbandoned(effect: effect)
        let attempts = try await self.application.retrainings().attempts(of: self.plan.name, limit: 1_000)
        var resumed: [RetrainingAttempt] = []
        for attempt in attempts.reversed() where attempt.isFollowUpDue {
            resumed.append(try await self.carryOut(attempt))
        }
        return resumed
    }

    /// Closes trainings whose processes are gone; what they left to do stays to be done.
    ///
    /// - Parameter effect: the step of a job that asks; what an earlier start of it began is over.
    /// - Throws: what the stores throw.
    func closeAbandoned(effect: String? = nil) async throws {
        let now = self.application.clock.now
        for attempt in try await self.application.retrainings().attempts(of: self.plan.name, limit: 1_000) {
            let isOver = Self.isAbandoned(attempt, at: now) || (effect != nil && attempt.effect == effect)
            guard attempt.status == .started, isOver else { continue }
            do {
                try await self.close(attempt)
            } catch {
                // Another process closed it first, or the one that was silent goes on.
                guard Self.code(of: error) == .retrainingNotFound else { throw error }
            }
        }
    }

    /// Whether the process of a training that is under way is known to have ended, or gave no sign for as long as its
    /// lease.
    static func isAbandoned(_ attempt: RetrainingAttempt, at now: EventTime) -> Bool {
        attempt.status == .started && attempt.process != JobHolder.own.name
            && (JobHolder.isGone(attempt.process) || !ProcessName.isAlive(attempt.process)
                || attempt.isLeaseOver(at: now))
    }

    /// The end of a training that registered `version`.
    func registered(
        _ attempt: RetrainingAttempt,
        _ version: ModelVersionID,
        rows: Int?,
        at moment: EventTime
    ) -> RetrainingAttempt {
        var attempt = attempt
        attempt.end(.registered, at: moment, version: version, rows: rows, outcome: "\(version) was registered")
        if self.plan.autonomy.changesTraffic {
            attempt.followUp = FollowUp()
            attempt.outcome = "\(version) was registered; what the plan lets follow is left to do"
        }
        return attempt
    }

    /// Ends a training whose process is gone; its version, when it got as far as that, is not lost.
    private func close(_ attempt: RetrainingAttempt) async throws {
        var ended = attempt
        let now = self.application.clock.now
        // Of a recipe that is gone nothing can follow, and nothing must wait for it.
        let recipe = try? self.application.recipe(file: nil, name: attempt.recipe).definition
        var past: [Application.PastTraining] = []
        if let recipe { past = try await self.application.trainings(of: recipe) }
        if let made = past.first(where: { $0.version.tags[NewModelVersion.effectTag] == attempt.registryEffect }) {
            ended = self.registered(attempt, made.version.id, rows: made.rows, at: now)
        } else {
            var outcome = "its process \(attempt.process) ended before it did"
            if let lease = attempt.leaseUntil, attempt.isLeaseOver(at: now) {
                outcome += ": it gave no sign by \(lease)"
            }
            ended.end(.failed, at: now, outcome: outcome)
        }
        try await self.application.retrainings()
            .close(ended, withLease: attempt.leaseUntil, Attribution(by: self.actor, at: now))
    }

    /// Does what is left to do for the version of `attempt`, and writes down what came of it.
    ///
    /// - Throws: what may be no more the next time, such as a store that does not answer; it is left to do.
    func carryOut(_ attempt: RetrainingAttempt) async throws -> RetrainingAttempt {
        guard let version = attempt.version, attempt.isFollowUpDue else { return attempt }
        var settled = attempt
        do {
            switch try await self.bring(version) {
            case .done(let run, let sentence): settled.settle(.done, run: "\(run.kind):\(run.id)", sentence)
            case .stop(let sentence): settled.settle(.stopped, sentence)
            case .approve, .start:
                throw TrackingError(
                    .releaseChangedMeanwhile,
                    "\(version) was changed by others again and again while it was brought on; retrain again"
                )
            }
        } catch {
            guard Self.isLasting(error) else { throw error }
            settled.settle(.stopped, "\(version) went no further: \(readableMessage(of: error))")
        }
        do {
            let now = self.application.clock.now
            try await self.application.retrainings().settle(settled, Attribution(by: self.actor, at: now))
        } catch {
            // Another process may have done the same, and was first to write it down.
            guard Self.code(of: error) == .retrainingNotFound else { throw error }
        }
        return settled
    }

    /// Whether trying again would give the same answer.
    private static func isLasting(_ error: any Error) -> Bool {
        guard let code = Self.code(of: error) else { return false }
        return ![.trackingStoreFailed, .releaseChangedMeanwhile].contains(code)
    }

    private static func code(of error: any Error) -> ErrorCode? { (error as? any CodedError)?.code }

    /// Approves and starts under the standing order that the plan is, and returns the step that ends it.
    private func bring(_ version: ModelVersionID) async throws -> FollowUpStep {
        let release = try self.releasePlan()
        let goal = release.flatMap(self.goal)
        let reason =
            "retraining plan '\(self.plan.name)' says auto: \(self.plan.autonomy.rawValue), and every gate passed"
        var step = FollowUpStep.stop("\(version) waits for approval, as the plan says now")
        for _ in 0..<Self.stepLimit {
            step = FollowUpRule.next(try await self.facts(of: version, release, goal))
            if case .done = step { return step }
            if case .stop = step { return step }
            do {
                try await self.take(step, version, release, reason)
            } catch {
                // Somebody may have been faster; the next look shows who and what.
                guard let code = Self.code(of: error), [.alreadyDecided, .releaseEndpointBusy].contains(code) else {
                    throw error
                }
            }
        }
        return step
    }

    /// Approves, or starts.
    private func take(
        _ step: FollowUpStep,
        _ version: ModelVersionID,
        _ release: ReleasePlan?,
        _ reason: String
    ) async throws {
        switch step {
        case .approve:
            let decider = try await self.application.actor(self.actor, .decide, on: .model(version.model))
            let approval = Attribution(by: decider, at: self.application.clock.now, reason: reason)
            _ = try await self.application.registry().decide(.approved, on: version, approval)
        case .start(let goal):
            guard let release else { return }
            let starter = try await self.application.actor(self.actor, .deploy, on: .endpoint(release.endpoint))
            let author = Attribution(by: starter, at: self.application.clock.now, reason: reason)
            let desk = try self.application.releaseDesk()
            if goal == .release {
                _ = try await desk.startRelease(release, version, author)
            } else {
                _ = try await desk.startExperiment(release, version, author)
            }
        case .done, .stop: return
        }
    }

    /// The release plan with what this plan lets happen by itself.
    private func releasePlan() throws -> ReleasePlan? {
        guard self.plan.autonomy.changesTraffic, let name = self.plan.release?.value else { return nil }
        var release = try self.application.releasePlan(named: name)
        release.approval = .ask
        if self.plan.autonomy == .toExperiment { release.experiment?.onSuccess = .ask }
        guard self.plan.autonomy == .toProduction || release.experiment != nil else {
            throw CommandError(
                .workspaceInvalid,
                "the release plan '\(name)' has no 'experiment', which auto: \(self.plan.autonomy.rawValue) would "
                    + "start; add one"
            )
        }
        return release
    }

    private func goal(of release: ReleasePlan) -> FollowUpFacts.Goal {
        guard let experiment = release.experiment else { return .release }
        return experiment.isPaired ? .pairedExperiment : .experiment
    }

    private func facts(
        of version: ModelVersionID,
        _ release: ReleasePlan?,
        _ goal: FollowUpFacts.Goal?
    ) async throws -> FollowUpFacts {
        let endpoint = release?.endpoint ?? ""
        var facts = FollowUpFacts(
            version: version,
            endpoint: endpoint,
            goal: goal,
            approval: try await self.application.registry().version(version)?.approval.status,
            asksFourEyes: self.application.workspace.configuration.approval == .fourEyes
        )
        guard let release, goal != nil else { return facts }
        let releases = try self.application.releaseStore()
        facts.live = try await self.application.deployments().deployment(of: endpoint)?.version
        facts.brought = try await releases.runs(of: endpoint, limit: 1_000)
            .first { $0.run.new.version == version }
            .map { .init(kind: $0.run.kind, id: $0.run.id) }
        facts.holder = try await releases.openRuns()
            .first { $0.run.endpoint == endpoint && $0.run.new.version != version }
            .map { .init(kind: $0.run.kind, id: $0.run.id) }
        if goal == .release, facts.approval == .pendingManualApproval, facts.live != nil {
            facts.obstacle = try await self.unmet(release, version)
        }
        return facts
    }

    /// The items of the release's checklist that approval would not meet.
    private func unmet(_ release: ReleasePlan, _ version: ModelVersionID) async throws -> String? {
        let author = Attribution(by: self.actor, at: self.application.clock.now)
        let findings = try await self.application.releaseDesk().checklist(release, version, waiving: [:], author)
            .filter { $0.isInTheWay && $0.item != .approved }
        return findings.isEmpty
            ? nil : findings.map { "\($0.item.rawValue): \($0.found)" }.joined(separator: " ")
    }
}
