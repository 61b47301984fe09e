import MartletCore
package import MartletIngest
import MartletTracking

/// Keeps what happened to sources in the ledger, from where it goes to webhooks too.
package struct LedgerIngestAlerts: IngestAlerts {
    private let database: MetadataDatabase
    private let unwritten: @Sendable (IngestEvent, any Error) -> Void

    /// Writes to the ledger of `database`; an event that cannot be kept goes to `unwritten`.
    package init(
        _ database: MetadataDatabase,
        unwritten: @escaping @Sendable (IngestEvent, any Error) -> Void
    ) {
        self.database = database
        self.unwritten = unwritten
    }

    package func raise(_ event: IngestEvent) async {
        let record = LedgerRecord(
            LedgerAction("ingest.\(event.kind.rawValue)"),
            of: "source:\(event.source)",
            Attribution(by: "martlet ingest", at: event.at),
            payload: ["message": .string(event.message)]
        )
        do {
            try await self.database.write(to: "record an event of source '\(event.source)'") { database in
                _ = try SQLLedger.append(record, in: database)
            }
        } catch {
            self.unwritten(event, error)
        }
    }
}
