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

/// What is promised, in place of what the workspace says.
struct ObjectiveOptions: ParsableArguments {
    @Option(help: "The 95th percentile of the latency that is promised, in milliseconds; by default the workspace's.")
    var latency: Double?
    @Option(help: "The 95th percentile from which somebody is told, in milliseconds.")
    var latencyAlert: Double?
    @Option(help: "The share of failed requests that is promised.")
    var errors: Double?
    @Option(help: "The share of failed requests from which a release is taken back.")
    var errorsAlert: Double?
    @Option(help: "The growth of the model's error from which somebody is told.")
    var errorGrowth: Double?

    func validate() throws {
        for (name, value) in [("--latency", self.latency), ("--latency-alert", self.latencyAlert)] {
            if let value, !(value > 0) { throw ValidationError("\(name) is \(value); it must be more than 0") }
        }
        for (name, value) in [("--errors", self.errors), ("--errors-alert", self.errorsAlert)] {
            if let value, !(value > 0 && value < 1) {
                throw ValidationError("\(name) is \(value); it must be between 0 and 1")
            }
        }
        if let growth = self.errorGrowth, !(growth > 0) {
            throw ValidationError("--error-growth is \(growth); it must be more than 0")
        }
    }

    /// What was named, else what the workspace around the current folder promises, else the defaults.
    func objectives() throws -> ServiceObjectives {
        var objectives = ServiceObjectives()
        do {
            objectives = try WorkspaceLoader(environment: ProcessInfo.processInfo.environment).load(nil).objectives
        } catch let error as CommandError where error.code == .workspaceNotFound {
            // Rules can be written anywhere.
        }
        if let latency = self.latency { objectives.latencySeconds = latency / 1_000 }
        if let latency = self.latencyAlert { objectives.latencyAlertSeconds = latency / 1_000 }
        if let errors = self.errors { objectives.errorShare = errors }
        if let errors = self.errorsAlert { objectives.errorAlertShare = errors }
        if let growth = self.errorGrowth { objectives.errorGrowth = growth }
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
        let text = PrometheusRules.text(AlertCatalog.groups(try self.objectives.objectives()))
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
        Terminal().line(GrafanaDashboard.json(try self.objectives.objectives()).prettyText)
    }
}
