import ArgumentParser
import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletStores

/// `martlet ingest`: from raw bytes to rows of the warehouse.
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Load sources into the warehouse, checked and cleaned.",
        discussion: """
            Raw bytes land first, unchanged, under raw/<source>/<day>/<sha256>. A batch is named by that hash: loading the
            same bytes again changes nothing. Rows that break a rule go to quarantine; a batch that breaks a rule about
            the whole stops, and the last good data stays.

            Places that fail are tried again; then the source's fallback is read, and its load is marked.

            Examples:
              martlet ingest                                     # every source
              martlet ingest sales --file /tmp/march.csv         # this file in place of the source's own location
              martlet ingest --infer data/new.csv > sources/new.yaml
              martlet ingest --watch                             # what comes, as it comes; Ctrl-C ends
              martlet ingest schema sales                        # how the fields of its records changed
            """,
        subcommands: [IngestRunCommand.self, IngestSchemaCommand.self, IngestAcceptSchemaCommand.self],
        defaultSubcommand: IngestRunCommand.self
    )
}

/// `martlet ingest [SOURCE …]`.
struct IngestRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Load sources; the word itself may be left out.",
        discussion: """
            Examples:
              martlet ingest                                     # every source
              martlet ingest sales --file /tmp/march.csv         # this file in place of the source's own location
              martlet ingest --infer data/new.csv > sources/new.yaml
              martlet ingest --watch --every 5m --json           # a line for each batch, until Ctrl-C
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The sources to load; by default all.")
    var sources: [String] = []
    @Option(help: "Load this file in place of the source's location; needs exactly one source.")
    var file: String?
    @Option(help: "Propose a source definition for this file, and load nothing.")
    var infer: String?
    @Flag(help: "Replace rows of batches that are loaded already.")
    var reload = false
    @Flag(help: "Pass the sources' places over and load from their fallbacks.")
    var fallback = false
    @Flag(help: "Go on: load files as they come, ask other places at a pace, and write a line for each batch.")
    var watch = false
    @Option(help: "With --watch, how often places other than files are asked, such as 5m; 1m by default.")
    var every: String?

    func validate() throws {
        if let every = self.every, TimeSpan(every).map({ $0 < .seconds(1) }) ?? true {
            throw ValidationError("--every is '\(every)'; give a length of time such as 30s or 5m, at least 1s")
        }
        if self.every != nil, !self.watch { throw ValidationError("--every goes with --watch") }
        if self.watch, self.file != nil || self.infer != nil || self.reload || self.fallback {
            throw ValidationError("--watch goes with names of sources, --every and --json alone")
        }
        if self.fallback, self.sources.isEmpty || self.file != nil {
            throw ValidationError("--fallback needs the names of sources, and no --file")
        }
        if self.file != nil, self.sources.count != 1 {
            throw ValidationError("--file needs exactly one source: martlet ingest SOURCE --file PATH")
        }
    }

    func run() async throws {
        if let path = self.infer {
            Terminal().line(try await SourceInference(locator: .ofProcess()).propose(path: path))
            return
        }
        let application = try self.options.application()
        if self.watch { return try await self.keepWatch(application) }
        let progress = ProgressLine(application.terminal)
        defer { progress.finish() }
        let outcome = try await application.ingest(
            self.sources,
            file: self.file,
            isReload: self.reload,
            fromFallback: self.fallback
        ) { step in
            progress.update("\(step.source): \(step.origin)", step.step.rawValue)
        }
        progress.finish()
        IngestReportView(outcome.reports).show(on: application.terminal, asJSON: self.json.isEnabled)
        for failure in outcome.failures { application.terminal.show(failure) }
        if outcome.reports.isEmpty && outcome.failures.isEmpty {
            application.terminal.note(
                application.workspace.sources.isEmpty
                    ? "the workspace has no sources; add one under sources/, or see martlet ingest --infer"
                    : "nothing to load: no file or object is ready yet"
            )
        }
        if !outcome.failures.isEmpty || outcome.reports.contains(where: { $0.outcome == .refused }) {
            throw QuietExit(status: .failed)
        }
    }

    private func keepWatch(_ application: Application) async throws {
        for name in self.sources { _ = try application.source(named: name) }
        if application.workspace.sources.isEmpty {
            throw CommandError(
                .commandNotFound,
                "the workspace has no sources to watch; add one under sources/, or see martlet ingest --infer",
                status: .invalid
            )
        }
        let every = self.every.flatMap(TimeSpan.init) ?? .seconds(60)
        let (names, isJSON) = (self.sources, self.json.isEnabled)
        try await SignalledWork.run {
            var watch = IngestWatch(application, names: names, every: every, isJSON: isJSON)
            await watch.run()
        }
    }
}
