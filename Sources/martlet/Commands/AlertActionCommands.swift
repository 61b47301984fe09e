import ArgumentParser
import MartletCore
import MartletMonitoring
import MartletTracking

/// Actions as a table.
private enum AlertActionTable {
    static func make(_ records: [AlertActionRecord]) -> Table {
        var table = Table([
            .init("id"), .init("alert"), .init("action"), .init("mode"), .init("state"), .init("asked"), .init("by"),
            .init("tries", nil, .right), .init("finished"), .init("outcome"), .init("cause"),
        ])
        for record in records {
            table.add([
                .text(record.id), .text(record.notice.alert), .text(record.order.action),
                .text(record.mode.rawValue), .text(record.state.rawValue), .time(record.asked.at),
                .text(record.asked.actor), .count(record.attemptCount), .time(record.finishedAt),
                .text(record.outcome), .text(record.notice.chain),
            ])
        }
        return table
    }
}

/// `martlet alerts actions`.
struct AlertsActionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions",
        abstract: "Show what was done about alerts by itself, or would have been.",
        discussion: """
            What is done is declared under 'actions:' of slo.yaml; without 'mode: on' it is only recorded what would be.

            Example:
              martlet alerts actions --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "The most actions to show.")
    var limit = 30

    func validate() throws {
        if self.limit < 1 { throw ValidationError("--limit is \(self.limit); it must be 1 or more") }
    }

    func run() async throws {
        let application = try self.options.application()
        application.terminal.show(
            AlertActionTable.make(try await application.alertActions().actions(limit: self.limit)),
            asJSON: self.json.isEnabled,
            emptyNote: "no alert has given rise to an action yet"
        )
    }
}

/// `martlet alerts act ALERT`.
struct AlertsActCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "act",
        abstract: "Carry out the actions of an alert now, or say what they would do.",
        discussion: """
            The actions are those that slo.yaml declares for the alert, whatever their mode and cool-down.

            Examples:
              martlet alerts act RequestsFail/endpoint:rent --dry-run
              martlet alerts act RequestsFail/endpoint:rent --by ada --reason "the release of this morning"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Argument(help: "The alert, as the list names it.")
    var alert: String
    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false
    @Option(help: "Why, for the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let alerts: any AlertStore = try application.alerts()
        let alert = try await alerts.alert(self.alert)
        let actions = application.workspace.alertPolicy.actions
        let name = try await application.actor(self.actor.name, self.dryRun ? .read : .administer, on: .server)
        let author = Attribution(by: name, at: application.clock.now, reason: self.reason)
        let wanted = AlertActionPlan.records(
            for: alert,
            actions,
            author,
            prefix: "\(alert.id)-\(author.at.microseconds)",
            mode: self.dryRun ? .dryRun : .on
        )
        var records: [AlertActionRecord] = []
        let acting = try application.alertActor()
        for record in wanted {
            records.append(self.dryRun ? await acting.rehearse(record) : try await acting.act(record))
        }
        application.terminal.show(
            AlertActionTable.make(records),
            asJSON: self.json.isEnabled,
            emptyNote: "slo.yaml declares no action for \(alert.rules.joined(separator: ", "))"
        )
        if records.contains(where: { $0.state == .failed || $0.state == .waiting }) {
            throw QuietExit(status: .failed)
        }
    }
}
