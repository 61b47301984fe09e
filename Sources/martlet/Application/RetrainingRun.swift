import Foundation
import MartletCore
import MartletReleases
import MartletRetraining
import MartletTracking
import MartletTraining

/// Carries out a decision: trains, registers, and starts what the plan allows.
struct RetrainingRun: Sendable {
    let application: Application
    let check: RetrainingCheck
    let actor: String

    /// What came of it.
    struct Outcome: Sendable {
        let attempt: RetrainingAttempt?
        let report: TrainingReport?
        /// What was started with the version, or why nothing was.
        let followUp: String?
    }

    /// Records the decision and, when it is to train, trains.
    ///
    /// - Throws: what the training throws; the attempt is then recorded as failed and may be repeated.
    func carryOut(onEvent: @escaping @Sendable (TrainingEvent) -> Void) async throws -> Outcome {
        let (store, clock) = (try self.application.retrainings(), self.application.clock)
        for var attempt in self.check.abandoned {
            attempt.end(.failed, at: clock.now, outcome: "its process \(attempt.process) ended before it did")
            try await store.end(attempt, Attribution(by: self.actor, at: clock.now))
        }
        let record = try RetrainingRecord(self.check.decision, of: self.check.plan, on: self.check.evidence)
        guard self.check.decision.isTraining, let data = self.check.evidence.dataHash else {
            try await store.note(record)
            return Outcome(attempt: nil, report: nil, followUp: nil)
        }
        let reason = self.check.evidence.isAskedFor ? nil : "plan '\(self.check.plan.name)': it is due and worth it"
        var attempt = RetrainingAttempt(
            id: Self.newID(),
            plan: self.check.plan.name,
            recipe: self.check.recipe.definition.name,
            dataHash: data,
            recipeHash: self.check.recipeHash,
            labels: self.check.evidence.labels,
            startedBy: Attribution(by: self.actor, at: clock.now, reason: reason),
            process: ProcessName.own
        )
        try await store.begin(attempt, record)
        let (start, began) = (attempt.startedBy.at, ContinuousClock.now)
        let report: TrainingReport
        do {
            report = try await self.application.train(self.check.recipe, by: self.actor, onEvent: onEvent)
        } catch {
            attempt.end(.failed, at: clock.end(of: start, since: began), outcome: readableMessage(of: error))
            // The end is recorded even when the task around it was cancelled; the first error is the one to tell.
            let (failed, actor) = (attempt, self.actor)
            await Task { try? await store.end(failed, Attribution(by: actor, at: clock.now)) }.value
            throw error
        }
        guard let version = report.version else {
            let reason = report.refusal ?? "nothing was registered"
            attempt.end(.refused, at: clock.end(of: start, since: began), rows: report.rowCount, outcome: reason)
            try await store.end(attempt, Attribution(by: self.actor, at: clock.now))
            return Outcome(attempt: attempt, report: report, followUp: nil)
        }
        attempt.end(
            .registered,
            at: clock.end(of: start, since: began),
            version: version,
            rows: report.rowCount,
            outcome: "\(version) was registered"
        )
        try await store.end(attempt, Attribution(by: self.actor, at: clock.now))
        return Outcome(attempt: attempt, report: report, followUp: await self.followUp(version))
    }

    /// Starts what the plan allows; what cannot be started is told, and the version stays registered.
    private func followUp(_ version: ModelVersionID) async -> String {
        do {
            switch self.check.plan.autonomy {
            case .never, .toStaging:
                return "\(version) waits for approval: martlet models approve \(version) --reason \"…\""
            case .toExperiment, .toProduction:
                return try await self.bring(version)
            }
        } catch {
            return "\(version) is registered, and went no further: \(readableMessage(of: error))"
        }
    }

    /// Starts the experiment or the release of the plan, under the standing order that the plan is.
    private func bring(_ version: ModelVersionID) async throws -> String {
        guard let name = self.check.plan.release?.value else { return "\(version) waits for approval" }
        var plan = try self.application.releasePlan(named: name)
        let autonomy = self.check.plan.autonomy
        plan.approval = .ask
        if autonomy == .toExperiment { plan.experiment?.onSuccess = .ask }
        guard autonomy == .toProduction || plan.experiment != nil else {
            throw CommandError(
                .workspaceInvalid,
                "the release plan '\(name)' has no 'experiment', which auto: \(autonomy.rawValue) would start; add one"
            )
        }
        _ = try await self.application.actor(self.actor, .deploy, on: .endpoint(plan.endpoint))
        // Nothing is approved that could not start.
        try await self.checkFree(plan.endpoint)
        let order = "retraining plan '\(self.check.plan.name)' says auto: \(autonomy.rawValue), and every gate passed"
        if !(plan.experiment?.isPaired ?? false) {
            let decider = try await self.application.actor(self.actor, .decide, on: .model(version.model))
            let approval = Attribution(by: decider, at: self.application.clock.now, reason: order)
            _ = try await self.application.registry().decide(.approved, on: version, approval)
        }
        let author = Attribution(by: self.actor, at: self.application.clock.now, reason: order)
        let desk = try self.application.releaseDesk()
        let stored =
            plan.experiment == nil
            ? try await desk.startRelease(plan, version, author)
            : try await desk.startExperiment(plan, version, author)
        return "\(stored.run.kind) \(stored.run.id) of \(version) at \(plan.endpoint) has started: "
            + "martlet \(stored.run.kind) status \(stored.run.id)"
    }

    private func checkFree(_ endpoint: String) async throws {
        guard
            let holder = try await self.application.releaseStore().openRuns()
                .first(where: { $0.run.endpoint == endpoint })
        else { return }
        throw TrackingError(
            .releaseEndpointBusy,
            "'\(endpoint)' is held by \(holder.run.kind) \(holder.run.id), which has not ended; approve and start the "
                + "version when it has"
        )
    }

    private static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        return "t" + RunID(using: &generator).description.prefix(10)
    }
}
