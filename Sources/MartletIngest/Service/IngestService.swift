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
/// killed at any point is finished by the next one, and a batch is never loaded twice. A place that fails is tried again;
/// then the source's fallback is read, and what comes from there is marked.
package struct IngestService: Sendable {
    private let fetcher: any SourceFetcher
    private let rawStore: any RawStore
    private let warehouse: any IngestWarehouse
    private let alerts: (any IngestAlerts)?
    private let now: @Sendable () -> EventTime
    private let pause: @Sendable (TimeSpan) async throws -> Void
    private let fraction: @Sendable () -> Double
    private let checkpoint: @Sendable (IngestStep) -> Void

    /// Puts the stores together.
    ///
    /// - Parameters:
    ///   - fetcher: brings the bytes.
    ///   - rawStore: keeps them.
    ///   - warehouse: holds the tables.
    ///   - alerts: told of failures, fallbacks and refusals.
    ///   - now: the time.
    ///   - pause: waits before another try.
    ///   - fraction: a random number from 0 to 1, by which pauses differ.
    ///   - checkpoint: called as each step is done, before progress is told; tests end the process there.
    package init(
        fetcher: any SourceFetcher,
        rawStore: any RawStore,
        warehouse: any IngestWarehouse,
        alerts: (any IngestAlerts)? = nil,
        now: @escaping @Sendable () -> EventTime,
        pause: @escaping @Sendable (TimeSpan) async throws -> Void,
        fraction: @escaping @Sendable () -> Double,
        checkpoint: @escaping @Sendable (IngestStep) -> Void = { _ in }
    ) {
        self.fetcher = fetcher
        self.rawStore = rawStore
        self.warehouse = warehouse
        self.alerts = alerts
        self.now = now
        self.pause = pause
        self.fraction = fraction
        self.checkpoint = checkpoint
    }

    /// Ingests every batch the source offers, in order; from its fallback when its place fails.
    ///
    /// A refused batch does not keep the later ones out; any other failure ends the run, and the batches before it stay.
    ///
    /// - Parameters:
    ///   - definition: a definition read without faults.
    ///   - isReload: whether batches that are loaded already are loaded anew in place of their rows.
    ///   - fromFallback: whether the place itself is not asked.
    ///   - progress: told of each step.
    ///   - ended: told of each batch when it is done; also of those before a failure, for which nothing is returned.
    /// - Returns: one report for each batch.
    /// - Throws: ``IngestError``, or the error of the store that failed.
    package func ingest(
        _ definition: SourceDefinition,
        isReload: Bool = false,
        fromFallback: Bool = false,
        progress: @escaping @Sendable (IngestProgress) -> Void = { _ in },
        ended: @escaping @Sendable (IngestReport) -> Void = { _ in }
    ) async throws -> [IngestReport] {
        var reports: [IngestReport] = []
        var run = Run(
            definition: definition,
            isReload: isReload,
            isFallback: false,
            progress: progress,
            ended: ended
        )
        do {
            if fromFallback { throw try Self.passedOver(definition) }
            try await self.ingest(run, into: &reports)
            return reports
        } catch let failure as FetchFailure {
            if !fromFallback { await self.raise(.sourceFailed, definition, failure.message) }
            guard let fallback = definition.fallback else { throw failure.error }
            run.definition = definition.atFallback(fallback)
            run.isFallback = true
            do {
                try await self.ingest(run, into: &reports)
            } catch let second as FetchFailure {
                let message = "\(failure.message); and its fallback failed too: \(second.message)"
                await self.raise(.fallbackFailed, definition, message)
                throw IngestError(.ingestFailed, message, underlying: failure.error)
            }
            await self.raise(.fellBack, definition, "read from its fallback, because \(failure.message)")
            return reports
        }
    }

    /// What one pass over a source's offers works with.
    private struct Run {
        var definition: SourceDefinition
        let isReload: Bool
        var isFallback: Bool
        let progress: @Sendable (IngestProgress) -> Void
        let ended: @Sendable (IngestReport) -> Void
    }

    /// The failure that a place counts as when it is not asked.
    private static func passedOver(_ definition: SourceDefinition) throws -> FetchFailure {
        let message = "somebody asked for its fallback"
        let error = IngestError(
            .ingestFailed,
            "source '\(definition.name)' declares no fallback; write 'fallback:' in its file, or load it from its place"
        )
        guard definition.fallback != nil else { throw error }
        return FetchFailure(error: error, message: message)
    }

    /// A failure of the source's place, after every try.
    private struct FetchFailure: Error {
        let error: any Error
        let message: String
    }

    private func raise(_ kind: IngestEvent.Kind, _ definition: SourceDefinition, _ message: String) async {
        let event = IngestEvent(kind, source: definition.name, message: message, at: self.now())
        await self.alerts?.raise(event)
    }

    private func ingest(_ run: Run, into reports: inout [IngestReport]) async throws {
        let definition = run.definition
        let fingerprint = try definition.fingerprint()
        let offers = try await self.trying(definition) {
            let offers = try await self.fetcher.offers(of: definition, at: self.now())
            guard offers.isEmpty, !definition.location.mayBeEmpty else { return offers }
            throw IngestError(
                .ingestSourceNotFound,
                "source '\(definition.name)' offers nothing: no file matches its location; check the path or glob"
            )
        }
        for offer in offers {
            // What the place is called goes wherever the load is shown, lineage among it.
            let shown = offer.origin + (run.isFallback ? " (fallback)" : "")
            let marked = SourceOffer(offer.place, origin: shown, version: offer.version)
            let report = try await self.ingest(marked, run, fingerprint)
            reports.append(report)
            run.ended(report)
            if report.figures.isNewSchema == true {
                let changes = report.figures.schemaChanges ?? []
                let message = "the fields of its records changed: \(changes.joined(separator: ", "))"
                await self.raise(.schemaChanged, definition, message)
            }
            if report.outcome == .refused { await self.raise(.batchRefused, definition, report.summary) }
        }
    }

    /// Calls `attempt` as often as the source's policy says while it fails in a way that may pass.
    private func trying<Result>(
        _ definition: SourceDefinition,
        _ attempt: () async throws -> Result
    ) async throws -> Result {
        let policy = definition.location.retry
        var count = 0
        while true {
            count += 1
            do {
                return try await attempt()
            } catch let error as CancellationError {
                throw error
            } catch {
                let known = error as? IngestError
                let mayPass = definition.location.isRemote && known?.mayPass ?? true
                let suffix = count > 1 ? " (tried \(count) times)" : ""
                guard mayPass, count < policy.tries else {
                    throw FetchFailure(error: error, message: readableMessage(of: error) + suffix)
                }
                let pause = policy.pause(after: count, fraction: self.fraction())
                try await self.pause(max(pause, min(known?.retryAfter ?? pause, policy.longestPause)))
            }
        }
    }

    private func ingest(_ offer: SourceOffer, _ run: Run, _ fingerprint: ContentHash) async throws -> IngestReport {
        let definition = run.definition
        let start = self.now()
        if let version = offer.version, !run.isReload,
            let known = try await self.warehouse.recordedLoad(source: definition.name, origin: offer.origin),
            known.version == version
        {
            let outcome: IngestReport.Outcome = known.definition == fingerprint ? .alreadyLoaded : .definitionChanged
            return self.report(offer, run, known.batch, outcome, BatchFigures(), since: start)
        }
        let (checkpoint, progress) = (self.checkpoint, run.progress)
        let reached: @Sendable (IngestStep) -> Void = { step in
            checkpoint(step)
            progress(IngestProgress(source: definition.name, origin: offer.origin, step: step))
        }
        let since =
            definition.location.isIncremental && !run.isReload
            ? try await self.warehouse.watermark(source: definition.name) : nil
        let landed = try await self.trying(definition) {
            try await self.land(offer, of: definition, since: since, on: start.day, reached)
        }
        guard let (batch, watermark) = landed else {
            let nothing = LandedBatch(hash: ContentHash(of: ""), path: "", pages: [], byteCount: 0)
            return self.report(offer, run, nothing, .nothingNew, BatchFigures(), since: start)
        }
        let recorded = try await self.warehouse.recordedDefinition(source: definition.name, batch: batch.hash)
        var outcome: IngestReport.Outcome = recorded == fingerprint ? .alreadyLoaded : .definitionChanged
        var figures = BatchFigures()
        if recorded == nil || run.isReload {
            let load = BatchLoad(
                definition: definition,
                fingerprint: fingerprint,
                batch: batch,
                origin: offer.origin,
                now: start,
                isReload: recorded != nil,
                isFallback: run.isFallback,
                version: offer.version,
                watermark: watermark
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
        return self.report(offer, run, batch, outcome, figures, since: start)
    }

    private func report(
        _ offer: SourceOffer,
        _ run: Run,
        _ batch: LandedBatch,
        _ outcome: IngestReport.Outcome,
        _ figures: BatchFigures,
        since start: EventTime
    ) -> IngestReport {
        IngestReport(
            source: run.definition.name,
            origin: offer.origin,
            batch: batch.hash,
            rawPath: batch.path,
            isFallback: run.isFallback,
            outcome: outcome,
            figures: figures,
            seconds: Double(self.now().microseconds - start.microseconds) / 1_000_000
        )
    }

    /// Fetches the bytes of `offer` and makes them durable; `nil` when there are none.
    private func land(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        on day: String,
        _ reached: @Sendable (IngestStep) -> Void
    ) async throws -> (LandedBatch, watermark: String?)? {
        let receiver = try self.rawStore.receiver(for: definition.name)
        do {
            let result = try await self.fetcher.fetch(offer, of: definition, since: watermark, into: receiver)
            reached(.received)
            guard !result.isEmpty else {
                receiver.abandon()
                return nil
            }
            let batch = try receiver.land(on: day)
            reached(.landed)
            return (batch, result.watermark)
        } catch {
            receiver.abandon()
            throw error
        }
    }
}
