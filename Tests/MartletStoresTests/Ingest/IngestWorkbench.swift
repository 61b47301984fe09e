import AsyncHTTPClient
import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletStores
import Testing

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

    /// Ingests the source that `yaml` defines.
    @discardableResult
    func ingest(
        _ yaml: String,
        isReload: Bool = false,
        checkpoint: @escaping @Sendable (IngestStep) -> Void = { _ in }
    ) async throws -> [IngestReport] {
        let raw = self.folder.appendingPathComponent("raw").path
        let service = IngestService(
            fetcher: LocationFetcher(
                files: FileSourceFetcher(baseDirectory: self.folder.path),
                addresses: HTTPSourceFetcher(client: .shared)
            ),
            rawStore: FileRawStore(root: raw),
            warehouse: DuckDBIngestWarehouse(session: self.session, rawRoot: raw),
            now: { Self.now },
            checkpoint: checkpoint
        )
        return try await service.ingest(try self.definition(yaml), isReload: isReload)
    }

    /// The rows of a query, each as its texts joined by `|`.
    func rows(_ sql: String) async throws -> [String] {
        try await self.session.withConnection { connection in
            let batch = try connection.query(sql)
            return (0..<batch.rowCount).map { row in batch.row(row).map(\.text).joined(separator: "|") }
        }
    }
}
