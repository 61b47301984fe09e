import Foundation
package import MartletCore
package import MartletEngines
import MartletIngest

extension ErrorCode {
    /// A file gives no hint at how it could be read.
    package static let ingestNotInferable = ErrorCode("ingest.notInferable")
}

/// Proposes a source definition for a file: its format, and a type for each column.
///
/// The file is staged as ingest would stage it, and every type is tried with the SQL that ingest would use, so a
/// proposal loads. What only a person can decide stands in comments.
package struct SourceInference: Sendable {
    private let locator: EngineLocator

    /// Takes the way to DuckDB.
    package init(locator: EngineLocator) { self.locator = locator }

    /// Reads the whole file and writes the text of a `sources/*.yaml`.
    ///
    /// - Parameters:
    ///   - path: a CSV, Parquet, JSON lines or JSON file, plain or gzip.
    ///   - name: the source's name; `nil` takes it from the file's.
    /// - Returns: YAML with comments, which parses without faults.
    /// - Throws: `IngestError` when the file is absent, empty or of no known kind.
    package func propose(path: String, name: String? = nil) async throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw IngestError(.ingestSourceNotFound, "there is no file '\(path)' to propose a source for")
        }
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
            "martlet-infer-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let session = WarehouseSession(path: scratch.appendingPathComponent("s.duckdb").path, locator: self.locator)
        let name = name ?? Self.name(for: path)
        return try await session.withConnection { connection in
            let shape = try FileShape(examining: path, scratch: scratch.path)
            let fields = try shape.fieldNames(connection)
            guard !fields.isEmpty else {
                throw IngestError(.ingestNotInferable, "'\(path)' has no columns; is it the right file?")
            }
            var proposal = SourceProposal(name: name, path: path, shape: shape, rawNames: fields)
            let layout = try Self.stage(proposal, shape, scratch: scratch.path, connection)
            for index in proposal.columns.indices {
                let guess = ColumnGuess(connection: connection, field: "_r\(layout.fieldOfColumn[index])")
                try guess.decide(&proposal.columns[index])
            }
            return proposal.text
        }
    }

    /// A name that a source can have, made from a file's.
    static func name(for path: String) -> String {
        let stem = URL(fileURLWithPath: path).lastPathComponent.prefix { $0 != "." }
        let words = stem.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        let name = String(words.drop { !$0.isLetter })
        return name.isEmpty || name.hasPrefix("martlet_") ? "source_1" : name
    }

    /// Stages the file with every column as text.
    private static func stage(
        _ proposal: SourceProposal,
        _ shape: FileShape,
        scratch: String,
        _ connection: DuckDBConnection
    ) throws -> RawRecordLayout {
        let context = DocumentContext()
        guard let document = Document.parse(yaml: proposal.text, file: "proposal", in: context), !context.hasErrors
        else {
            throw IngestError(.ingestNotInferable, "'\(proposal.path)' has column names that YAML cannot hold")
        }
        let definition = SourceDefinition.read(document, in: context)
        if let fault = context.diagnostics.first {
            throw IngestError(.ingestNotInferable, "no source can be proposed for '\(proposal.path)': \(fault.message)")
        }
        let hash = ContentHash(of: proposal.path)
        let load = BatchLoad(
            definition: definition,
            fingerprint: hash,
            batch: LandedBatch(hash: hash, path: shape.plainPath, pages: [shape.plainPath], byteCount: 0),
            origin: proposal.path,
            now: EventTime(microseconds: 0),
            isReload: false
        )
        try BatchPipeline.makeHeld(connection)
        return try BatchStage(connection: connection, load: load, pages: [shape.plainPath], scratch: scratch).run()
    }
}
