import ArgumentParser
import MartletCore
import MartletMonitoring

/// `martlet slo`.
struct LevelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slo",
        abstract: "Show what is promised, how it is kept, and how fast budgets burn.",
        discussion: """
            A budget is what may go wrong in 30 days. A burn rate of 1 uses it up in just that time; 14.4 over an hour, 6
            over six hours, 3 over a day and 1 over three days are told of. Promises stand in slo.yaml.

            Examples:
              martlet slo
              martlet slo --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let report = try await AlertFactReader(application).report(at: application.clock.now)
        if self.json.isEnabled {
            application.terminal.line(report.json.prettyText)
            return
        }
        application.terminal.show(
            Self.table(report),
            asJSON: false,
            emptyNote: "nothing was measured yet: serve requests, load data, or train"
        )
    }

    private static func table(_ report: ServiceLevelReport) -> Table {
        let rates = BurnRule.all.map(\.long)
        var table = Table(
            [
                .init("objective"), .init("subject", "of"), .init("promised", nil, .right),
                .init("present", nil, .right),
                .init("kept"), .init("budget", "budget left", .right),
            ] + rates.map { .init("rate_\($0.shortText)", "burn \($0.shortText)", .right) }
        )
        for level in report.levels {
            table.add(
                [
                    .text(level.objective.rawValue), .text(level.subject), .text(Self.promise(level)),
                    .text(level.present.map { Self.figure($0, level.unit) }),
                    .text(level.isKept.map { $0 ? "yes" : "NO" }),
                    .text(level.budget.map { Self.figure($0.left, .share) }),
                ]
                    + rates.map { window in
                        .text(level.budget?.rate(over: window).map { Quantity.number(($0 * 100).rounded() / 100) })
                    }
            )
        }
        return table
    }

    private static func promise(_ level: ServiceLevel) -> String {
        (level.isLowerLimit ? "≥ " : "≤ ") + Self.figure(level.promised, level.unit)
    }

    private static func figure(_ value: Double, _ unit: ServiceLevel.Unit) -> String {
        switch unit {
        case .share: "\(Quantity.number((value * 10_000).rounded() / 100)) %"
        case .seconds: value == 0 ? "0 s" : Quantity.age(value)
        }
    }
}
