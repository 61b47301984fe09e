import ArgumentParser
import MartletCore
import MartletReleases
import MartletTracking

/// The arguments of a decision about a release or experiment.
struct ReleaseDecisionOptions: ParsableArguments {
    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a release or experiment.")
    var id: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    /// Has a person decide, and shows what came of it.
    func decide(
        _ body: (ReleaseDesk, String, Attribution) async throws -> StoredRun
    ) async throws {
        let application = try self.options.application()
        let desk = try application.releaseDesk()
        let run = try await desk.run(self.id).run
        let actor = try await application.actor(self.actor.name, .deploy, on: .endpoint(run.endpoint))
        let changed = try await body(
            desk,
            self.id,
            Attribution(by: actor, at: application.clock.now, reason: self.reason)
        )
        .run
        if self.json.isEnabled {
            application.terminal.line(changed.json.prettyText)
            return
        }
        application.terminal.line("\(changed.kind) \(changed.id) is \(changed.phase); a running server carries it out")
        if case .experiment = changed, changed.outcome == ExperimentVerdict.promote.rawValue,
            let next = try await application.releaseStore().openRuns()
                .first(where: {
                    $0.run.endpoint == changed.endpoint
                })
        {
            application.terminal.line("release \(next.run.id) of \(next.run.new.version) has started")
        }
    }
}

/// `martlet release abort`.
struct ReleaseAbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "End a release or experiment; the version before gets everything back.",
        discussion: """
            Example:
              martlet release abort r1f2e3d4c5b --reason "wrong training set"
            """
    )

    @OptionGroup var decision: ReleaseDecisionOptions

    func run() async throws {
        try await self.decision.decide { try await $0.abort($1, $2) }
    }
}

/// `martlet release rollback`.
struct ReleaseRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Give everything back to the version before, as long as it stands by.",
        discussion: """
            Example:
              martlet release rollback r1f2e3d4c5b --reason "complaints from Gangnam"
            """
    )

    @OptionGroup var decision: ReleaseDecisionOptions

    func run() async throws {
        try await self.decision.decide { try await $0.abort($1, $2) }
    }
}

/// `martlet release promote`.
struct ReleasePromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Let a release go on: over an approval, the rest of a step, or the rest of the standby.",
        discussion: """
            Of an experiment: start a release of its treatment. Unless the experiment asks for it, a reason is needed.

            Example:
              martlet release promote r1f2e3d4c5b --reason "seen the figures"
            """
    )

    @OptionGroup var decision: ReleaseDecisionOptions

    func run() async throws {
        try await self.decision.decide { try await $0.promote($1, $2) }
    }
}
