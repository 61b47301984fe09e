import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet ledger`: who changed what, in a chain of hashes.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Show, verify and export the ledger of changes.",
        subcommands: [LedgerShowCommand.self, LedgerVerifyCommand.self, LedgerExportCommand.self],
        defaultSubcommand: LedgerShowCommand.self
    )
}

/// `martlet ledger show`.
struct LedgerShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the newest entries.",
        discussion: """
            Examples:
              martlet ledger show
              martlet ledger show --subject apartment_price:3 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Only entries about this, such as NAME:3, endpoint:NAME, account:NAME, webhook:ID or release:ID.")
    var subject: String?
    @Option(help: "The most entries to show.")
    var limit = 30

    /// What subjects begin with.
    private static let kinds = ["model:", "endpoint:", "account:", "webhook:", "release:", "experiment:"]

    func run() async throws {
        let application = try self.options.application()
        let subject = self.subject.map { Self.kinds.contains(where: $0.hasPrefix) ? $0 : "model:\($0)" }
        let entries = try await application.ledger().newestEntries(of: subject, limit: self.limit)
        var table = Table([
            .init("sequence", "entry", .right), .init("at"), .init("actor", "by"), .init("action"), .init("subject"),
            .init("payload", "what"), .init("hash"),
        ])
        for entry in entries {
            table.add([
                .count(Int(entry.sequence)), .time(entry.at), .text(entry.actor), .text(entry.action),
                .text(entry.subject), .text(entry.payload),
                .init(entry.hash.short, json: .string(entry.hash.description)),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "the ledger is empty")
    }
}

/// `martlet ledger verify`.
struct LedgerVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no entry was changed, removed or put in later.",
        discussion: """
            Each entry holds the hash of the one before it. Write the last hash down elsewhere, and a later check with
            --anchor also finds a ledger that was rewritten as a whole.

            Examples:
              martlet ledger verify
              martlet ledger verify --anchor 12:5f3c…
              martlet ledger verify --file ledger.jsonl
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "An entry written down earlier, as NUMBER:HASH with all 64 digits.")
    var anchor: String?
    @Option(help: "An exported ledger, in place of the workspace's own.", completion: .file())
    var file: String?

    func run() async throws {
        let application = try self.options.application()
        let anchor = try self.head()
        let result =
            if let file = self.file {
                try LedgerFile(path: file).verify(anchor: anchor)
            } else {
                try await application.ledger().verify(anchor: anchor)
            }
        let terminal = application.terminal
        if self.json.isEnabled {
            let value: JSONValue = .object([
                "intact": .boolean(result.isIntact), "entries": .integer(result.entryCount),
                "head": .string(result.head.hash.description), "fault": result.fault.map { .string("\($0)") } ?? .null,
            ])
            terminal.line(value.prettyText)
        } else if result.isIntact {
            terminal.line("\(terminal.output.good("intact")): \(Quantity.count(Int(result.entryCount))) entries")
            terminal.line("anchor: \(result.head.sequence):\(result.head.hash)")
        }
        if let fault = result.fault {
            terminal.note("\(terminal.errors.bad("broken")): \(fault)")
            throw QuietExit(status: .failed)
        }
    }

    private func head() throws -> LedgerHead? {
        guard let text = self.anchor else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let sequence = Int64(parts[0]), let hash = ContentHash(hex: parts[1]) else {
            throw CommandError(
                .commandInvalidArgument,
                "'\(text)' is not an anchor; write NUMBER:HASH as `martlet ledger verify` prints it",
                status: .invalid
            )
        }
        return LedgerHead(sequence: sequence, hash: hash)
    }
}

/// `martlet ledger export`.
struct LedgerExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the ledger as JSON lines, one entry each.",
        discussion: """
            Each line holds everything that is hashed, so that the chain can be checked elsewhere and by other programs:
            an entry's hash is the SHA-256 of the JSON array [sequence, at in microseconds, actor, action, subject,
            payload, previous_hash], without spaces.

            Examples:
              martlet ledger export > ledger.jsonl
              martlet ledger export --after 120 >> ledger.jsonl
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Option(help: "Only entries after this number.")
    var after: Int64 = 0

    private static let pageLength = 1_000

    func run() async throws {
        let application = try self.options.application()
        let ledger = try application.ledger()
        var last = self.after
        while true {
            let page = try await ledger.entries(after: last, limit: Self.pageLength)
            for entry in page { application.terminal.line(LedgerFile.line(of: entry)) }
            guard let end = page.last else { return }
            last = end.sequence
        }
    }
}
