import ArgumentParser
import MartletCore
import MartletReleases
import MartletTracking

/// `martlet release`: how new versions come to endpoints.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Start, watch, explain and end releases.",
        discussion: """
            A release puts an approved version beside the one that is live, gives it a growing share of the traffic, and
            takes it back by itself when it breaks a gate. A running server (`martlet up` or `martlet serve`) carries it
            out; these commands start it, look at it and decide.

            Examples:
              martlet release plan price-rollout
              martlet release start price-rollout --version apartment_price:2
              martlet release status
              martlet release explain r1f2e3d4c5b
            """,
        subcommands: [
            ReleasePlanCommand.self, ReleaseStartCommand.self, ReleaseStatusCommand.self, ReleaseHistoryCommand.self,
            ReleaseExplainCommand.self, ReleaseAbortCommand.self, ReleaseRollbackCommand.self,
            ReleasePromoteCommand.self, ReleaseReplayCommand.self, ReleaseWhatIfCommand.self,
            ReleaseRehearseCommand.self,
        ],
        defaultSubcommand: ReleaseStatusCommand.self
    )
}

/// `martlet release plan`.
struct ReleasePlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show a plan with all its standard values, or list the plans.",
        discussion: """
            Examples:
              martlet release plan
              martlet release plan price-rollout --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The name of a plan in releases/; without it, all are listed.")
    var name: String?

    func run() async throws {
        let application = try self.options.application()
        guard let name = self.name else {
            var table = Table([.init("name"), .init("endpoint"), .init("strategy"), .init("experiment"), .init("file")])
            for file in application.workspace.releases {
                let plan = file.definition
                table.add([
                    .text(plan.name), .text(plan.endpoint), .text(plan.strategy.rawValue),
                    .flag(plan.experiment != nil), .text(file.path),
                ])
            }
            application.terminal.show(
                table,
                asJSON: self.json.isEnabled,
                emptyNote: "no release plans yet; write one in releases/NAME.yaml (martlet schema release)"
            )
            return
        }
        let plan = try application.releasePlan(named: name)
        if self.json.isEnabled {
            application.terminal.line(try JSONValue(encoding: plan).prettyText)
            return
        }
        application.terminal.line("\(plan.name): \(plan.strategy.rawValue) at \(plan.endpoint)")
        var table = Table([.init("phase"), .init("share"), .init("at least"), .init("goes on when")])
        table.add([.text("warm-up"), .text("0 %"), .text(""), .text("loaded within \(plan.health.warmUpLimit)")])
        let requests = plan.health.file.map { "the requests of \($0) are answered as expected" } ?? "loaded"
        table.add([.text("health check"), .text("0 %"), .text(""), .text(requests)])
        for (index, step) in plan.steps.enumerated() {
            let isLast = index == plan.steps.count - 1
            let rule =
                isLast
                ? "errors and latency are proven to be within limits"
                : "\(plan.gates.requestMinimum) requests, no limit proven broken"
            if isLast, plan.approval == .ask {
                table.add([.text("approval"), .text(""), .text(""), .text("a person promotes it")])
            }
            table.add([
                .text(isLast ? "watch" : "step \(index + 1)"),
                .text("\(Quantity.number(Double(step.weight) / 100)) %"), .text(step.hold.description), .text(rule),
            ])
        }
        table.add([
            .text("standby"), .text("100 %"), .text(plan.standby.description), .text("no limit is proven broken"),
        ])
        application.terminal.show(table, asJSON: false)
        application.terminal.line(
            "limits: errors < \(Quantity.number(plan.gates.errorRateLimit * 100)) %, "
                + "P\(Quantity.number(plan.gates.latencyQuantile * 100)) < \(plan.gates.latencyLimit), "
                + "wrong with probability \(Quantity.number(plan.gates.alpha)) over all looks"
        )
    }
}

/// `martlet release start`.
struct ReleaseStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Check the checklist and start a release.",
        discussion: """
            Examples:
              martlet release start price-rollout --version apartment_price:2
              martlet release start price-rollout --version apartment_price@challenger \\
                --waive experiment="hotfix of a wrong unit" --reason "ticket 81"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @OptionGroup var json: JSONOption
    @Argument(help: "The name of a plan in releases/.")
    var plan: String
    @Option(help: "NAME:3, NAME@alias, or NAME for the newest version.")
    var version: String
    @Option(name: .customLong("waive"), help: "An item of the checklist that may be unmet, and why: ITEM=REASON.")
    var waivers: [String] = []
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let plan = try application.releasePlan(named: self.plan)
        let actor = try await application.actor(self.actor.name, .deploy, on: .endpoint(plan.endpoint))
        let version = try await application.registry().resolve(ModelReference(self.version)).id
        let stored = try await application.releaseDesk()
            .startRelease(
                plan,
                version,
                waiving: try self.waived(),
                Attribution(by: actor, at: application.clock.now, reason: self.reason)
            )
        if self.json.isEnabled {
            application.terminal.line(stored.run.json.prettyText)
            return
        }
        application.terminal.line(
            "release \(stored.run.id) of \(stored.run.new.version) over \(stored.run.old.version) at \(plan.endpoint) has "
                + "started; a running server carries it out: martlet release status \(stored.run.id)"
        )
    }

    private func waived() throws -> [ReleaseChecklist.Item: String] {
        var waived: [ReleaseChecklist.Item: String] = [:]
        for text in self.waivers {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[1].contains(where: { !$0.isWhitespace }) else {
                throw CommandError(
                    .commandInvalidArgument,
                    "--waive '\(text)' needs an item and a reason: --waive experiment=\"…\"",
                    status: .invalid
                )
            }
            waived[try ReleaseChecklist.Item(named: parts[0])] = parts[1]
        }
        return waived
    }
}
