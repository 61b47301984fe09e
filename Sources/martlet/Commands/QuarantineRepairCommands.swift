import ArgumentParser
import Foundation
import MartletCore
import MartletIngest

/// Which rows of quarantine a command is about.
struct QuarantineSelectionOptions: ParsableArguments {
    @Argument(help: "The source.")
    var source: String
    @Option(help: "Only rows that broke this rule.")
    var rule: String?
    @Option(help: "Only rows of this batch; the first digits of its hash.")
    var batch: String?
    @Option(name: .customLong("row"), help: "Only this row of the raw file; may be repeated.")
    var rows: [Int] = []

    /// The selection.
    var selection: QuarantineSelection {
        QuarantineSelection(source: self.source, rule: self.rule, batch: self.batch, rows: self.rows)
    }
}

/// `martlet quarantine repair SOURCE`.
struct QuarantineRepairCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Propose other raw values for quarantined rows; the raw file stays as it is.",
        discussion: """
            By a flag, by a file of rules (repairs: [{column, from, to | sql, rule}]), or by hand: export, edit, and give the
            edited file. A proposal enters the table with: martlet quarantine readmit SOURCE

            Examples:
              martlet quarantine repair sales --column price --from 오만 --to 50000
              martlet quarantine repair sales --rule range --column area --sql "replace(value, 'm2', '')" --dry-run
              martlet quarantine repair sales --rules repairs.yaml
              martlet quarantine repair sales --records edited.csv --by kim
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @OptionGroup var selected: QuarantineSelectionOptions
    @Option(help: "The column whose raw text is changed.")
    var column: String?
    @Option(help: "Only rows with exactly this raw text.")
    var from: String?
    @Option(help: "The new raw text; empty for a missing value.")
    var to: String?
    @Option(help: "A DuckDB expression for the new raw text; 'value' is the old one.")
    var sql: String?
    @Option(help: "A YAML file of repairs.")
    var rules: String?
    @Option(help: "A file that 'martlet quarantine export' wrote, edited.")
    var records: String?
    @Flag(help: "Show what would change, and keep nothing.")
    var dryRun = false

    func validate() throws {
        let ways = [self.column != nil, self.rules != nil, self.records != nil].count { $0 }
        guard ways == 1 else {
            throw ValidationError("give exactly one of --column (with --to or --sql), --rules FILE and --records FILE")
        }
        if self.column != nil, (self.to == nil) == (self.sql == nil) {
            throw ValidationError("--column needs exactly one of --to and --sql")
        }
    }

    func run() async throws {
        let application = try self.options.application()
        let definition = try application.source(named: self.selected.source)
        let author = try await application.quarantineAuthor(self.actor.name, reason: nil)
        let quarantine = application.quarantineStore()
        let changed: [RepairedRecord]
        if let records = self.records {
            changed = try await quarantine.importRecords(
                from: try application.existing(records),
                of: definition,
                author,
                isTrial: self.dryRun
            )
        } else {
            let rules = try self.repairs()
            changed = try await quarantine.repair(
                self.selected.selection,
                of: definition,
                by: rules,
                author,
                isTrial: self.dryRun
            )
        }
        try await application.carryQuarantineDecisions()
        self.show(changed, on: application.terminal)
    }

    private func repairs() throws -> [RepairRule] {
        if let column = self.column {
            return [RepairRule(rule: self.selected.rule, column: column, from: self.from, to: self.to, sql: self.sql)]
        }
        let path = self.rules ?? ""
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(.commandNotFound, "there is no file '\(path)'", status: .invalid)
        }
        let context = DocumentContext()
        let document = Document.parse(yaml: String(decoding: data, as: UTF8.self), file: path, in: context)
        let file = document.map { RepairFile.read($0, in: context) }
        guard let file, context.diagnostics.isEmpty else { throw WorkspaceInvalid(diagnostics: context.diagnostics) }
        return file.repairs
    }

    private func show(_ changed: [RepairedRecord], on terminal: Terminal) {
        var table = Table([.init("batch"), .init("row", nil, .right), .init("before"), .init("after")])
        for record in changed {
            table.add([
                .init(String(record.batch.prefix(12)), json: .string(record.batch)), .count(record.row),
                .text(record.before), .text(record.after),
            ])
        }
        terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "no row in quarantine is changed by this")
        guard !self.json.isEnabled, !changed.isEmpty else { return }
        terminal.note(
            self.dryRun
                ? "\(changed.count) rows would change; nothing was kept"
                : "\(changed.count) rows have a proposal; take them in with: martlet quarantine readmit "
                    + self.selected.source
        )
    }
}

/// `martlet quarantine export SOURCE --to FILE`.
struct QuarantineExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write quarantined rows with their raw records to a file, for editing by hand.",
        discussion: """
            Keep the columns _batch and _row; they say which row a record belongs to.

            Examples:
              martlet quarantine export sales --to held.csv
              martlet quarantine export sales --rule malformed --to held.jsonl
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var selected: QuarantineSelectionOptions
    @Option(help: "The file: CSV when it ends in .csv, else JSON lines.")
    var to: String

    func run() async throws {
        let application = try self.options.application()
        _ = try application.source(named: self.selected.source)
        let path = URL(filePath: self.to).standardizedFileURL.path
        let count = try await application.quarantineStore().export(self.selected.selection, to: path)
        application.terminal.line("\(count) rows written to \(self.to)")
    }
}

