import ArgumentParser
import MartletCore
import MartletMonitoring
import MartletTracking

/// `martlet monitor`: how live models do.
struct MonitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Compare live traffic with training, and predictions with what came true.",
        discussion: """
            Training writes down what its data looked like. These commands compare the traffic of an endpoint with it,
            from the prediction log, and join predictions with the outcomes that came. A running server does the same on
            its own and tells Prometheus (GET /metrics).

            Examples:
              martlet monitor report
              martlet monitor drift --endpoint apartment-price --last 7d
              martlet monitor quality --endpoint apartment-price --json
            """,
        subcommands: [MonitorReportCommand.self, MonitorDriftCommand.self, MonitorQualityCommand.self],
        defaultSubcommand: MonitorReportCommand.self
    )
}

/// The time whose traffic is looked at.
struct WindowOptions: ParsableArguments {
    @Option(help: "How much of the latest traffic, such as 24h; 7d unless given.")
    var last: String?
    @Option(help: "The first moment, in place of --last.")
    var from: String?
    @Option(help: "The first moment that is left out; now unless given.")
    var to: String?

    func window(_ now: EventTime) throws -> MonitoringWindow {
        try MonitoringWindow(from: self.from, to: self.to, last: self.last, now: now)
    }
}

/// `martlet monitor drift`.
struct MonitorDriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Show how inputs and predictions differ from training.",
        discussion: """
            A column has drifted when its distance is above the threshold even after what sampling alone can do; it is
            unsure when it is above, but so few requests could have done it. Thresholds: 0.2 for psi, 0.1 for the others.

            Examples:
              martlet monitor drift --endpoint apartment-price
              martlet monitor drift --endpoint apartment-price --version apartment_price:2 --measure wasserstein
              martlet monitor drift --endpoint apartment-price --fail-on-drift --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var window: WindowOptions
    @Option(help: "The endpoint whose traffic is looked at.")
    var endpoint: String
    @Option(help: "The version, such as apartment_price:2; the live one unless given.")
    var version: String?
    @Option(help: "What a column is judged by: psi, jensen_shannon, wasserstein or kolmogorov_smirnov.")
    var measure = DriftMeasure.populationStability.rawValue
    @Option(help: "The distance up to which a column counts as the same.")
    var threshold: Double?
    @Flag(help: "End with status 3 when anything has drifted.")
    var failOnDrift = false

    func validate() throws {
        if DriftMeasure(rawValue: self.measure) == nil {
            let names = DriftMeasure.allCases.map(\.rawValue)
            throw ValidationError(
                "--measure is '\(self.measure)'; it must be one of \(names.joined(separator: ", "))."
                    + NearestName.suggestion(self.measure, among: names)
            )
        }
        if let threshold, !(threshold >= 0 && threshold.isFinite) {
            throw ValidationError("--threshold is \(threshold); it must be 0 or more")
        }
    }

    func run() async throws {
        let application = try self.options.application()
        let window = try self.window.window(application.clock.now)
        let model = try await application.monitoredModel(self.version, at: self.endpoint)
        let traffic = try await application.traffic(of: model, at: self.endpoint, in: window, keepsAnswers: false)
        guard traffic.profile.data.rowCount > 0 else {
            throw MonitoringError.noTraffic(of: model, at: self.endpoint, in: window)
        }
        let rules = DriftRules(
            measure: DriftMeasure(rawValue: self.measure) ?? .populationStability,
            threshold: self.threshold
        )
        let report = traffic.profile.drift(from: model.reference, rules)
        let view = DriftView(report: report, endpoint: self.endpoint, version: model.version, window: window)
        if self.json.isEnabled {
            application.terminal.line(view.json.prettyText)
        } else {
            view.show(on: application.terminal)
        }
        if self.failOnDrift, report.verdict == .drifted { throw QuietExit(status: .gateFailed) }
    }
}

/// `martlet monitor quality`.
struct MonitorQualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Show the error on labels that are in, and the one to expect before they are.",
        discussion: """
            Labels are the outcomes of POST /v1/outcomes. Without any, the error of a regression is foreseen by a second
            model, and the quality of a classifier is read from its calibrated scores.

            Examples:
              martlet monitor quality --endpoint apartment-price
              martlet monitor quality --endpoint apartment-price --from 2026-11-01 --to 2026-11-15 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var window: WindowOptions
    @Option(help: "The endpoint whose predictions are looked at.")
    var endpoint: String
    @Option(help: "The version, such as apartment_price:2; the live one unless given.")
    var version: String?

    func run() async throws {
        let application = try self.options.application()
        let now = application.clock.now
        let window = try self.window.window(now)
        let model = try await application.monitoredModel(self.version, at: self.endpoint)
        let traffic = try await application.traffic(of: model, at: self.endpoint, in: window, keepsAnswers: true)
        guard traffic.profile.data.rowCount > 0 else {
            throw MonitoringError.noTraffic(of: model, at: self.endpoint, in: window)
        }
        let report = try await application.quality(of: model, traffic, at: self.endpoint, now: now)
        let view = QualityView(
            report: report,
            labelName: model.manifest.labelName,
            endpoint: self.endpoint,
            version: model.version,
            window: window
        )
        if self.json.isEnabled {
            application.terminal.line(view.json.prettyText)
        } else {
            view.show(on: application.terminal)
        }
    }
}

