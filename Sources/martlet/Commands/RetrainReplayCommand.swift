import ArgumentParser
import MartletCore
import MartletRetraining

/// `martlet retrain replay`.
struct RetrainReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Make every recorded decision once more, and say whether its verdict is the same.",
        discussion: """
            A decision keeps the policy and the evidence it was made from, named by their hash. Status 1 when a verdict
            differs or inputs do not have their hash: the record or the rule was changed since.

            Examples:
              martlet retrain replay rent
              martlet retrain replay rent --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "A plan in retraining/, or the recipe it retrains.")
    var plan: String
    @Option(help: "The most decisions, the newest first.")
    var limit = 1_000

    func validate() throws {
        guard self.limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        let application = try self.options.application()
        let plan = try application.retrainingPlan(named: self.plan)
        let records = try await application.retrainings().decisions(of: plan.name, limit: self.limit)
        let replays = records.map { ($0, RetrainingReplay($0)) }
        var table = Table([
            .init("at"), .init("verdict"), .init("again"), .init("replay"), .init("inputs_hash", "inputs"),
        ])
        for (record, replay) in replays {
            table.add([
                .time(record.at), .text(record.verdict), .text(replay.verdict), .text(replay.outcome.rawValue),
                .init(record.inputsHash.short, json: .string(record.inputsHash.description)),
            ])
        }
        application.terminal.show(
            table,
            asJSON: self.json.isEnabled,
            emptyNote: "plan '\(plan.name)' decided nothing yet"
        )
        let faults = replays.count { $0.1.outcome != .same }
        if !self.json.isEnabled, !replays.isEmpty {
            application.terminal.line(
                faults == 0
                    ? "all \(replays.count) decisions are the same again"
                    : "\(faults) of \(replays.count) decisions are not the same again"
            )
        }
        if faults > 0 { throw QuietExit(status: .failed) }
    }
}
