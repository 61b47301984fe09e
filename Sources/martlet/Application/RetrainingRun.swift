import Foundation
import MartletCore
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
        var followUp: String? { self.attempt?.followUpSentence }
    }

    /// Records the decision and, when it is to train, trains and does what the plan lets follow.
    ///
    /// - Parameters:
    ///   - effect: the step of a job that asks.
    ///   - onEvent: told of each step of the training.
    /// - Returns: the training and what follows, or nothing when it is to wait.
    /// - Throws: what the training throws; the attempt is then recorded as failed and may be repeated. What the follow-up
    ///   throws leaves it to do for the next look.
    func carryOut(
        effect: String? = nil,
        onEvent: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws -> Outcome {
        let (store, clock) = (try self.application.retrainings(), self.application.clock)
        let lease = RetrainingLease(pace: clock.pace)
        let record = try RetrainingRecord(self.check.decision, of: self.check.plan, on: self.check.evidence)
        guard self.check.decision.isTraining, let data = self.check.evidence.dataHash else {
            try await store.note(record)
            return Outcome(attempt: nil, report: nil)
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
            process: JobHolder.own.name,
            leaseUntil: clock.now + lease.span,
            effect: effect
        )
        try await store.begin(attempt, record)
        let (start, began) = (attempt.startedBy.at, ContinuousClock.now)
        let report: TrainingReport
        do {
            report = try await self.train(RetrainingSigns(attempt, in: store, clock, lease), onEvent)
        } catch {
            attempt.end(.failed, at: clock.end(of: start, since: began), outcome: readableMessage(of: error))
            // The end is recorded even when the task around it was cancelled; the first error is the one to tell.
            let (failed, actor) = (attempt, self.actor)
            await Task { try? await store.end(failed, Attribution(by: actor, at: clock.now)) }.value
            throw error
        }
        let ended = clock.end(of: start, since: began)
        guard let version = report.version else {
            let reason = report.refusal ?? "nothing was registered"
            attempt.end(.refused, at: ended, rows: report.rowCount, outcome: reason)
            try await store.end(attempt, Attribution(by: self.actor, at: clock.now))
            return Outcome(attempt: attempt, report: report)
        }
        let followUp = RetrainingFollowUp(application: self.application, plan: self.check.plan, actor: self.actor)
        attempt = followUp.registered(attempt, version, rows: report.rowCount, at: ended)
        try await store.end(attempt, Attribution(by: self.actor, at: clock.now))
        return Outcome(attempt: try await followUp.carryOut(attempt), report: report)
    }

    /// Trains while `signs` are given; what others closed meanwhile registers nothing.
    private func train(
        _ signs: RetrainingSigns,
        _ onEvent: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws -> TrainingReport {
        let (application, recipe, actor) = (self.application, self.check.recipe, self.actor)
        return try await signs.give {
            try await application.train(
                recipe,
                by: actor,
                effect: signs.attempt.registryEffect,
                beforeRegistering: { try await signs.giveOne() },
                onEvent: onEvent
            )
        }
    }

    private static func newID() -> String {
        var generator = SystemRandomNumberGenerator()
        return "t" + RunID(using: &generator).description.prefix(10)
    }
}
