import ArgumentParser
import MartletCore
import MartletMonitoring
import MartletServer
import MartletTracking

/// `martlet alerts deliveries`.
struct AlertsDeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Show what the channels of slo.yaml were told, what waits and what failed.",
        discussion: """
            Examples:
              martlet alerts deliveries
              martlet alerts deliveries team --limit 5 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only deliveries to this channel.")
    var channel: String?
    @Option(help: "The most deliveries to show.")
    var limit = 30

    func validate() throws {
        if self.limit < 1 { throw ValidationError("--limit is \(self.limit); it must be 1 or more") }
    }

    func run() async throws {
        let application = try self.options.application()
        var table = Table([
            .init("id"), .init("channel"), .init("happened"), .init("alert"), .init("at"), .init("state"),
            .init("tries", nil, .right), .init("next_try"), .init("answer", nil, .right), .init("failure"),
        ])
        for delivery in try await application.alertDeliveries().deliveries(to: self.channel, limit: self.limit) {
            table.add([
                .text(delivery.id), .text(delivery.channel),
                .text(delivery.happened), .text(delivery.notice.alert),
                .time(delivery.notice.at), .text(delivery.state.rawValue), .count(delivery.attemptCount),
                .time(delivery.state == .waiting ? delivery.dueAt : nil), .count(delivery.outcome?.status),
                .text(delivery.outcome.flatMap { $0.isSuccess ? nil : $0.reason }),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "no channel was told anything yet")
    }
}

/// `martlet alerts redeliver ID`.
struct AlertsRedeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redeliver",
        abstract: "Send a delivery that ended once more.",
        discussion: """
            Example:
              martlet alerts redeliver 41-team
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The delivery's id, as martlet alerts deliveries shows it.")
    var id: String

    func run() async throws {
        let application = try self.options.application()
        _ = try await application.actor(self.actor.name, .administer, on: .server)
        try await application.alertDeliveries().redeliver(self.id, at: .now)
        application.terminal.line("\(self.id) is due again; a running server sends it")
    }
}

/// `martlet alerts test-channel NAME`.
struct AlertsTestChannelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-channel",
        abstract: "Send an invented alert to a channel of slo.yaml, now and once.",
        discussion: """
            Secrets are read from the environment of this command, as a server reads them from its own.

            Example:
              martlet alerts test-channel team
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Argument(help: "The channel, as slo.yaml names it.")
    var channel: String

    func run() async throws {
        let application = try self.options.application()
        let outcome = try await application.withChannelClient { client in
            try await application.alertDispatcher(client).test(self.channel)
        }
        guard outcome.isSuccess else {
            throw CommandError(
                .commandServerFailed,
                "the channel '\(self.channel)' did not take the alert: \(outcome.reason)"
            )
        }
        application.terminal.line("the channel '\(self.channel)' took the alert with \(outcome.status ?? 0)")
    }
}
