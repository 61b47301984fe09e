import ArgumentParser
import MartletCore
import MartletServer

/// `martlet status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show whether everything is well, and what waits for whom.",
        discussion: """
            Alerts that nobody took on, releases that ask for their last step, versions that wait for approval, jobs that
            failed, batches that were refused, rows in quarantine: what the overview of the console shows. Alerts are what a
            running server found last; drift and variants that were taken out are told by alerts alone here.

            The exit status is 1 with --check when something is wrong; decisions that wait are nothing wrong.

            Examples:
              martlet status
              martlet status --check || echo "look at it"
              martlet status --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "End with status 1 when something is wrong.")
    var check = false

    func run() async throws {
        let application = try self.options.application()
        let overview = try await application.insight().overview()
        if self.json.isEnabled {
            application.terminal.line(overview.json.prettyText)
        } else {
            self.show(overview, application.terminal, at: application.clock.now)
        }
        if self.check, !overview.isWell { throw QuietExit(status: .failed) }
    }

    private func show(_ overview: WorkspaceInsight.Overview, _ terminal: Terminal, at now: EventTime) {
        let faults = overview.faultCount
        terminal.line(
            overview.isWell
                ? terminal.output.good("Everything is well.")
                : terminal.output.bad(
                    "Not well: \(Quantity.count(faults)) \(faults == 1 ? "thing needs" : "things need") a look."
                )
        )
        let live = overview.endpoints.map { "\($0.name) → \($0.version)" }.joined(separator: ", ")
        terminal.line("live: " + (live.isEmpty ? "nothing yet; martlet deploy ENDPOINT --model MODEL:VERSION" : live))
        terminal.line(
            "under way: \(Self.count(overview.openReleases, "release or A/B test", "releases and A/B tests")), "
                + "\(Self.count(overview.runningJobs, "job", "jobs")); "
                + Self.count(overview.firingAlerts, "alert fires", "alerts fire")
        )
        if let fault = overview.dataFault {
            terminal.line(terminal.output.bad("the sources could not be read: \(fault)"))
        }
        guard !overview.waiting.isEmpty else {
            terminal.line("nothing waits for anybody")
            return
        }
        var table = Table([.init("what"), .init("about"), .init("since"), .init("who", "for whom"), .init("detail")])
        for item in overview.waiting {
            let age = item.since.map { Quantity.age(max(0, Double(now.microseconds - $0.microseconds) / 1e6)) }
            table.add([
                .text(item.title), .text(item.name), .text(age), .text(item.who), .text(item.detail),
            ])
        }
        terminal.line()
        terminal.show(table, asJSON: false)
    }

    private static func count(_ value: Int, _ one: String, _ many: String) -> String {
        "\(Quantity.count(value)) \(value == 1 ? one : many)"
    }
}
