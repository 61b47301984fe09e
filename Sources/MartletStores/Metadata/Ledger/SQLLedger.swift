import MartletCore
package import MartletTracking

/// The ledger in the metadata database.
package struct SQLLedger: LedgerStore {
    private let database: MetadataDatabase

    /// Reads the ledger of `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    /// Adds `record` to the chain, and puts it on its way to webhooks, inside the transaction of the change it records.
    ///
    /// - Returns: the entry with its place and hash.
    /// - Throws: what the database reports; the caller's transaction is then rolled back.
    @discardableResult
    static func append(_ record: LedgerRecord, in database: any SQLConnection) throws -> LedgerEntry {
        let entry = LedgerEntry(record, after: try Self.head(database))
        try database.run(
            """
            INSERT INTO ledger (sequence, at, actor, action, subject, payload, previous_hash, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                entry.sequence, entry.at.microseconds, entry.actor, entry.action, entry.subject, entry.payload,
                entry.previousHash.description, entry.hash.description,
            ]
        )
        try database.run(
            """
            INSERT INTO ledger_head (id, sequence, hash) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
            """,
            [entry.sequence, entry.hash.description]
        )
        try WebhookOutbox.add(record, entry, in: database)
        return entry
    }

    package func entries(after sequence: Int64, limit: Int) async throws(TrackingError) -> [LedgerEntry] {
        try await self.database.read(to: "read the ledger") { database in
            try database.rows("SELECT * FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?", [sequence, limit])
                .map(Self.entry)
        }
    }

    package func newestEntries(of subject: String?, limit: Int) async throws(TrackingError) -> [LedgerEntry] {
        try await self.database.read(to: "read the ledger") { database in
            let rows =
                if let subject {
                    try database.rows(
                        "SELECT * FROM ledger WHERE subject = ? ORDER BY sequence DESC LIMIT ?",
                        [subject, limit]
                    )
                } else {
                    try database.rows("SELECT * FROM ledger ORDER BY sequence DESC LIMIT ?", [limit])
                }
            return rows.map(Self.entry)
        }
    }

    package func head() async throws(TrackingError) -> LedgerHead {
        try await self.database.read(to: "read the ledger's head", Self.head)
    }

    package func verify(anchor: LedgerHead?) async throws(TrackingError) -> LedgerVerification {
        try await self.database.read(to: "verify the ledger") { database in
            var verifier = LedgerVerifier(anchor: anchor)
            var isSound = true
            try database.forEachRow("SELECT * FROM ledger ORDER BY sequence", []) { row in
                if isSound { isSound = verifier.check(Self.entry(row)) }
            }
            return verifier.finish(head: try Self.head(database))
        }
    }

    /// The head record.
    static func head(_ database: any SQLConnection) throws -> LedgerHead {
        guard let row = try database.row("SELECT sequence, hash FROM ledger_head WHERE id = 1", []) else {
            return .empty
        }
        return LedgerHead(sequence: row["sequence"], hash: Self.hash(row["hash"]))
    }

    /// The entry of a row.
    static func entry(_ row: SQLRow) -> LedgerEntry {
        LedgerEntry(
            sequence: row["sequence"],
            at: row.time("at"),
            actor: row["actor"],
            action: row["action"],
            subject: row["subject"],
            payload: row["payload"],
            previousHash: Self.hash(row["previous_hash"]),
            hash: Self.hash(row["hash"])
        )
    }

    /// Text that is no hash becomes one that fits nothing, so that the verifier reports the entry.
    private static func hash(_ text: String) -> ContentHash {
        ContentHash(hex: text) ?? ContentHash(of: "not a hash: \(text)")
    }
}
