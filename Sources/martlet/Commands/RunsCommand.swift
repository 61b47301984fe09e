import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet runs`: what was trained, with which figures.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List, show, compare, delete and restore training runs.",
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsCompareCommand.self, RunsDeleteCommand.self,
            RunsRestoreCommand.self,
        ],
        defaultSubcommand: RunsListCommand.self
    )
}

/// `martlet runs list`.
struct RunsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs, newest first.",
        discussion: """
            Examples:
              martlet runs list
              martlet runs list --experiment price --metric test_mae --limit 5
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Only runs of this experiment, which is a recipe's name.")
    var experiment: String?
    @Option(help: "Order by this metric, smallest first, and show it.")
    var metric: String?
    @Option(help: "The most runs to show.")
    var limit = 30

    func run() async throws {
        let application = try self.options.application()
        let tracking = try application.tracking()
        let experiments = try await tracking.experiments(lifecycle: .active, limit: 1_000)
        let wanted = try self.experimentIDs(experiments)
        let order = self.metric.map { [RunOrder(.metric($0))] } ?? [RunOrder(.startedAt, ascending: false)]
        let search = RunSearch(experimentIDs: wanted, order: order, limit: self.limit)
        let page = try await tracking.search(search)
        let names = Dictionary(experiments.map { ($0.id, $0.name) }) { first, _ in first }
        application.terminal.show(
            self.table(page.runs, experiments: names),
            asJSON: self.json.isEnabled,
            emptyNote: "no runs yet; train with: martlet train --recipe-file recipes/NAME.yaml"
        )
    }

    private func experimentIDs(_ experiments: [Experiment]) throws -> [String]? {
        guard let name = self.experiment else { return nil }
        if let found = experiments.first(where: { $0.name == name }) { return [found.id] }
        throw CommandError(
            .commandNotFound,
            "there is no experiment '\(name)'.\(NearestName.suggestion(name, among: experiments.map(\.name)))",
            status: .invalid
        )
    }

    private func table(_ runs: [Run], experiments: [String: String]) -> Table {
        let keys = self.metric.map { [$0] } ?? Self.figures.filter { key in runs.contains { $0.metrics[key] != nil } }
        var table = Table(
            [
                .init("run"), .init("experiment"), .init("name"), .init("status"), .init("started"),
                .init("duration_seconds", "duration", .right),
            ] + keys.map { .init($0, nil, .right) }
        )
        for run in runs {
            table.add(
                [
                    .init(run.id.short, json: .string(run.id.description)), .text(experiments[run.experimentID]),
                    .text(run.name), .text(run.status.rawValue), .time(run.startedAt), .seconds(run.durationSeconds),
                ] + keys.map { .number(run.metrics[$0]?.value) }
            )
        }
        return table
    }

    /// The metrics shown where a run has them.
    private static let figures = [
        "test_mae", "test_rmse", "test_r2", "test_mape", "test_auc", "test_pr_auc", "test_f1",
    ]
}

/// `martlet runs show RUN`.
struct RunsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one run: figures, parameters, data.",
        discussion: """
            Examples:
              martlet runs show 3f2a
              martlet runs show 3f2a --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The run's id, or its first digits.")
    var run: String

    func run() async throws {
        let application = try self.options.application()
        let run = try await application.tracking().run(matching: self.run)
        let artifacts = (try? await application.artifacts().list(run.artifactFolder)) ?? []
        if self.json.isEnabled {
            application.terminal.line(try JSONValue(encoding: run).prettyText)
            return
        }
        var facts = Table([.init("field"), .init("value")])
        facts.add([.text("run"), .text(run.id.description)])
        facts.add([.text("name"), .text(run.name)])
        facts.add([.text("status"), .text(run.status.rawValue)])
        facts.add([.text("by"), .text(run.user)])
        facts.add([.text("started"), .time(run.startedAt)])
        facts.add([.text("duration"), .seconds(run.durationSeconds)])
        for dataset in run.datasets {
            facts.add([
                .text("data (\(dataset.context ?? dataset.name))"), .text("\(dataset.digest) \(dataset.source)"),
            ])
        }
        for tag in run.tags.sorted(by: { $0.key < $1.key }) { facts.add([.text(tag.key), .text(tag.value)]) }
        for parameter in run.parameters.sorted(by: { $0.key < $1.key }) {
            facts.add([.text("param \(parameter.key)"), .text(parameter.value)])
        }
        for metric in run.metrics.values.sorted(by: { $0.key < $1.key }) {
            facts.add([.text("metric \(metric.key)"), .number(metric.value)])
        }
        for entry in artifacts {
            let size = entry.byteCount.map { Quantity.bytes(Int($0)) } ?? "folder"
            facts.add([.text("artifact"), .text("\(entry.path.lastComponent) (\(size))")])
        }
        application.terminal.show(facts, asJSON: false)
    }
}

/// `martlet runs compare RUN RUN…`.
struct RunsCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show what differs between runs.",
        discussion: """
            Examples:
              martlet runs compare 3f2a 91bc
              martlet runs compare 3f2a 91bc 77e0 --all --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Two or more runs, by id or first digits.")
    var runs: [String]
    @Flag(help: "Also show what is equal.")
    var all = false

    func validate() throws {
        if self.runs.count < 2 { throw ValidationError("name at least two runs to compare") }
    }

    func run() async throws {
        let application = try self.options.application()
        let tracking = try application.tracking()
        var found: [Run] = []
        for text in self.runs { found.append(try await tracking.run(matching: text)) }
        let difference = RunDifference(found)
        var table = Table([.init("kind"), .init("name")] + found.map { .init($0.id.short, nil, .right) })
        for (kind, rows) in [
            ("metric", difference.metrics), ("param", difference.parameters), ("tag", difference.tags),
        ] {
            for row in rows where self.all || row.isDifferent {
                table.add([.text(kind), .text(row.name)] + row.values.map(Self.cell))
            }
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "the runs are equal")
    }

    private static func cell(_ text: String?) -> Table.Cell {
        text.flatMap { Double($0) }.map { .number($0) } ?? .text(text)
    }
}
