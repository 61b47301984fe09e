package import MartletCore
package import MartletIngest
import MartletTracking

/// What the pages and routes of ingested data and quarantine stand on.
package struct DataContext: Sendable {
    private let journal: any IngestJournal
    private let quarantine: any Quarantine
    /// The sources of the workspace as its files are now.
    let sources: @Sendable () throws -> [SourceDefinition]
    /// Carries decisions about quarantine to the ledger.
    private let carry: @Sendable () async throws -> Void
    private let readings: JournalReadings

    /// Puts it together.
    package init(
        journal: any IngestJournal,
        quarantine: any Quarantine,
        sources: @escaping @Sendable () throws -> [SourceDefinition],
        carry: @escaping @Sendable () async throws -> Void
    ) {
        self.journal = journal
        self.quarantine = quarantine
        self.sources = sources
        self.carry = carry
        self.readings = JournalReadings(journal)
    }

    /// How the sources stand, a few seconds old at most unless the warehouse is in use.
    func standings() async -> JournalReadings.Reading { await self.readings.current() }

    /// The newest loads of `source`.
    func loads(of source: String, limit: Int) async throws(TrackingError) -> [LoadRecord] {
        try await self.attempt { try await self.journal.loads(of: source, limit: limit) }
    }

    /// The rows in quarantine by source, rule and column.
    func heldCounts() async throws(TrackingError) -> [HeldCount] {
        try await self.attempt { try await self.journal.heldCounts() }
    }

    /// Rows in quarantine, the newest first.
    func heldRows(
        _ selection: QuarantineSelection,
        offset: Int,
        limit: Int
    ) async throws(TrackingError) -> [HeldRow] {
        try await self.attempt { try await self.journal.heldRows(selection, offset: offset, limit: limit) }
    }

    /// Takes rows through the rules again.
    func readmit(
        _ selection: QuarantineSelection,
        _ author: Attribution,
        isTrial: Bool
    ) async throws(TrackingError) -> [Readmission] {
        let definition = try self.definition(selection.source)
        let outcome = try await self.attempt {
            let outcome = try await self.quarantine.readmit(
                selection,
                of: definition,
                QuarantineAuthor(author.actor, at: author.at, reason: author.reason),
                isTrial: isTrial
            ) { _ in }
            try await self.carry()
            return outcome
        }
        await self.readings.forget()
        return outcome
    }

    /// Takes rows out of quarantine for good.
    func discard(_ selection: QuarantineSelection, _ author: Attribution) async throws(TrackingError) -> Int {
        _ = try self.definition(selection.source)
        let count = try await self.attempt {
            let count = try await self.quarantine.discard(
                selection,
                QuarantineAuthor(author.actor, at: author.at, reason: author.reason)
            )
            try await self.carry()
            return count
        }
        await self.readings.forget()
        return count
    }

    /// The source `name` of the workspace.
    ///
    /// - Throws: `data.sourceNotFound` with the nearest name.
    func definition(_ name: String) throws(TrackingError) -> SourceDefinition {
        let sources: [SourceDefinition]
        do {
            sources = try self.sources()
        } catch {
            throw TrackingError(.dataUnavailable, readableMessage(of: error), underlying: error)
        }
        if let found = sources.first(where: { $0.name == name }) { return found }
        throw TrackingError(
            .dataSourceNotFound,
            "the workspace has no source '\(name)'." + NearestName.suggestion(name, among: sources.map(\.name))
        )
    }

    private func attempt<Result: Sendable>(
        _ body: @Sendable () async throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await body()
        } catch let error as IngestError where error.code == .quarantineInvalid {
            throw TrackingError(.dataInvalid, error.message, underlying: error)
        } catch {
            throw TrackingError(.dataUnavailable, readableMessage(of: error), underlying: error)
        }
    }
}

/// Remembers how the sources stand for a moment, so that pages that are looked at again and again do not hold up a load.
actor JournalReadings {
    /// How the sources stood.
    struct Reading: Sendable {
        let standings: [SourceStanding]
        /// Why it could not be read anew; what was read before then stays.
        let fault: String?
    }

    private let journal: any IngestJournal
    private var last: (reading: Reading, at: ContinuousClock.Instant)?

    private static let lifetime = Duration.seconds(5)

    /// Reads `journal`.
    init(_ journal: any IngestJournal) { self.journal = journal }

    /// How the sources stand now or stood a moment ago.
    func current() async -> Reading {
        let now = ContinuousClock.now
        if let last, now - last.at < Self.lifetime { return last.reading }
        let reading: Reading
        do {
            reading = Reading(standings: try await self.journal.standings(), fault: nil)
        } catch {
            reading = Reading(standings: self.last?.reading.standings ?? [], fault: readableMessage(of: error))
        }
        self.last = (reading, now)
        return reading
    }

    /// Reads anew the next time.
    func forget() { self.last = nil }
}

extension ErrorCode {
    /// The workspace has no source of that name.
    package static let dataSourceNotFound = ErrorCode("data.sourceNotFound")
    /// What is asked of quarantine does not fit what is there.
    package static let dataInvalid = ErrorCode("data.invalid")
    /// The warehouse or the definitions cannot be read now.
    package static let dataUnavailable = ErrorCode("data.unavailable")
}
