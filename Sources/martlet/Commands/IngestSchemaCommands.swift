import ArgumentParser
import MartletCore
import MartletIngest
import MartletStores

/// `martlet ingest schema SOURCE`.
struct IngestSchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Show how the fields of a source's records differ from those accepted.",
        discussion: """
            The fields of the first load are accepted. Later differences are shown as a diff until a person accepts them; with
            'schema_changes: stop' the source, batches are refused until then.

            Example:
              martlet ingest schema sales
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The source.")
    var source: String

    func run() async throws {
        let application = try self.options.application()
        let definition = try application.source(named: self.source)
        let differences = try await DuckDBSchemaReview(session: application.warehouse()).differences(of: definition)
        SchemaDifferenceView.show(differences, on: application.terminal, asJSON: self.json.isEnabled)
    }
}

/// `martlet ingest accept-schema SOURCE`.
struct IngestAcceptSchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept-schema",
        abstract: "Accept the fields that a source's records have now.",
        discussion: """
            Example:
              martlet ingest accept-schema sales --reason "the ministry added the date of cancellation"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Argument(help: "The source.")
    var source: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let definition = try application.source(named: self.source)
        let author = try await application.quarantineAuthor(self.actor.name, reason: self.reason)
        let accepted = try await DuckDBSchemaReview(session: application.warehouse()).accept(definition, author)
        try await application.carryQuarantineDecisions()
        SchemaDifferenceView.show(accepted, on: application.terminal, asJSON: self.json.isEnabled)
        if !accepted.isEmpty, !self.json.isEnabled {
            application.terminal.note("accepted by \(author.name); a batch that was refused loads with: martlet ingest")
        }
    }
}

/// Differences of fields as a diff.
private enum SchemaDifferenceView {
    static func show(_ differences: [SchemaDifference], on terminal: Terminal, asJSON: Bool) {
        if asJSON {
            let values = differences.compactMap { try? JSONValue(encoding: $0) }
            terminal.line(JSONValue.array(values).prettyText)
        } else if differences.isEmpty {
            terminal.note("the records have the fields that were accepted")
        } else {
            for difference in differences { terminal.line(difference.line) }
        }
    }
}
