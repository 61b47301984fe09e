import Foundation
import MartletCore
import MartletFeatures
import MartletIngest
import MartletJobs
import MartletRetraining
import MartletTracking
import MartletTraining

/// Does the work of one step, in the process that was started for it.
///
/// Everything here may be done twice: a batch is named by its bytes, rows online are replaced by newer ones only, and a
/// version is registered once for each step of a job.
struct StepExecution: Sendable {
    let application: Application
    let order: StepOrder

    /// Carries the step out, and says what came of it.
    func carryOut() async -> StepReport {
        do {
            if let commit = self.order.job.cause.commit, commit.update { try await self.update(to: commit) }
            // The commit may have brought other definitions.
            let application = try self.application.reloaded()
            switch self.order.plan.work {
            case .ingest(let names): return try await self.ingest(names, application)
            case .materialize(let names): return try await self.materialize(names, application)
            case .train(let recipe): return try await self.train(recipe, application)
            case .retrain(let plan): return try await self.retrain(plan, isAskedFor: false, application)
            case .retrainNow(let plan): return try await self.retrain(plan, isAskedFor: true, application)
            case .command(let words): return await StepProgram(words, order: self.order, application).carryOut()
            }
        } catch let error as WorkspaceInvalid {
            self.application.terminal.show(error.diagnostics)
            let first = error.diagnostics.first { $0.severity == .error }
            let fault = first?.description ?? ""
            return .failed(Remark("step.workspace", "the workspace is not valid: \(fault)"), isFinal: true)
        } catch let error as CommandError where error.status == .invalid {
            return .failed(Remark(said: error.message), isFinal: true)
        } catch {
            return .failed(Remark(said: readableMessage(of: error)), isFinal: false)
        }
    }

    private func ingest(_ names: [String], _ application: Application) async throws -> StepReport {
        let terminal = application.terminal
        let outcome = try await application.ingest(names, file: nil, isReload: false) { step in
            terminal.note("\(step.source): \(step.origin): \(step.step.rawValue)")
        }
        let batches = outcome.reports.map { report -> JSONValue in
            .object([
                "source": .string(report.source), "batch": .string(report.batch.description),
                "outcome": .string(report.outcome.rawValue), "rows": .integer(Int64(report.figures.rowsLoaded)),
                "quarantined": .integer(Int64(report.figures.rowsQuarantined)),
            ])
        }
        let rows = outcome.reports.reduce(0) { $0 + $1.figures.rowsLoaded }
        let result: [String: JSONValue] = ["batches": .array(batches), "rows": .integer(Int64(rows))]
        for report in outcome.reports {
            let figures = "\(report.figures.rowsLoaded) rows, \(report.figures.rowsQuarantined) in quarantine"
            terminal.note("\(report.source): \(report.origin): \(report.outcome.rawValue), \(figures)")
        }
        if let failure = outcome.failures.first {
            for failure in outcome.failures { terminal.show(failure) }
            return .failed(Remark(said: readableMessage(of: failure)), isFinal: false, result)
        }
        if let refused = outcome.reports.first(where: { $0.outcome == .refused }) {
            let reason =
                refused.figures.refusalReasons.first
                ?? Remark("step.refusal", "it broke a rule about the whole")
            return .failed(
                Remark(
                    "step.refused",
                    "the batch \(refused.origin) of '\(refused.source)' was refused: \(reason)"
                ),
                isFinal: true,
                result
            )
        }
        return .done(result)
    }

    private func materialize(_ names: [String], _ application: Application) async throws -> StepReport {
        let terminal = application.terminal
        let reports = try await application.materialize(names, asOf: application.clock.now, isFull: false) { _, _ in }
        for report in reports {
            terminal.note("\(report.view): \(report.entitiesRead) entities read, \(report.rowsChanged) rows changed")
        }
        let changed = reports.reduce(0) { $0 + $1.rowsChanged }
        let entities = reports.reduce(0) { $0 + $1.entitiesRead }
        return .done([
            "views": .array(reports.map { .string($0.view) }), "entities": .integer(Int64(entities)),
            "changed": .integer(Int64(changed)),
        ])
    }

    private func train(_ recipe: String, _ application: Application) async throws -> StepReport {
        let terminal = application.terminal
        let file = try application.recipe(file: nil, name: recipe)
        if let earlier = try await self.version(of: file.definition.model, application) {
            terminal.note("\(earlier.id) was registered by this step already")
            return .done(["version": .string(earlier.id.description), "repeated": true])
        }
        let by = self.order.job.cause.kind == .person ? self.order.job.cause.by : "martlet"
        let view = TrainingProgressView(terminal, isSilent: false)
        let report = try await application.train(file, by: by, effect: self.order.effect) { view.show($0) }
        view.finish()
        var result: [String: JSONValue] = [
            "snapshot": .string(report.snapshotHash.description), "training_rows": .integer(Int64(report.rowCount)),
        ]
        if let best = report.bestIndex { result["run"] = .string(report.outcomes[best].run.description) }
        guard let version = report.version else {
            return .failed(Self.noVersion(report.refusal), isFinal: true, result)
        }
        result["version"] = .string(version.description)
        let registered = try await application.registry().resolve(ModelReference(version.description))
        result["approval"] = .string(registered.approval.status.rawValue)
        return .done(result)
    }

