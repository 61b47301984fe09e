import ArgumentParser
import MartletCore
import MartletRetraining
import MartletTracking
import MartletTraining

/// `martlet retrain`: when a model is trained again.
struct RetrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrain",
        abstract: "Decide whether a recipe is due and worth a new training, and train it.",
        discussion: """
            A plan in retraining/NAME.yaml says what makes a training due (new labels, age, drift, loss), what it may cost,
            and how far its version goes by itself. Before it starts, a quick candidate is compared with what the present
            version predicted.

            Examples:
              martlet retrain check rent
              martlet retrain run rent --if-due
              martlet retrain status
            """,
        subcommands: [
            RetrainStatusCommand.self, RetrainCheckCommand.self, RetrainRunCommand.self, RetrainReplayCommand.self,
        ],
        defaultSubcommand: RetrainStatusCommand.self
    )
}

/// What monitoring found.
struct RetrainMeasures: ParsableArguments {
    @Option(help: "A measure of drift for the trigger 'drift', such as a population stability index.")
    var drift: Double?
    @Option(help: "How much greater the loss is estimated to be, as a share, for the trigger 'loss'.")
    var loss: Double?
    @Flag(help: "Do not train a quick candidate first; the trigger alone decides.")
    var noBackTest = false

    func validate() throws {
        for (name, value) in [("--drift", self.drift), ("--loss", self.loss)] where value.map({ !$0.isFinite }) ?? false
        {
            throw ValidationError("\(name) must be a finite number")
        }
    }

    func request(isAskedFor: Bool) -> RetrainingCheck.Request {
        RetrainingCheck.Request(
            isAskedFor: isAskedFor,
            drift: self.drift,
            loss: self.loss,
            withBackTest: !self.noBackTest
        )
    }
}

/// `martlet retrain check`.
struct RetrainCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a training would start by itself now, and why; nothing is trained.",
        discussion: """
            Builds the labels anew, and compares a quick candidate with the present version.

            Examples:
              martlet retrain check rent
              martlet retrain check rent --drift 0.31 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var measures: RetrainMeasures
    @Argument(help: "A plan in retraining/, or the recipe it retrains.")
    var plan: String

    func run() async throws {
        let application = try self.options.application()
        let plan = try application.retrainingPlan(named: self.plan)
        let request = self.measures.request(isAskedFor: false)
        let check = try await application.checkRetraining(plan, request, at: application.clock.now)
        RetrainView(check).show(on: application.terminal, asJSON: self.json.isEnabled)
    }
}

/// `martlet retrain run`.
struct RetrainRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Train again, register, and start what the plan allows.",
        discussion: """
            A person who asks needs no trigger; the same rows are not trained twice, and the month's budget holds all the
            same. With --if-due, as a schedule runs it, triggers, cool-down and gain decide. Status 1 when a training that
            was asked for is held up, 3 when its gates failed.

            Examples:
              martlet retrain run rent --by ada
              martlet retrain run rent --if-due --json
              martlet retrain run rent --dry-run
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @OptionGroup var measures: RetrainMeasures
    @Argument(help: "A plan in retraining/, or the recipe it retrains.")
    var plan: String
    @Flag(help: "Train only when the plan's triggers, cool-down and gain say so.")
    var ifDue = false
    @Flag(help: "Decide, and train nothing.")
    var dryRun = false

    func run() async throws {
        let application = try self.options.application()
        let plan = try application.retrainingPlan(named: self.plan)
        let request = self.measures.request(isAskedFor: !self.ifDue)
        let recipe = try application.recipe(file: nil, name: plan.recipe.value)
        let actor = try await application.actor(self.actor.name, .write, on: .model(recipe.definition.model))
        if !self.dryRun {
            let followUp = RetrainingFollowUp(application: application, plan: plan, actor: actor)
            for attempt in try await followUp.resume() {
                application.terminal.note("gone on with \(attempt.id): \(attempt.outcome ?? "")")
            }
        }
        let check = try await application.checkRetraining(plan, request, at: application.clock.now)
        let shown = RetrainView(check)
        guard !self.dryRun else {
            shown.show(on: application.terminal, asJSON: self.json.isEnabled)
            return
        }
        if !self.json.isEnabled { shown.show(on: application.terminal, asJSON: false) }
        let progress = TrainingProgressView(application.terminal, isSilent: self.json.isEnabled)
        let run = RetrainingRun(application: application, check: check, actor: actor)
        let outcome = try await run.carryOut { progress.show($0) }
        progress.finish()
        if self.json.isEnabled {
            application.terminal.line(shown.json(outcome).prettyText)
        } else if let report = outcome.report {
            let isTaken = outcome.attempt?.followUp?.status == .done
            TrainingReportView(report, recipe: recipe.definition, isWaiting: !isTaken).show(on: application.terminal)
            // Of a version that waits for approval the report has told.
            if plan.autonomy.changesTraffic, let followUp = outcome.followUp { application.terminal.line(followUp) }
        }
        if outcome.report == nil, !self.ifDue { throw QuietExit(status: .failed) }
        if outcome.report?.verdicts.contains(where: { !$0.isPassed }) ?? false { throw QuietExit(status: .gateFailed) }
        if let report = outcome.report, report.version == nil { throw QuietExit(status: .failed) }
    }
}
