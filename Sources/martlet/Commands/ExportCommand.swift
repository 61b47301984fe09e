import ArgumentParser
import Foundation
import MartletCore
import MartletMonitoring

/// `martlet export`: what other tools watch a service by.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write Prometheus rules or a Grafana dashboard.",
        discussion: """
            Both are made of the same definitions, over the metrics of GET /metrics.

            Examples:
              martlet export prometheus-rules > martlet-rules.yaml
              martlet export grafana > martlet-dashboard.json
            """,
        subcommands: [ExportPrometheusRulesCommand.self, ExportGrafanaCommand.self]
    )
}

/// What is promised, in place of the defaults.
struct ObjectiveOptions: ParsableArguments {
    @Option(help: "The 95th percentile of the latency that is promised, in milliseconds.")
    var latency: Double = 500
    @Option(help: "The 95th percentile from which somebody is told, in milliseconds.")
    var latencyAlert: Double = 800
    @Option(help: "The share of failed requests that is promised.")
    var errors: Double = 0.01
    @Option(help: "The share of failed requests from which a release is taken back.")
    var errorsAlert: Double = 0.03
    @Option(help: "The growth of the model's error from which somebody is told.")
    var errorGrowth: Double = 0.2

    func validate() throws {
        for (name, value) in [("--latency", self.latency), ("--latency-alert", self.latencyAlert)] where !(value > 0) {
            throw ValidationError("\(name) is \(value); it must be more than 0")
        }
        for (name, value) in [("--errors", self.errors), ("--errors-alert", self.errorsAlert)]
        where !(value > 0 && value < 1) {
            throw ValidationError("\(name) is \(value); it must be between 0 and 1")
        }
        if !(self.errorGrowth > 0) {
            throw ValidationError("--error-growth is \(self.errorGrowth); it must be more than 0")
        }
    }

    /// The objectives with what was named.
    var objectives: ServiceObjectives {
        var objectives = ServiceObjectives()
        objectives.latencySeconds = self.latency / 1_000
        objectives.latencyAlertSeconds = self.latencyAlert / 1_000
        objectives.errorShare = self.errors
        objectives.errorAlertShare = self.errorsAlert
        objectives.errorGrowth = self.errorGrowth
        return objectives
    }
}

/// `martlet export prometheus-rules`.
struct ExportPrometheusRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prometheus-rules",
        abstract: "Write a rule file for Prometheus.",
        discussion: """
            Give the scrape job a name with 'martlet' in it; rules about processes look for that.

            Examples:
              martlet export prometheus-rules > martlet-rules.yaml && promtool check rules martlet-rules.yaml
              martlet export prometheus-rules --latency-alert 300 --errors 0.001
            """
    )

    @OptionGroup var objectives: ObjectiveOptions

    func run() async throws {
        let text = PrometheusRules.text(AlertCatalog.groups(self.objectives.objectives))
        Terminal().line(String(text.dropLast()))
    }
}

/// `martlet export grafana`.
struct ExportGrafanaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grafana",
        abstract: "Write a dashboard for Grafana.",
        discussion: """
            Import it in Grafana, or put it into a provisioned folder; it asks which Prometheus to read.

            Example:
              martlet export grafana > martlet-dashboard.json
            """
    )

    @OptionGroup var objectives: ObjectiveOptions

    func run() async throws {
        Terminal().line(GrafanaDashboard.json(self.objectives.objectives).prettyText)
    }
}
