import ArgumentParser
import MartletCore
import MartletMonitoring
import MartletServer
import MartletTracking

/// `martlet alerts show ALERT`.
struct AlertsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one alert: what led to it, what came of it, and what to do.",
        discussion: """
            Examples:
              martlet alerts show SchemaChanged/source:sales
              martlet alerts show a1f03c5e88b2d749 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The alert, as the list names it, or its id.")
    var alert: String

    func run() async throws {
        let application = try self.options.application()
        let now = application.clock.now
        let store = try application.alerts()
        let alert = try await store.alert(self.alert)
        let silences = try await store.silences(at: now)
        if self.json.isEnabled {
            application.terminal.line(alert.json(silences: silences, at: now).prettyText)
            return
        }
        for line in Self.lines(alert, isSilenced: silences.contains { $0.covers(alert, at: now) }) {
            application.terminal.line(line)
        }
    }

    private static func lines(_ alert: Alert, isSilenced: Bool) -> [String] {
        var lines = ["\(alert.priority.rawValue) \(alert.key) (\(alert.phase.rawValue), \(alert.id))", alert.summary]
        lines += alert.causes.enumerated().map { String(repeating: "  ", count: $0) + "← " + $1 }
        if let consequences = alert.consequences { lines += ["", "also:"] + consequences.map { "  " + $0 } }
        lines += ["", "react within \(alert.priority.reaction)", "do: \(alert.runbook)", ""]
        let times: [(String, EventTime?)] = [
            ("found", alert.firstFoundAt), ("told", alert.toldAt), ("became worse", alert.worsenedAt),
            ("told again", alert.escalatedAt), ("over", alert.resolvedAt),
        ]
        lines += times.compactMap { name, time in time.map { "\(name) \(Quantity.moment($0))" } }
        if let taken = alert.acknowledgement { lines.append("taken on by \(taken.by) \(Quantity.moment(taken.at))") }
        if isSilenced { lines.append("silenced: nobody is told") }
        return lines
    }
}

/// `martlet alerts silences`.
struct AlertsSilencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silences",
        abstract: "List the silences that hold.",
        discussion: """
            Example:
              martlet alerts silences --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        var table = Table([.init("id"), .init("pattern"), .init("until"), .init("by"), .init("reason")])
        for silence in try await application.alerts().silences(at: application.clock.now) {
            table.add([
                .text(silence.id), .text(silence.pattern), .time(silence.until), .text(silence.by),
                .text(silence.reason),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nothing is silenced")
    }
}

/// `martlet alerts unsilence ID`.
struct AlertsUnsilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unsilence",
        abstract: "End a silence before its time.",
        discussion: """
            What is still wrong is told at the next look of a running server.

            Example:
              martlet alerts unsilence s1f03c5e88b2
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The silence, as 'martlet alerts silences' names it.")
    var silence: String
    @Option(help: "Why, for the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .write, on: .server)
        let author = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        let silence = try await application.alerts().lift(self.silence, author)
        application.terminal.line("people are told of \(silence.pattern) again")
    }
}
