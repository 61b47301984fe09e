import ArgumentParser
import MartletCore
import MartletEngines
import MartletIngest

/// `martlet quarantine`: rows that broke a rule.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Look at rows that broke a rule, put them right, and take them in again.",
        subcommands: [
            QuarantineListCommand.self, QuarantineShowCommand.self, QuarantineRepairCommand.self,
            QuarantineExportCommand.self, QuarantineReadmitCommand.self, QuarantineDiscardCommand.self,
        ],
        defaultSubcommand: QuarantineListCommand.self
    )
}

/// `martlet quarantine list`.
struct QuarantineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Count quarantined rows by source and rule.",
        discussion: """
            Example:
              martlet quarantine list --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let batch = try await application.quarantine(
            """
            SELECT source, rule, column_name, count(*) AS "rows", count(DISTINCT batch) AS batches,
                   max(quarantined_at) AS last
            FROM quarantine GROUP BY ALL ORDER BY source, "rows" DESC, rule, column_name
            """
        )
        let table = batch.map { BatchTable.table($0, limit: .max) } ?? Table([.init("source")])
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nothing is in quarantine")
    }
}

/// `martlet quarantine show SOURCE`.
struct QuarantineShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show quarantined rows of a source: row number, rule, value.",
        discussion: """
            Row numbers count the data rows of the raw file from 1.

            Examples:
              martlet quarantine show sales
              martlet quarantine show sales --rule range --limit 5 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The source.")
    var source: String
    @Option(help: "Only rows that broke this rule.")
    var rule: String?
    @Option(help: "The most rows to print.")
    var limit = 20

    func run() async throws {
        let application = try self.options.application()
        let definition = try application.source(named: self.source)
        var sql = """
            SELECT substr(batch, 1, 12) AS batch, "row", rule, column_name, value, raw, quarantined_at
            FROM quarantine WHERE source = ?
            """
        var parameters: [Value] = [.string(definition.name)]
        if let rule = self.rule {
            sql += " AND rule = ?"
            parameters.append(.string(rule))
        }
        sql += " ORDER BY quarantined_at DESC, \"row\" LIMIT \(max(1, self.limit))"
        let batch = try await application.quarantine(sql, parameters)
        let table = batch.map { BatchTable.table($0, limit: .max) } ?? Table([.init("row")])
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nothing of it is in quarantine")
    }
}
