package import MartletCore

extension ErrorCode {
    /// The source's place holds nothing.
    package static let ingestSourceNotFound = ErrorCode("ingest.sourceNotFound")
    /// A step of ingest failed for a reason outside the data.
    package static let ingestFailed = ErrorCode("ingest.failed")
}

/// Brings batches from their source into the warehouse: fetch, land raw, load.
///
/// The raw bytes are durable before anything is decided about them. A batch is named by its bytes, so a run that was
/// killed at any point is finished by the next one, and a batch is never loaded twice.
package struct IngestService: Sendable {
    private let fetcher: any SourceFetcher
    private let rawStore: any RawStore
    private let warehouse: any IngestWarehouse
    private let now: @Sendable () -> EventTime
    private let checkpoint: @Sendable (IngestStep) -> Void

    /// Puts the stores together.
    ///
    /// - Parameters:
    ///   - fetcher: brings the bytes.
    ///   - rawStore: keeps them.
    ///   - warehouse: holds the tables.
    ///   - now: the time.
    ///   - checkpoint: called as each step is done, before progress is told; tests end the process there.
    package init(
        fetcher: any SourceFetcher,
        rawStore: any RawStore,
        warehouse: any IngestWarehouse,
        now: @escaping @Sendable () -> EventTime,
        checkpoint: @escaping @Sendable (IngestStep) -> Void = { _ in }
    ) {
        self.fetcher = fetcher
        self.rawStore = rawStore
        self.warehouse = warehouse
        self.now = now
        self.checkpoint = checkpoint
    }

    /// Ingests every batch the source offers, in order.
    ///
    /// A refused batch does not keep the later ones out; any other failure ends the run, and the batches before it stay.
    ///
    /// - Parameters:
    ///   - definition: a definition read without faults.
    ///   - isReload: whether batches that are loaded already are loaded anew in place of their rows.
    ///   - progress: told of each step.
    /// - Returns: one report for each batch.
    /// - Throws: ``IngestError``, or the error of the store that failed.
    package func ingest(
        _ definition: SourceDefinition,
        isReload: Bool = false,
        progress: @escaping @Sendable (IngestProgress) -> Void = { _ in }
    ) async throws -> [IngestReport] {
        let fingerprint = try definition.fingerprint()
        let offers = try await self.fetcher.offers(of: definition)
        guard !offers.isEmpty else {
            throw IngestError(
                .ingestSourceNotFound,
                "source '\(definition.name)' offers nothing: no file matches its location; check the path or glob"
            )
        }
        var reports: [IngestReport] = []
        for offer in offers {
            let checkpoint = self.checkpoint
            let reached: @Sendable (IngestStep) -> Void = { step in
                checkpoint(step)
                progress(IngestProgress(source: definition.name, origin: offer.origin, step: step))
            }
            reports.append(try await self.ingest(offer, of: definition, fingerprint, isReload, reached))
        }
        return reports
    }

    private func ingest(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        _ fingerprint: ContentHash,
        _ isReload: Bool,
        _ reached: @escaping @Sendable (IngestStep) -> Void
    ) async throws -> IngestReport {
        let start = self.now()
        let batch = try await self.land(offer, of: definition, on: start.day, reached)
        let recorded = try await self.warehouse.recordedDefinition(source: definition.name, batch: batch.hash)
        var outcome: IngestReport.Outcome = recorded == fingerprint ? .alreadyLoaded : .definitionChanged
        var figures = BatchFigures()
        if recorded == nil || isReload {
            let load = BatchLoad(
                definition: definition,
                fingerprint: fingerprint,
                batch: batch,
                origin: offer.origin,
                now: start,
                isReload: recorded != nil
            )
            if let loaded = try await self.warehouse.load(load, reached: reached) {
                figures = loaded
                outcome = !figures.refusals.isEmpty ? .refused : recorded == nil ? .loaded : .reloaded
            } else {
                // Another run was quicker.
                let theirs = try await self.warehouse.recordedDefinition(source: definition.name, batch: batch.hash)
                outcome = theirs == fingerprint ? .alreadyLoaded : .definitionChanged
            }
        }
        return IngestReport(
            source: definition.name,
            origin: offer.origin,
            batch: batch.hash,
            rawPath: batch.path,
            outcome: outcome,
            figures: figures,
            seconds: Double(self.now().microseconds - start.microseconds) / 1_000_000
        )
    }

    private func land(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        on day: String,
        _ reached: @Sendable (IngestStep) -> Void
    ) async throws -> LandedBatch {
        let receiver = try self.rawStore.receiver(for: definition.name)
        do {
            try await self.fetcher.fetch(offer, of: definition, into: receiver)
            reached(.received)
            let batch = try receiver.land(on: day)
            reached(.landed)
            return batch
        } catch {
            receiver.abandon()
            throw error
        }
    }
}
