import MartletCore
import MartletTracking

/// How far something has followed the ledger, kept so that every entry is followed once over all starts and processes.
struct LedgerFollower: Sendable {
    /// Who follows.
    let name: String

    /// How many entries are looked at in one transaction.
    private static let batch = 500

    /// Whether there are entries that were not followed; cheap enough to ask each second.
    func isBehind(_ database: any SQLConnection) throws -> Bool {
        try self.position(database).map { try SQLLedger.head(database).sequence > $0 } ?? true
    }

    /// Hands the next entries to `body`, and counts them as followed in the same transaction.
    ///
    /// The first call ever begins at the ledger's end: what happened before nobody waited for.
    ///
    /// - Returns: whether there may be more.
    func follow(
        of actions: [LedgerAction],
        _ database: any SQLConnection,
        _ body: (LedgerEntry) throws -> Void
    ) throws -> Bool {
        guard let position = try self.position(database) else {
            try database.run(
                "INSERT INTO ledger_followers (name, sequence) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                [self.name, try SQLLedger.head(database).sequence]
            )
            return false
        }
        let entries =
            try database.rows(
                "SELECT * FROM ledger WHERE sequence > ? ORDER BY sequence LIMIT ?",
                [position, Self.batch]
            )
            .map(SQLLedger.entry)
        guard let last = entries.last else { return false }
        // Another process that followed them meanwhile has moved the position.
        let changed = try database.run(
            "UPDATE ledger_followers SET sequence = ? WHERE name = ? AND sequence = ?",
            [last.sequence, self.name, position]
        )
        guard changed == 1 else { return true }
        let wanted = Set(actions.map(\.description))
        for entry in entries where wanted.contains(entry.action) { try body(entry) }
        return entries.count == Self.batch
    }

    private func position(_ database: any SQLConnection) throws -> Int64? {
        try database.row("SELECT sequence FROM ledger_followers WHERE name = ?", [self.name])?["sequence"]
    }
}
