import ArgumentParser
import MartletCore
import MartletRetraining
import MartletStores

/// `martlet labels`: what came of predictions as tables to learn from.
struct LabelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labels",
        abstract: "Make tables to learn from of what came of predictions.",
        discussion: """
            A rule in labels/NAME.yaml says which outcomes or interactions become the label of a prediction. The table has
            the features as the model used them, so nothing is looked up a second time.

            Examples:
              martlet labels build
              martlet labels status
            """,
        subcommands: [LabelsBuildCommand.self, LabelsStatusCommand.self],
        defaultSubcommand: LabelsStatusCommand.self
    )
}

/// `martlet labels build`.
struct LabelsBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Join the prediction log with outcomes and interactions into label tables.",
        discussion: """
            Each table is built anew in one transaction; equal rows change nothing. --as-of builds what was known at a
            moment in the past.

            Examples:
              martlet labels build
              martlet labels build rents_paid --json
              martlet labels build rents_paid --as-of 2024-03-01
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The rules to build; by default all.")
    var names: [String] = []
    @Option(help: "The moment up to which things are known, in ISO 8601; by default now.")
    var asOf: String?

    func run() async throws {
        let application = try self.options.application()
        var moment = application.clock.now
        if let text = self.asOf {
            guard let given = EventTime(iso8601: text) else {
                throw CommandError(
                    .commandInvalidArgument,
                    "--as-of '\(text)' is no time in ISO 8601, such as 2024-03-01 or 2024-03-01T10:00:00Z",
                    status: .invalid
                )
            }
            moment = given
        }
        let builds = try await application.buildLabels(self.names, asOf: moment)
        LabelsView(builds).show(on: application.terminal, asJSON: self.json.isEnabled, withDetails: true)
    }
}

/// `martlet labels status`.
struct LabelsStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the label tables hold.",
        discussion: """
            Example:
              martlet labels status --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let builds = try await application.labelWarehouse().builds()
        LabelsView(builds).show(on: application.terminal, asJSON: self.json.isEnabled, withDetails: false)
    }
}

/// How builds of label tables are shown.
struct LabelsView {
    private let builds: [LabelBuild]

    init(_ builds: [LabelBuild]) { self.builds = builds }

    /// One row for each table.
    var table: Table {
        var table = Table([
            .init("name"), .init("endpoint"), .init("rows", nil, .right), .init("positives", nil, .right),
            .init("mean_label", nil, .right), .init("censored", nil, .right), .init("unmatched", nil, .right),
            .init("influenced", nil, .right), .init("as_of"), .init("content_hash", "content"),
        ])
        for build in self.builds {
            let figures = build.figures
            table.add([
                .text(build.name), .text(build.endpoint), .count(figures.rows), .count(figures.positives),
                .number(figures.meanLabel), .count(figures.censored), .count(figures.unmatched),
                .init(
                    Self.percent(figures.influencedShare),
                    json: figures.influencedShare.map { .number($0) } ?? .null
                ),
                .time(build.asOf), .init(build.contentHash.short, json: .string(build.contentHash.description)),
            ])
        }
        return table
    }

    /// Writes the table, and with `withDetails` what was left out.
    func show(on terminal: Terminal, asJSON: Bool, withDetails: Bool) {
        if asJSON {
            terminal.line(JSONValue.array(self.builds.compactMap(Self.json)).prettyText)
            return
        }
        terminal.show(
            self.table,
            asJSON: false,
            emptyNote: "no label tables yet; write a rule in labels/NAME.yaml (martlet schema labels), then: "
                + "martlet labels build"
        )
        guard withDetails else { return }
        for build in self.builds {
            if !build.isChanged {
                terminal.note("\(build.name): the table holds these rows already; nothing was written")
            }
            for sentence in Self.leftOut(build.figures) { terminal.note("\(build.name): \(sentence)") }
        }
    }

    private static func json(_ build: LabelBuild) -> JSONValue? {
        guard case .object(var members)? = try? JSONValue(encoding: build) else { return nil }
        members["influenced_share"] = build.figures.influencedShare.map { .number($0) } ?? .null
        return .object(members)
    }

    private static func leftOut(_ figures: LabelFigures) -> [String] {
        let counts = [
            (figures.censored, "answers wait: their window is not over"),
            (figures.missing, "answers got no outcome within the window"),
            (figures.unseen, "answers were never seen"),
            (figures.otherVariants, "answers are of variants that the rule leaves out"),
            (figures.unmatched, "events name no answer that is in the log"),
            (figures.ambiguous, "events name a request of several inputs and not which"),
            (figures.late, "events came after the window"),
            (figures.withoutAmount, "interactions have no amount"),
        ]
        var sentences = counts.filter { $0.0 > 0 }.map { "\(Quantity.count($0.0)) \($0.1)" }
        if let share = figures.influencedShare {
            sentences.append("\(Self.percent(share)) of the rows were influenced by the model: seen, and acted on")
        }
        if let least = figures.leastPropensity, least < 1 {
            sentences.append("the rarest variant answered \(Self.percent(least)) of a day's units")
        }
        return sentences
    }

    private static func percent(_ share: Double?) -> String {
        share.map { "\(Quantity.number(($0 * 1_000).rounded() / 10)) %" } ?? ""
    }
}
