import ArgumentParser
import Foundation
import MartletCore
import MartletReleases
import MartletServer

/// `martlet indicators`.
struct IndicatorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "indicators",
        abstract: "Show how often versions go live, how surely, how fast back, and how much of it by itself.",
        discussion: """
            Counted over the last 30 days: releases that ended and deployments without one; the time from the decision to go
            back until the old version alone was live; jobs and releases that nobody had to begin or end.

            Examples:
              martlet indicators
              martlet indicators --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let figures = try await application.insight().indicators()
        if self.json.isEnabled {
            application.terminal.line(figures.json.prettyText)
        } else {
            application.terminal.show(Self.table(figures), asJSON: false)
        }
    }

    static func table(_ figures: DeliveryIndicators) -> Table {
        var table = Table([.init("indicator"), .init("value", nil, .right), .init("counted", "counted from")])
        func add(_ name: String, _ value: String?, _ counted: String) {
            table.add([.text(name), .text(value ?? "–"), .text(counted)])
        }
        let share: (Double) -> String = { "\(Self.tenths($0 * 100)) %" }
        add(
            "deployments a week",
            Self.tenths(figures.perWeek),
            "\(figures.deployments) in \(figures.window), \(figures.directDeployments) of them without a release"
        )
        add(
            "releases that stayed",
            figures.successShare.map(share),
            "\(figures.completed) completed, \(figures.rolledBack) rolled back"
        )
        add(
            "time to roll back",
            figures.rollbackMedianSeconds.map(Quantity.duration),
            figures.rollbackLongestSeconds.map { "half were this fast; the longest took \(Quantity.duration($0))" }
                ?? "nothing was rolled back"
        )
        let (jobs, releases) = (
            figures.jobsByThemselves + figures.jobsByPerson, figures.releasesByRule + figures.releasesByPerson
        )
        add(
            "done by itself",
            figures.automationShare.map(share),
            "\(figures.jobsByThemselves) of \(jobs) jobs began, \(figures.releasesByRule) of \(releases) releases ended "
                + "without a person"
        )
        return table
    }

    private static func tenths(_ value: Double) -> String { String(format: "%.1f", value) }
}
