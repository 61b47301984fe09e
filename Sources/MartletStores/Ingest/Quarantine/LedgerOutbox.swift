import MartletCore
import MartletEngines
import MartletTracking

/// Carries what was decided about quarantined rows from the warehouse, where it was committed with its effect, to the
/// ledger; each decision arrives once, however often a process is killed on the way.
package struct LedgerOutbox: Sendable {
    private let session: WarehouseSession
    private let database: MetadataDatabase

    /// Takes the warehouse and the metadata with the ledger.
    package init(session: WarehouseSession, database: MetadataDatabase) {
        self.session = session
        self.database = database
    }

    /// Carries everything that waits.
    ///
    /// - Returns: how many decisions were carried.
    @discardableResult
    package func carry() async throws -> Int {
        let waiting = try await self.session.withConnection(readOnly: true) { connection in
            try Self.waiting(connection)
        }
        guard !waiting.isEmpty else { return 0 }
        for entry in waiting { try await self.append(entry) }
        let ids = waiting.map { SQLText.literal($0.id) }.joined(separator: ", ")
        try await self.session.withConnection { connection in
            try connection.execute("DELETE FROM main.martlet_ingest_outbox WHERE id IN (\(ids))")
        }
        return waiting.count
    }

    private struct Entry: Sendable {
        let id: String
        let record: LedgerRecord
    }

    private static func waiting(_ connection: DuckDBConnection) throws -> [Entry] {
        guard try WarehouseTables(connection: connection).exists("martlet_ingest_outbox") else { return [] }
        let rows = try connection.query(
            """
            SELECT id, action, source, actor, reason, CAST(details AS VARCHAR), decided_at
            FROM main.martlet_ingest_outbox ORDER BY decided_at, id
            """
        )
        return (0..<rows.rowCount)
            .map { row in
                func text(_ column: Int) -> String { rows.columns[column][row].text }
                var at = EventTime(microseconds: 0)
                if case .time(let moment) = rows.columns[6][row] { at = moment }
                var payload: [String: JSONValue] = ["event": .string(text(0))]
                if let details = try? JSONValue(parsing: .init(text(5).utf8)), case .object(let members) = details {
                    payload.merge(members) { first, _ in first }
                }
                let reason = text(4)
                let author = Attribution(by: text(3), at: at, reason: reason.isEmpty ? nil : reason)
                return Entry(
                    id: text(0),
                    record: LedgerRecord(LedgerAction(text(1)), of: "source:\(text(2))", author, payload: payload)
                )
            }
    }

    private func append(_ entry: Entry) async throws {
        try await self.database.write(to: "record a decision about quarantine") { database in
            let known = try database.row(
                "SELECT sequence FROM ledger WHERE subject = ? AND payload LIKE ?",
                [entry.record.subject, "%\"event\":\"\(entry.id)\"%"]
            )
            guard known == nil else { return }
            _ = try SQLLedger.append(entry.record, in: database)
        }
    }
}
