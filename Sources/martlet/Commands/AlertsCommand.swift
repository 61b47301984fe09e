import ArgumentParser
import Foundation
import MartletCore
import MartletMonitoring
import MartletStores
import MartletTracking

/// `martlet alerts`: what is wrong, and who takes it on.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Show what is wrong, take it on, or silence it.",
        discussion: """
            A running server finds out what is wrong: requests that fail or are slow, budgets that burn, errors that grew,
            inputs that drifted, data that is stale or was refused, jobs that failed, a host that is used up. Findings of one
            cause are one alert. Who is told, and when, stands in slo.yaml; the ledger keeps all of it.

            Examples:
              martlet alerts list
              martlet alerts show RequestsFail/endpoint:rent
              martlet alerts ack RequestsFail/endpoint:rent --reason "looking at it"
              martlet alerts silence endpoint:rent --for 2h --reason "planned work"
            """,
        subcommands: [
            AlertsListCommand.self, AlertsShowCommand.self, AlertsHistoryCommand.self, AlertsAcknowledgeCommand.self,
            AlertsSilenceCommand.self, AlertsSilencesCommand.self, AlertsUnsilenceCommand.self,
            AlertsBacktestCommand.self,
            AlertsDeliveriesCommand.self, AlertsRedeliverCommand.self, AlertsTestChannelCommand.self,
            AlertsActionsCommand.self, AlertsActCommand.self,
        ],
        defaultSubcommand: AlertsListCommand.self
    )
}

/// Alerts as a table.
private enum AlertTable {
    static func make(_ alerts: [Alert], silences: [AlertSilence], at now: EventTime) -> Table {
        var table = Table([
            .init("priority"), .init("alert"), .init("phase"), .init("since"), .init("told"),
            .init("acknowledged_by", "by"),
            .init("silenced"), .init("what"), .init("runbook"), .init("id"),
        ])
        for alert in alerts.sorted(by: { ($0.priority, $0.key) < ($1.priority, $1.key) }) {
            table.add([
                .text(alert.priority.rawValue), .text(alert.key), .text(alert.phase.rawValue),
                .time(alert.firstFoundAt), .time(alert.toldAt), .text(alert.acknowledgement?.by),
                .flag(silences.contains { $0.covers(alert, at: now) }), .text(alert.chain), .text(alert.runbook),
                .text(alert.id),
            ])
        }
        return table
    }
}

/// `martlet alerts list`.
struct AlertsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is wrong now.",
        discussion: """
            Example:
              martlet alerts list --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let store = try application.alerts()
        let now = application.clock.now
        application.terminal.show(
            AlertTable.make(try await store.openAlerts(), silences: try await store.silences(at: now), at: now),
            asJSON: self.json.isEnabled,
            emptyNote: "nothing is wrong that a running server knows of"
        )
    }
}

/// `martlet alerts history`.
struct AlertsHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List what was wrong and is over.",
        discussion: """
            Example:
              martlet alerts history --limit 20
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "The most alerts to list.")
    var limit = 100

    func validate() throws {
        if self.limit < 1 { throw ValidationError("--limit is \(self.limit); it must be 1 or more") }
    }

    func run() async throws {
        let application = try self.options.application()
        var table = Table([
            .init("priority"), .init("alert"), .init("since"), .init("until"), .init("acknowledged_by", "by"),
            .init("what"),
        ])
        for alert in try await application.alerts().history(limit: self.limit) {
            table.add([
                .text(alert.priority.rawValue), .text(alert.key), .time(alert.firstFoundAt), .time(alert.resolvedAt),
                .text(alert.acknowledgement?.by), .text(alert.chain),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nothing was wrong yet")
    }
}

/// `martlet alerts ack ALERT`.
struct AlertsAcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack",
        abstract: "Take an alert on, so that it is not told again.",
        discussion: """
            Example:
              martlet alerts ack Slow/endpoint:rent --reason "starting another server"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The alert, as the list names it.")
    var alert: String
    @Option(help: "What is done about it, for the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .write, on: .server)
        let author = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        let alert = try await application.alerts().acknowledge(self.alert, author)
        application.terminal.line("\(alert.key) is taken on by \(alert.acknowledgement?.by ?? actor)")
    }
}

/// `martlet alerts silence PATTERN --for 2h`.
struct AlertsSilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Tell nobody of some alerts for a while.",
        discussion: """
            What is still wrong when the time is over is told then.

            Examples:
              martlet alerts silence endpoint:rent --for 2h --reason "planned work"
              martlet alerts silence DiskFills --for 1d --reason "a larger disk comes tomorrow"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "A rule, what alerts are about, an alert as the list names it, or '*'.")
    var pattern: String
    @Option(name: .customLong("for"), help: "For how long, such as 2h; 30 days at most.")
    var span: String
    @Option(help: "Why, for the ledger.")
    var reason: String

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .write, on: .server)
        let now = application.clock.now
        let silence: AlertSilence
        do {
            silence = try AlertSilence(
                pattern: self.pattern,
                span: self.span,
                by: actor,
                reason: self.reason,
                at: now
            )
        } catch {
            throw CommandError(error.code, error.message, status: .invalid)
        }
        try await application.alerts().add(silence, at: now)
        application.terminal.line(
            "nobody is told of \(self.pattern) until \(Quantity.moment(silence.until)) (silence \(silence.id))"
        )
    }
}