    /// Trains when the plan says so; a start after a crash finds what the earlier one did, and goes on from there.
    ///
    /// What is asked for and held up is a failure that trying again does not change.
    private func retrain(_ name: String, isAskedFor: Bool, _ application: Application) async throws -> StepReport {
        let terminal = application.terminal
        let plan = try application.retrainingPlan(named: name)
        let by = self.order.job.cause.kind == .person ? self.order.job.cause.by : "martlet"
        let effect = self.order.effect
        let followUp = RetrainingFollowUp(application: application, plan: plan, actor: by)
        for attempt in try await followUp.resume(effect: effect) {
            terminal.note("gone on with \(attempt.id): \(attempt.outcome ?? "")")
        }
        let earlier = try await application.retrainings().attempts(of: plan.name, limit: 1_000)
            .filter { $0.effect == effect }
        if let made = earlier.first(where: { $0.status == .registered }) {
            terminal.note("\(made.outcome ?? "a version was registered") by an earlier start of this step")
            return Self.report(made, ["verdict": "train", "repeated": true])
        }
        let request = RetrainingCheck.Request(isAskedFor: isAskedFor)
        let check = try await application.checkRetraining(plan, request, at: application.clock.now)
        for reason in check.decision.reasons { terminal.note(reason) }
        // An earlier start trained these very rows, and was cut off before it could tell that nothing passed.
        let refused = earlier.first { $0.status == .refused && $0.dataHash == check.evidence.dataHash }
        if let refused, !check.decision.isTraining, refused.recipeHash == check.recipeHash {
            return Self.report(refused, ["verdict": "train", "repeated": true])
        }
        let view = TrainingProgressView(terminal, isSilent: false)
        let outcome = try await RetrainingRun(application: application, check: check, actor: by)
            .carryOut(effect: effect) { view.show($0) }
        view.finish()
        let result: [String: JSONValue] = ["verdict": .string(check.decision.verdict)]
        guard let attempt = outcome.attempt else {
            guard isAskedFor else { return .done(result) }
            return .failed(Self.waiting(plan, check.decision), isFinal: true, result)
        }
        if let sentence = attempt.followUpSentence { terminal.note(sentence) }
        return Self.report(attempt, result)
    }

    /// What a step says of the training it made.
    private static func report(_ attempt: RetrainingAttempt, _ result: [String: JSONValue]) -> StepReport {
        var result = result
        result["training_rows"] = attempt.rows.map { .integer(Int64($0)) }
        guard let version = attempt.version else {
            return .failed(Self.noVersion(attempt.outcome), isFinal: true, result)
        }
        result["version"] = .string(version.description)
        result["follow_up"] = attempt.followUpSentence.map(JSONValue.string)
        return .done(result)
    }

    /// Why a training that was asked for was held up.
    private static func waiting(_ plan: RetrainingPlan, _ decision: RetrainingDecision) -> Remark {
        let reasons = decision.remarks.reduce(nil as Remark?) { before, remark in
            before.map { Remark("step.reasons", "\($0) \(remark)") } ?? remark
        }
        let all = reasons ?? Remark(said: decision.verdict)
        return Remark("step.trainsNothing", "plan '\(plan.name)' trains nothing now: \(all)")
    }

    /// Why a training ended without a version.
    private static func noVersion(_ reason: String?) -> Remark {
        reason.map(Remark.init(said:)) ?? Remark("step.noVersion", "no version was registered")
    }

    /// The version that an earlier start of this step registered.
    private func version(of model: String, _ application: Application) async throws -> ModelVersion? {
        let registry = try application.registry()
        guard try await registry.model(named: model) != nil else { return nil }
        return try await registry.versions(of: model)
            .first { $0.tags[NewModelVersion.effectTag] == self.order.effect }
    }

    // MARK: Git

    /// How often git is asked again while another process of it holds a lock.
    private static let lockedTries = 40

    /// Brings the workspace to `commit`, unless it has it already.
    private func update(to commit: JobCause.Commit) async throws {
        let folder = self.application.workspace.folder
        if await GitProgram.run(["merge-base", "--is-ancestor", commit.id, "HEAD"], in: folder).status == 0 { return }
        let pipeline = self.application.workspace.pipelines.first { $0.definition.name == self.order.job.pipeline }
        let repository = pipeline?.definition.triggers
            .compactMap { trigger -> String? in
                if case .git(let repository, commit.branch, _, _) = trigger { repository } else { nil }
            }
            .first
        for arguments in [
            ["fetch", "--quiet", "--", repository ?? "origin", "refs/heads/\(commit.branch)"],
            ["merge", "--quiet", "--ff-only", commit.id],
        ] {
            self.application.terminal.note("git \(arguments[0]) for the commit \(commit.id)")
            var answer = await GitProgram.run(arguments, in: folder)
            // Another step may be doing the same; git lets one at a time.
            for _ in 0..<Self.lockedTries where answer.isLocked {
                try await Task.sleep(for: .milliseconds(250))
                answer = await GitProgram.run(arguments, in: folder)
            }
            guard answer.status != 0 else { continue }
            let attempt = "could not bring the workspace to the commit \(commit.id.prefix(12)): git \(arguments[0])"
            // A repository may answer the next time; what stands in the way here stays until a person acts.
            if arguments[0] == "fetch" {
                throw JobError(
                    .jobInvalid,
                    "\(attempt) says: \(answer.reason); is the repository there, and may it be read?"
                )
            }
            throw CommandError(
                .workspaceInvalid,
                "\(attempt) says: \(answer.reason); commit or undo what is changed here, or set 'update: false'",
                status: .invalid
            )
        }
    }
}
