import ArgumentParser
import MartletCore
import MartletReleases
import MartletRetraining
import MartletTracking
import MartletTraining

/// `martlet retrain status`.
struct RetrainStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the plans, or the trainings and decisions of one.",
        discussion: """
            A training whose process ended, or gave no sign for 30 seconds, is closed.

            Examples:
              martlet retrain status
              martlet retrain status rent --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "A plan in retraining/, or its recipe; without it, all plans are listed.")
    var plan: String?

    func run() async throws {
        let application = try self.options.application()
        if let name = self.plan {
            try await self.show(try application.retrainingPlan(named: name), application)
            return
        }
        var table = Table([
            .init("plan"), .init("recipe"), .init("labels"), .init("auto"), .init("last_training", "last training"),
            .init("version"), .init("month_runs", "this month", .right), .init("last_verdict", "last decision"),
        ])
        let store = try application.retrainings()
        let month = RetrainingRule.monthStart(of: application.clock.now)
        for plan in application.workspace.retraining.map(\.definition) {
            await self.closeAbandoned(plan, application)
            let attempts = try await store.attempts(of: plan.name, limit: 1_000)
            let decision = try await store.decisions(of: plan.name, limit: 1).first
            let runs = attempts.count { $0.startedBy.at >= month && $0.status != .failed }
            table.add([
                .text(plan.name), .text(plan.recipe.value), .text(plan.labels.value), .text(plan.autonomy.rawValue),
                .time(attempts.first?.startedBy.at), .text(attempts.first?.version?.description),
                .init("\(runs) of \(plan.policy.monthlyRuns)", json: .integer(Int64(runs))), .text(decision?.verdict),
            ])
        }
        application.terminal.show(
            table,
            asJSON: self.json.isEnabled,
            emptyNote: "no retraining plans yet; write one in retraining/NAME.yaml (martlet schema retraining)"
        )
    }

    /// Closes what dead processes left under way; what is listed says so.
    private func closeAbandoned(_ plan: RetrainingPlan, _ application: Application) async {
        do {
            try await RetrainingFollowUp(application: application, plan: plan, actor: "martlet").closeAbandoned()
        } catch {
            application.terminal.note(
                "trainings of plan '\(plan.name)' that are over could not be closed: \(readableMessage(of: error))"
            )
        }
    }

    private func show(_ plan: RetrainingPlan, _ application: Application) async throws {
        await self.closeAbandoned(plan, application)
        let store = try application.retrainings()
        let attempts = try await store.attempts(of: plan.name, limit: 20)
        let decisions = try await store.decisions(of: plan.name, limit: 20)
        let terminal = application.terminal
        if self.json.isEnabled {
            let lists: JSONValue = .object([
                "attempts": .array(try attempts.map { try JSONValue(encoding: $0) }),
                "decisions": .array(try decisions.map { try JSONValue(encoding: $0) }),
            ])
            terminal.line(lists.prettyText)
            return
        }
        var table = Table([
            .init("id"), .init("started"), .init("by"), .init("status"), .init("version"),
            .init("seconds", "time", .right), .init("outcome"),
        ])
        for attempt in attempts {
            table.add([
                .text(attempt.id), .time(attempt.startedBy.at), .text(attempt.startedBy.actor),
                .text(attempt.status.rawValue), .text(attempt.version?.description), .seconds(attempt.seconds),
                .text(attempt.outcome),
            ])
        }
        terminal.show(table, asJSON: false, emptyNote: "plan '\(plan.name)' trained nothing yet")
        guard let newest = decisions.first else { return }
        terminal.line()
        terminal.line("last decision, \(Quantity.moment(newest.at)): \(newest.verdict)")
        for reason in newest.reasons { terminal.line("  \(reason)") }
    }
}

/// How a decision is shown.
struct RetrainView {
    private let check: RetrainingCheck

    init(_ check: RetrainingCheck) { self.check = check }

    /// Writes the verdict and its reasons.
    func show(on terminal: Terminal, asJSON: Bool) {
        if asJSON {
            terminal.line(self.json(nil).prettyText)
            return
        }
        let verdict = self.check.decision.isTraining ? terminal.output.good("train") : terminal.output.warning("wait")
        terminal.line("\(self.check.plan.name): \(verdict)")
        for reason in self.check.decision.reasons { terminal.line("  \(reason)") }
        if let gain = self.check.evidence.gain {
            terminal.line("  The candidate took \(Quantity.duration(gain.seconds)).")
        }
    }

    /// The decision with what it rests on, and what came of it.
    func json(_ outcome: RetrainingRun.Outcome?) -> JSONValue {
        var members: [String: JSONValue] = [
            "plan": .string(self.check.plan.name), "recipe": .string(self.check.recipe.definition.name),
            "verdict": .string(self.check.decision.verdict),
            "reasons": .array(self.check.decision.reasons.map(JSONValue.string)),
            "evidence": (try? JSONValue(encoding: self.check.evidence)) ?? .null,
        ]
        if let gain = self.check.evidence.gain {
            members["gain_verdict"] = .string(gain.verdict(minimum: self.check.plan.policy.gainMinimum).rawValue)
        }
        guard let outcome else { return .object(members) }
        members["training"] = outcome.report?.json ?? .null
        members["version"] = outcome.attempt?.version.map { .string($0.description) } ?? .null
        members["follow_up"] = outcome.followUp.map(JSONValue.string) ?? .null
        return .object(members)
    }
}
