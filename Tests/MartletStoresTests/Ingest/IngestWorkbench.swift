import AsyncHTTPClient
import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletStores
import Synchronization
import Testing

/// What a run raised, and the pauses it made.
final class IngestRecord: IngestAlerts {
    private let kept = Mutex<(events: [IngestEvent], pauses: [TimeSpan])>(([], []))

    var events: [IngestEvent] { self.kept.withLock { $0.events } }
    var pauses: [TimeSpan] { self.kept.withLock { $0.pauses } }

    func raise(_ event: IngestEvent) async { self.kept.withLock { $0.events.append(event) } }
    func add(pause: TimeSpan) { self.kept.withLock { $0.pauses.append(pause) } }
}

/// A folder with a warehouse of its own, and the ways to ingest into it.
struct IngestWorkbench {
    static let now = EventTime(microseconds: 1_700_000_000_000_000)

    let folder: URL
    let session: WarehouseSession

    /// Uses `folder`, or a fresh one.
    init(folder: URL? = nil) throws {
        self.folder =
            folder ?? FileManager.default.temporaryDirectory.appendingPathComponent("ingest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        self.session = WarehouseSession(
            path: self.folder.appendingPathComponent("warehouse.duckdb").path,
            locator: .ofProcess()
        )
    }

    /// Removes the folder.
    func remove() { try? FileManager.default.removeItem(at: self.folder) }

    /// Writes a file beside the warehouse.
    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: self.folder.appendingPathComponent(name))
    }

    /// Reads a definition, which must have no faults.
    func definition(_ yaml: String) throws -> SourceDefinition {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "sources/s.yaml", in: context))
        let definition = SourceDefinition.read(document, in: context)
        #expect(context.diagnostics.isEmpty, "\(context.diagnostics)")
        return definition
    }

    /// What the parts around the service are in one test.
    struct Surroundings: Sendable {
        var environment: [String: String] = ProcessInfo.processInfo.environment
        /// Keeps what was raised and how long was waited.
        var record: IngestRecord?
        var now: @Sendable () -> EventTime = { IngestWorkbench.now }
    }

    /// Ingests the source that `yaml` defines.
    @discardableResult
    func ingest(
        _ yaml: String,
        isReload: Bool = false,
        in surroundings: Surroundings = Surroundings(),
        checkpoint: @escaping @Sendable (IngestStep) -> Void = { _ in }
    ) async throws -> [IngestReport] {
        let raw = self.folder.appendingPathComponent("raw").path
        let pause: @Sendable (TimeSpan) async throws -> Void = { span in
            surroundings.record?.add(pause: span)
            try Task.checkCancellation()
            await Task.yield()
        }
        let service = IngestService(
            fetcher: self.fetcher(surroundings, pause),
            rawStore: FileRawStore(root: raw),
            warehouse: DuckDBIngestWarehouse(session: self.session, rawRoot: raw),
            alerts: surroundings.record,
            now: surroundings.now,
            pause: pause,
            fraction: { 1 },
            checkpoint: checkpoint
        )
        return try await service.ingest(try self.definition(yaml), isReload: isReload)
    }

    private func fetcher(
        _ surroundings: Surroundings,
        _ pause: @escaping @Sendable (TimeSpan) async throws -> Void
    ) -> LocationFetcher {
        let spool = self.folder.appendingPathComponent("fetch").path
        return LocationFetcher(
            files: FileSourceFetcher(baseDirectory: self.folder.path),
            addresses: HTTPSourceFetcher(
                client: .shared,
                environment: surroundings.environment,
                now: surroundings.now,
                pause: pause
            ),
            commands: CommandSourceFetcher(
                folder: self.folder.path,
                spoolFolder: spool,
                environment: surroundings.environment,
                now: { .now },
                pause: { _ in await Task.yield() }
            ),
            databases: PostgresSourceFetcher(locator: .ofProcess(), spoolFolder: spool),
            objects: ObjectSourceFetcher(http: .shared, environment: surroundings.environment, now: { .now })
        )
    }

    /// The rows of a query, each as its texts joined by `|`.
    func rows(_ sql: String) async throws -> [String] {
        try await self.session.withConnection { connection in
            let batch = try connection.query(sql)
            return (0..<batch.rowCount).map { row in batch.row(row).map(\.text).joined(separator: "|") }
        }
    }
}
