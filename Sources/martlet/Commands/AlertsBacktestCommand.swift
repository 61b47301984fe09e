import ArgumentParser
import MartletCore
import MartletMonitoring

/// `martlet alerts backtest RULE`.
struct AlertsBacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Replay a rule over history, and show what would have been told.",
        discussion: """
            The rules, limits, groups and quiet hours are those of slo.yaml now; what happened is read from the prediction
            log, loads, jobs, deployments, A/B tests and the use of the host as they are kept. Change slo.yaml and replay to
            see what another limit would have told. The rules that may lead to it are replayed beside it: of each alert it is
            said whether a running server tells it by itself or under the name of its cause.

            Examples:
              martlet alerts backtest Slow
              martlet alerts backtest InputsDrifted --from 2026-11-14
              martlet alerts backtest GateFailed --from 2026-11-01 --to 2026-11-21 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The rule, such as RequestsFail.")
    var rule: String
    @Option(help: "Where the window begins, in ISO 8601; by default seven days before its end.")
    var from: String?
    @Option(help: "Where it ends; by default now.")
    var to: String?

    func run() async throws {
        let application = try self.options.application()
        let names = AlertRule.allCases.map(\.rawValue)
        guard let rule = AlertRule(rawValue: self.rule) else {
            throw CommandError(
                .commandInvalidArgument,
                "there is no rule '\(self.rule)'." + WorkspaceChecker.hint(self.rule, names),
                status: .invalid
            )
        }
        let window = try MonitoringWindow(from: self.from, to: self.to, last: nil, now: application.clock.now)
        let workspace = application.workspace
        let (history, source) = try await AlertFactReader(application).history(for: rule, window)
        let replay = AlertReplay(workspace.alertPolicy, workspace.objectives)
        var lineage = WorkspaceLineage(application)
        let past = try await lineage.past(
            workspace.pipelines.map(\.definition),
            from: window.from,
            to: window.to
        )
        let firings = replay.run(rule, on: history, along: past, from: window.from, to: window.to)
        if self.json.isEnabled {
            application.terminal.line(Self.json(rule, window, source, firings).prettyText)
            return
        }
        var table = Table([
            .init("told_at", "told"), .init("resolved_at", "over"), .init("priority"), .init("alert"),
            .init("server", "by a server"), .init("what"),
        ])
        for firing in firings {
            table.add([
                .time(firing.toldAt), .time(firing.resolvedAt), .text(firing.alert.priority.rawValue),
                .text(firing.alert.key), .text(Self.sentence(firing)), .text(firing.alert.chain),
            ])
        }
        application.terminal.show(table, asJSON: false, emptyNote: "\(rule.rawValue) would have told nothing")
        application.terminal.note("from \(window.from) to \(window.to), by \(source)")
        let merged = firings.count { if case .under = $0.telling { true } else { false } }
        if merged > 0 {
            application.terminal.note(
                "a running server tells \(merged) of \(firings.count) under the name of their cause, by what was live then and "
                    + "the definitions of now"
            )
        }
    }

    /// What a running server makes of an alert.
    private static func sentence(_ firing: AlertReplay.Firing) -> String {
        switch firing.telling {
        case .byItself(firing.toldAt): "told"
        case .byItself(let moment): "told \(Quantity.moment(moment))"
        case .under(let name): "under \(name)"
        case .withheld: "not told"
        }
    }

    private static func json(
        _ rule: AlertRule,
        _ window: MonitoringWindow,
        _ source: String,
        _ firings: [AlertReplay.Firing]
    ) -> JSONValue {
        .object([
            "rule": .string(rule.rawValue), "from": .string(window.from.description),
            "to": .string(window.to.description), "by": .string(source),
            "firings": .array(
                firings.map { firing in
                    .object([
                        "alert": .string(firing.alert.key), "priority": .string(firing.alert.priority.rawValue),
                        "what": .string(firing.alert.chain), "told_at": .string(firing.toldAt.description),
                        "resolved_at": firing.resolvedAt.map { .string($0.description) } ?? .null,
                        "merged_under": firing.cause.map(JSONValue.string) ?? .null,
                        "server_told_at": firing.serverToldAt.map { .string($0.description) } ?? .null,
                    ])
                }
            ),
        ])
    }
}

extension AlertReplay.Firing {
    /// The name under which a running server tells of it, if that is not its own.
    fileprivate var cause: String? { if case .under(let name) = self.telling { name } else { nil } }

    /// When a running server tells it under its own name.
    fileprivate var serverToldAt: EventTime? { if case .byItself(let moment) = self.telling { moment } else { nil } }
}