/// `martlet monitor report`.
struct MonitorReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show in one line for each endpoint how its live model does.",
        discussion: """
            Examples:
              martlet monitor report
              martlet monitor report --last 24h --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var window: WindowOptions

    func run() async throws {
        let application = try self.options.application()
        let now = application.clock.now
        let window = try self.window.window(now)
        var table = Table([
            .init("endpoint"), .init("version"), .init("predictions", nil, .right), .init("drift"),
            .init("drifted_columns", "drifted"), .init("labels_in", "labels in", .right),
            .init("error", nil, .right), .init("estimated_error", "estimated", .right),
            .init("test_error", "at training", .right), .init("note"),
        ])
        for deployment in try await application.deployments().snapshot().deployments {
            let line = try await self.line(deployment.endpoint, deployment.version, application, window, now)
            table.add(line)
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nothing is deployed yet")
    }

    private func line(
        _ endpoint: String,
        _ version: ModelVersionID,
        _ application: Application,
        _ window: MonitoringWindow,
        _ now: EventTime
    ) async throws -> [Table.Cell] {
        let name: [Table.Cell] = [.text(endpoint), .text(version.description)]
        let model: MonitoredModel
        do {
            model = try await application.monitoredModel(version.description, at: endpoint)
        } catch let error as MonitoringError where error.code == .monitoringNoReference {
            return name + [Table.Cell](repeating: .text(nil), count: 7) + [.text("no reference; train it again")]
        }
        let traffic = try await application.traffic(of: model, at: endpoint, in: window, keepsAnswers: true)
        let rowCount = traffic.profile.data.rowCount
        guard rowCount > 0 else {
            return name + [.count(0)] + [Table.Cell](repeating: .text(nil), count: 6) + [.text("no traffic")]
        }
        let drift = traffic.profile.drift(from: model.reference, DriftRules())
        let quality = try await application.quality(of: model, traffic, at: endpoint, now: now)
        let drifted = drift.driftedColumns.map(\.name)
        let share = quality.maturity.labelledShare
        return name + [
            .count(rowCount), .text(drift.verdict.rawValue),
            .init(drifted.joined(separator: ", "), json: .array(drifted.map(JSONValue.string))),
            .init("\(Quantity.number(share * 100)) %", json: .number(share)),
            .number(quality.realised.figures.first?.value), .number(quality.estimated.first?.value),
            .number(quality.testError), .text((quality.realised.figures.first ?? quality.estimated.first)?.name),
        ]
    }
}
