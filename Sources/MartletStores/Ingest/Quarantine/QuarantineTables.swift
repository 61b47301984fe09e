import MartletCore
import MartletEngines
import MartletIngest

/// The rows of quarantine, and what was decided about them.
struct QuarantineTables {
    let connection: DuckDBConnection

    /// Makes the tables where they are absent.
    func create() throws {
        try WarehouseTables(connection: self.connection).create()
        try self.connection.execute(
            """
            CREATE TABLE IF NOT EXISTS main.martlet_repairs (
                source VARCHAR NOT NULL, batch VARCHAR NOT NULL, "row" BIGINT NOT NULL, raw VARCHAR NOT NULL,
                state VARCHAR NOT NULL, "by" VARCHAR NOT NULL, decided_at TIMESTAMP NOT NULL);
            CREATE TABLE IF NOT EXISTS main.martlet_ingest_outbox (
                id VARCHAR NOT NULL, action VARCHAR NOT NULL, source VARCHAR NOT NULL, actor VARCHAR NOT NULL,
                reason VARCHAR, details JSON NOT NULL, decided_at TIMESTAMP NOT NULL);
            """
        )
    }

    /// Puts the selected rows into the temporary table `martlet_selected (batch, "row", raw, original)`.
    ///
    /// `raw` is the proposed record when there is one, else the one of the raw file, as text.
    ///
    /// - Returns: how many rows.
    @discardableResult
    func select(_ selection: QuarantineSelection) throws -> Int {
        var conditions = ["source = \(SQLText.literal(selection.source))"]
        if let rule = selection.rule { conditions.append("rule = \(SQLText.literal(rule))") }
        if let batch = selection.batch { conditions.append("starts_with(batch, \(SQLText.literal(batch)))") }
        if !selection.rows.isEmpty {
            conditions.append("\"row\" IN (\(selection.rows.map(String.init).joined(separator: ", ")))")
        }
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_selected AS
            SELECT q.batch, q."row", coalesce(any_value(r.raw), any_value(CAST(q.raw AS VARCHAR))) AS raw,
                any_value(CAST(q.raw AS VARCHAR)) AS original, bool_or(q.rule = 'malformed') AS is_malformed
            FROM main.quarantine AS q LEFT JOIN main.martlet_repairs AS r
                ON r.source = q.source AND r.batch = q.batch AND r."row" = q."row" AND r.state = 'proposed'
            WHERE q.source = \(SQLText.literal(selection.source)) AND (q.batch, q."row") IN (
                SELECT (batch, "row") FROM main.quarantine WHERE \(conditions.joined(separator: " AND ")))
            GROUP BY q.batch, q."row"
            """
        )
        return try self.count("SELECT count(*) FROM martlet_selected")
    }

    /// Keeps the records in `martlet_changed (batch, "row", raw)` as proposals.
    func propose(source: String, _ author: QuarantineAuthor) throws {
        let name = SQLText.literal(source)
        try self.connection.execute(
            """
            DELETE FROM main.martlet_repairs WHERE source = \(name)
                AND (batch, "row") IN (SELECT (batch, "row") FROM martlet_changed);
            INSERT INTO main.martlet_repairs
            SELECT \(name), batch, "row", raw, 'proposed', \(SQLText.literal(author.name)),
                \(SQLText.literal(.time(author.at))) FROM martlet_changed;
            """
        )
    }

    /// Records for the ledger what the transaction does; ``LedgerOutbox`` carries it there.
    func tell(_ action: String, source: String, _ author: QuarantineAuthor, _ details: [String: JSONValue]) throws {
        let content = JSONValue.object(details).canonicalText
        let parts = [action, source, author.name, author.at.description, content]
        try self.connection.query(
            "INSERT INTO main.martlet_ingest_outbox VALUES (?, ?, ?, ?, ?, CAST(? AS JSON), ?)",
            [
                .string(ContentHash(of: parts.joined(separator: "\n")).description), .string(action), .string(source),
                .string(author.name), author.reason.map(Value.string) ?? .null, .string(content), .time(author.at),
            ]
        )
    }

    /// The number a query gives.
    func count(_ sql: String) throws -> Int { Int(try self.connection.query(sql).columns[0][0].number) }

    /// The batches of the selected rows, in order.
    func selectedBatches() throws -> [String] {
        let rows = try self.connection.query("SELECT DISTINCT batch FROM martlet_selected ORDER BY batch")
        return (0..<rows.rowCount).map { rows.columns[0][$0].text }
    }
}
