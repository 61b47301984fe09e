import ArgumentParser
import MartletCore
import MartletReleases
import MartletTracking

/// `martlet experiment`: versions compared on live traffic.
struct ExperimentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Start, watch and end A/B tests.",
        discussion: """
            An experiment gives a version a share of the traffic and compares what comes of it, with bounds that may be
            looked at at any time. `martlet release explain|replay|what-if|promote` work on experiments too.

            Examples:
              martlet experiment start price-rollout --version apartment_price:2
              martlet experiment status
              martlet experiment stop r1f2e3d4c5b --reason "wrong tracking"
            """,
        subcommands: [
            ExperimentStartCommand.self, ExperimentStatusCommand.self, ExperimentStopCommand.self,
            ExperimentPromoteCommand.self,
        ],
        defaultSubcommand: ExperimentStatusCommand.self
    )
}

/// `martlet experiment start`.
struct ExperimentStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Split the traffic between what is live and a new version.",
        discussion: """
            Example:
              martlet experiment start price-rollout --version apartment_price:2 --reason "new stations"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @OptionGroup var json: JSONOption
    @Argument(help: "The name of a plan in releases/ that has an 'experiment'.")
    var plan: String
    @Option(help: "NAME:3, NAME@alias, or NAME for the newest version.")
    var version: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let plan = try application.releasePlan(named: self.plan)
        let actor = try await application.actor(self.actor.name, .deploy, on: .endpoint(plan.endpoint))
        let version = try await application.registry().resolve(ModelReference(self.version)).id
        let author = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        let stored = try await application.releaseDesk().startExperiment(plan, version, author)
        if self.json.isEnabled {
            application.terminal.line(stored.run.json.prettyText)
            return
        }
        application.terminal.line(
            "experiment \(stored.run.id) of \(stored.run.new.version) against \(stored.run.old.version) at "
                + "\(plan.endpoint) has started; a running server carries it out: "
                + "martlet experiment status \(stored.run.id)"
        )
    }
}

/// `martlet experiment status`.
struct ExperimentStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the figures of an experiment, or all experiments.",
        discussion: """
            Examples:
              martlet experiment status
              martlet experiment status r1f2e3d4c5b --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of an experiment; without it, all are listed.")
    var id: String?

    func run() async throws {
        let application = try self.options.application()
        guard let id = self.id else {
            let runs = try await application.releaseStore().runs(of: nil, limit: 1_000).map(\.run)
            application.terminal.show(
                ReleaseTable.runs(runs.filter { $0.kind == "experiment" }),
                asJSON: self.json.isEnabled,
                emptyNote: "no experiments yet"
            )
            return
        }
        let run = try await application.releaseDesk().run(id).run
        try await ReleaseTable.show(run, application, asJSON: self.json.isEnabled)
    }
}

/// `martlet experiment stop`.
struct ExperimentStopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "End an experiment; what was live before gets everything back.",
        discussion: """
            Example:
              martlet experiment stop r1f2e3d4c5b --reason "wrong tracking"
            """
    )

    @OptionGroup var decision: ReleaseDecisionOptions

    func run() async throws {
        try await self.decision.decide { try await $0.abort($1, $2) }
    }
}

/// `martlet experiment promote`.
struct ExperimentPromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Start a release of the treatment.",
        discussion: """
            Unless the experiment asks for it, a reason is needed.

            Example:
              martlet experiment promote r1f2e3d4c5b --reason "seen the figures"
            """
    )

    @OptionGroup var decision: ReleaseDecisionOptions

    func run() async throws {
        try await self.decision.decide { try await $0.promote($1, $2) }
    }
}