/// `martlet quarantine readmit SOURCE`.
struct QuarantineReadmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readmit",
        abstract: "Take quarantined rows through the source's rules again; those that pass enter its table.",
        discussion: """
            Rows go with their proposed record when there is one. They keep their batch, row number and event time; the time
            we learnt of them is now. What breaks a rule again stays.

            Examples:
              martlet quarantine readmit sales --dry-run
              martlet quarantine readmit sales --rule range --by kim --reason "confirmed with the city"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @OptionGroup var selected: QuarantineSelectionOptions
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?
    @Flag(help: "Show what would become of the rows, and keep nothing.")
    var dryRun = false

    func run() async throws {
        let application = try self.options.application()
        let definition = try application.source(named: self.selected.source)
        let outcomes = try await application.quarantineStore()
            .readmit(
                self.selected.selection,
                of: definition,
                try await application.quarantineAuthor(self.actor.name, reason: self.reason),
                isTrial: self.dryRun
            ) { _ in }
        try await application.carryQuarantineDecisions()
        var table = Table([
            .init("batch"), .init("tried", nil, .right), .init("readmitted", nil, .right),
            .init("left_out", "left out", .right), .init("stayed", nil, .right), .init("broken", "broken again"),
        ])
        for outcome in outcomes {
            let broken = outcome.broken.map { "\($0.label) \($0.count)" }.joined(separator: ", ")
            table.add([
                .init(String(outcome.batch.prefix(12)), json: .string(outcome.batch)), .count(outcome.tried),
                .count(outcome.readmitted), .count(outcome.leftOut), .count(outcome.stayed), .text(broken),
            ])
        }
        let note = "nothing of it is in quarantine"
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: note)
        if self.dryRun, !self.json.isEnabled { application.terminal.note("nothing was kept") }
    }
}

/// `martlet quarantine discard SOURCE`.
struct QuarantineDiscardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Take rows out of quarantine for good; the raw file and a record of it stay.",
        discussion: """
            Example:
              martlet quarantine discard sales --rule malformed --reason "test lines of the vendor" --by kim
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @OptionGroup var selected: QuarantineSelectionOptions
    @Option(help: "Why; it is written to the ledger.")
    var reason: String

    func run() async throws {
        let application = try self.options.application()
        _ = try application.source(named: self.selected.source)
        let author = try await application.quarantineAuthor(self.actor.name, reason: self.reason)
        let count = try await application.quarantineStore().discard(self.selected.selection, author)
        try await application.carryQuarantineDecisions()
        application.terminal.line("\(count) rows discarded")
    }
}
