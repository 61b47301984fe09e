import ArgumentParser
import Foundation
import MartletCore
import MartletStores

/// `martlet db`: the database of runs, models, deployments and the ledger.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Look at, back up, restore and migrate the metadata database.",
        subcommands: [
            DatabaseStatusCommand.self, DatabaseBackupCommand.self, DatabaseRestoreCommand.self,
            DatabaseMigrateCommand.self,
        ],
        defaultSubcommand: DatabaseStatusCommand.self
    )
}

/// `martlet db status`.
struct DatabaseStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where the metadata are and what they hold; changes nothing.",
        discussion: """
            Examples:
              martlet db status
              martlet db status --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let status = try MetadataStatus(of: application.metadata.place())
        let terminal = application.terminal
        if self.json.isEnabled {
            let tables = Dictionary(
                uniqueKeysWithValues: status.tables.map { ($0.name, JSONValue.integer($0.rowCount)) }
            )
            let value: JSONValue = .object([
                "place": .string(status.place), "engine": .string(status.engine), "exists": .boolean(status.exists),
                "schema_version": .integer(Int64(status.appliedSteps.count)),
                "missing_steps": .array(status.missingSteps.map { .string($0) }),
                "bytes": .integer(status.byteCount), "rows": .object(tables),
            ])
            terminal.line(value.prettyText)
            return
        }
        terminal.line("\(status.engine): \(status.place)")
        guard status.exists else {
            terminal.line("not made yet; the first command that needs it makes it")
            return
        }
        let known = status.appliedSteps.count + status.missingSteps.count
        terminal.line(
            "schema version \(status.appliedSteps.count) of \(known), \(Quantity.bytes(Int(status.byteCount)))"
        )
        var table = Table([.init("table"), .init("rows", "rows", .right)])
        for (name, rowCount) in status.tables { table.add([.text(name), .count(Int(rowCount))]) }
        terminal.show(table, asJSON: false, emptyNote: "no tables")
    }
}

/// `martlet db backup`.
struct DatabaseBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write the metadata to a new file, as they are at one moment.",
        discussion: """
            Servers and commands go on meanwhile. The file is an SQLite database of Martlet's own schema, whether the
            metadata are in SQLite or PostgreSQL, and can be restored to either. The server's own tools (pg_dump, point
            in time recovery) work too and are not needed.

            Example:
              martlet db backup backups/monday.sqlite
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Argument(help: "The file to write; it must not exist.")
    var file: String

    func run() async throws {
        let application = try self.options.application()
        let report = try await MetadataBackup.write(application.metadata.place(), to: self.file)
        let size = Quantity.bytes(Int(report.byteCount))
        application.terminal.line("\(self.file): \(Quantity.count(Int(report.rowCount))) rows, \(size), checked")
    }
}

/// `martlet db restore`.
struct DatabaseRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in place of the metadata.",
        discussion: """
            The backup is checked first and brought up to date in a copy; it stays as it is. One of a newer martlet is
            refused. Data that are there are only replaced with --replace, and are kept aside: in a file beside an SQLite
            file, in a renamed schema in PostgreSQL. Stop the servers first, so that they do not write in between.

            Examples:
              martlet db restore backups/monday.sqlite
              martlet db restore backups/monday.sqlite --replace
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Argument(help: "A file that `martlet db backup` wrote.")
    var file: String
    @Flag(help: "Replace data that are there; they are kept aside.")
    var replace = false

    func run() async throws {
        let application = try self.options.application()
        let report = try await MetadataBackup.restore(
            application.metadata.place(),
            from: self.file,
            replaces: self.replace,
            now: .now
        )
        application.terminal.line("restored \(Quantity.count(Int(report.rowCount))) rows from \(self.file)")
        if let replaced = report.replaced { application.terminal.line("what was there is kept as \(replaced)") }
    }
}

/// `martlet db migrate`.
struct DatabaseMigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the tables up to date.",
        discussion: """
            Every command that needs the database does this by itself; here it can be looked at first. All steps are made
            in one transaction. A database that a newer martlet wrote is refused.

            Examples:
              martlet db migrate --dry-run
              martlet db migrate
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Flag(help: "Only tell which steps are missing; change nothing.")
    var dryRun = false

    func run() async throws {
        let application = try self.options.application()
        let place = try application.metadata.place()
        let missing = try MetadataStatus(of: place).missingSteps
        if !self.dryRun { try application.metadata.database().close() }
        let terminal = application.terminal
        for step in missing { terminal.line("\(self.dryRun ? "missing" : "made"): \(step)") }
        if missing.isEmpty { terminal.line("up to date: \(place.description)") }
    }
}
