import ArgumentParser
import Foundation
import MartletCore

/// `martlet simulate`.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Let a copy of the workspace live through days in minutes, and show what happens.",
        discussion: """
            Pipelines, trainings, gateway, monitoring, statistics and releases are the real ones; their clock is moved from
            one thing that happens to the next. Made up are visitors, what they sign, when data arrive and the clock. The
            same seed gives the same days. The workspace itself is left alone: everything is done in a copy, which can be
            served afterwards.

            Examples:
              martlet simulate ten-days
              martlet simulate ten-days --days 10 --inject source-failure@3,bad-release@6 --directory ../ten-days
              martlet up --workspace ../ten-days
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The plan: its name, or its file in simulations/.")
    var plan: String
    @Option(help: "How many days to live through.")
    var days = 10
    @Option(
        help:
            "What goes wrong: source-failure@DAY, drift@DAY, bad-release@DAY, late-labels; several with commas between."
    )
    var inject = ""
    @Option(help: "The seed of all chance.")
    var seed: UInt64 = 2_023
    @Option(help: "The folder of the copy, new or empty; by default a temporary one.")
    var directory: String?

    func validate() throws {
        guard (1...366).contains(self.days) else { throw ValidationError("--days must be 1 to 366") }
    }

    func run() async throws {
        let application = try self.options.application()
        let start = ContinuousClock.now
        let temporary = FileManager.default.temporaryDirectory.appending(
            path: "martlet-simulate-\(UUID().uuidString.prefix(8))"
        )
        var terminal = application.terminal
        terminal.isSilent = self.json.isEnabled
        let simulation = Simulation(
            plan: try application.simulationPlan(named: self.plan),
            days: self.days,
            troubles: try SimulatedTrouble.list(self.inject, days: self.days),
            seed: self.seed,
            folder: self.directory.map { URL(filePath: $0).standardizedFileURL } ?? temporary,
            terminal: terminal
        )
        let report = try await simulation.run(application)
        if self.json.isEnabled {
            application.terminal.line(report.json.prettyText)
        } else {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            application.terminal.note(
                "\(self.days) days in \(Quantity.duration(seconds)): \(Quantity.count(report.figures.visitors)) GENERATED "
                    + "visitors, \(Quantity.count(report.figures.failures)) failed requests; \(report.live) is live\n"
                    + "look at it: martlet up --workspace \(report.folder)"
            )
        }
    }
}

extension Application {
    /// The simulation plan `name` of the workspace.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func simulationPlan(named name: String) throws -> SimulationPlan {
        let plans = self.workspace.simulations
        if let plan = plans.first(where: { $0.definition.name == name || $0.path == name }) { return plan.definition }
        throw CommandError(
            .workspaceUnknownName,
            "the workspace has no simulation '\(name)'; plans are files in simulations/."
                + WorkspaceChecker.hint(name, plans.map(\.definition.name)),
            status: .invalid
        )
    }
}
