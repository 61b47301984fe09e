import AsyncHTTPClient
import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletMonitoring
import MartletStores

extension Application {
    /// What became of a run over several sources.
    struct IngestOutcome {
        var reports: [IngestReport] = []
        /// Sources that could not be loaded; the others were.
        var failures: [any Error] = []
    }

    /// The source `name` of the workspace.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func source(named name: String) throws -> SourceDefinition {
        let definitions = self.workspace.sources.map(\.definition)
        if let found = definitions.first(where: { $0.name == name }) { return found }
        throw CommandError(
            .workspaceUnknownName,
            "there is no source '\(name)'." + WorkspaceChecker.hint(name, definitions.map(\.name)),
            status: .invalid
        )
    }

    /// Loads sources one after the other; one that fails does not keep the others out.
    ///
    /// No `names` means all; `file` stands in place of the source's own location, and `fromFallback` passes that over.
    func ingest(
        _ names: [String],
        file: String?,
        isReload: Bool,
        fromFallback: Bool = false,
        progress: @escaping @Sendable (IngestProgress) -> Void
    ) async throws -> IngestOutcome {
        let definitions =
            names.isEmpty
            ? SourceDefinition.inLoadingOrder(self.workspace.sources.map(\.definition))
            : try names.map { try self.source(named: $0) }
        let service = try self.ingestService(file: file)
        var outcome = IngestOutcome()
        for definition in definitions {
            do {
                let reports = try await service.ingest(
                    definition,
                    isReload: isReload,
                    fromFallback: fromFallback,
                    progress: progress
                )
                outcome.reports += reports
                await self.note(DataAttempt(reports, of: definition.name, at: self.clock.now))
            } catch {
                outcome.failures.append(error)
                await self.note(DataAttempt(error, of: definition.name, at: self.clock.now))
            }
        }
        return outcome
    }

    /// Loads what one source has now, or only its file `onlyFile`, and notes how it went; `ended` is told of each batch.
    func ingest(
        _ definition: SourceDefinition,
        onlyFile: String?,
        ended: @escaping @Sendable (IngestReport) -> Void
    ) async throws {
        let service = try self.ingestService(file: nil, onlyFile: onlyFile)
        do {
            let reports = try await service.ingest(definition, ended: ended)
            await self.note(DataAttempt(reports, of: definition.name, at: self.clock.now))
        } catch {
            if !Task.isCancelled { await self.note(DataAttempt(error, of: definition.name, at: self.clock.now)) }
            throw error
        }
    }

    /// Reads from `quarantine`, or returns `nil` when nothing was ever loaded.
    func quarantine(_ sql: String, _ parameters: [Value] = []) async throws -> ColumnBatch? {
        try await self.warehouse()
            .withConnection(readOnly: true) { connection in
                let tables = try connection.query(
                    "SELECT 1 FROM information_schema.tables WHERE table_name = 'quarantine'"
                )
                guard tables.rowCount > 0 else { return nil }
                let batch = try connection.query(sql, parameters)
                return batch.rowCount == 0 ? nil : batch
            }
    }
}

extension Application {
    /// Brings bytes from files and addresses; paths are relative to the workspace.
    private func ingestService(file: String?, onlyFile: String? = nil) throws -> IngestService {
        let files = FileSourceFetcher(baseDirectory: self.workspace.folder.path)
        let fetcher: any SourceFetcher
        if let file {
            let url = URL(filePath: file).standardizedFileURL
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw CommandError(.commandNotFound, "there is no file '\(file)'", status: .invalid)
            }
            fetcher = ChosenFileFetcher(path: url.path, origin: self.workspace.display(url.path), files: files)
        } else {
            let places = self.locationFetcher(files)
            fetcher = self.arrivals.map { ArrivalFetcher(arrivals: $0, others: places) } ?? places
        }
        let chosen = onlyFile.map { OnlyFileFetcher(path: $0, places: fetcher) }
        let raw = FileRawStore(root: self.statePath("raw"))
        let warehouse = DuckDBIngestWarehouse(session: self.warehouse(), rawRoot: self.statePath("raw"))
        let (clock, identifiers) = (self.clock, self.identifiers)
        return IngestService(
            fetcher: chosen ?? fetcher,
            rawStore: raw,
            warehouse: warehouse,
            alerts: IngestAlertLine(application: self),
            now: { clock.now },
            pause: clock.isStepped ? Self.noPause : Self.pause,
            fraction: { identifiers.fraction() }
        )
    }

    private func locationFetcher(_ files: FileSourceFetcher) -> LocationFetcher {
        let spool = self.statePath("raw") + "/.fetch"
        return LocationFetcher(
            files: files,
            addresses: HTTPSourceFetcher(
                client: .shared,
                environment: self.processEnvironment,
                now: { .now },
                pause: Self.pause
            ),
            commands: CommandSourceFetcher(
                folder: self.workspace.folder.path,
                spoolFolder: spool,
                environment: self.processEnvironment,
                now: { .now },
                pause: Self.pause
            ),
            databases: PostgresSourceFetcher(locator: self.locator, spoolFolder: spool),
            objects: ObjectSourceFetcher(http: .shared, environment: self.processEnvironment, now: { .now })
        )
    }

    /// A simulation's time does not pass by itself.
    private static let noPause: @Sendable (TimeSpan) async throws -> Void = { _ in }

    private static let pause: @Sendable (TimeSpan) async throws -> Void = { span in
        try await Task.sleep(for: .microseconds(span.microseconds))
    }
}

/// Tells the person at the terminal, and keeps the event in the ledger.
private struct IngestAlertLine: IngestAlerts {
    let application: Application

    func raise(_ event: IngestEvent) async {
        let terminal = self.application.terminal
        if event.kind == .fellBack { terminal.note("\(event.source): \(event.message)") }
        do {
            let ledger = LedgerIngestAlerts(try self.application.metadata.database()) { event, error in
                terminal.note("\(event.source): the ledger did not take the event: \(readableMessage(of: error))")
            }
            await ledger.raise(event)
        } catch {
            terminal.note("\(event.source): the ledger did not take the event: \(readableMessage(of: error))")
        }
    }
}

/// Offers one file in place of a source's own location.
private struct ChosenFileFetcher: SourceFetcher {
    let path: String
    let origin: String
    let files: FileSourceFetcher

    func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        [SourceOffer(.file(self.path), origin: self.origin)]
    }

    func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        try await self.files.fetch(offer, of: definition, since: watermark, into: receiver)
    }
}

/// Offers one of the files of a source's own place.
private struct OnlyFileFetcher: SourceFetcher {
    /// As the source names it.
    let path: String
    let places: any SourceFetcher

    func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer] {
        try await self.places.offers(of: definition, at: now).filter { $0.origin == self.path }
    }

    func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult {
        try await self.places.fetch(offer, of: definition, since: watermark, into: receiver)
    }
}
