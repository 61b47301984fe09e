import Foundation
import MartletCore
import MartletEngines
package import MartletIngest

/// What became of ingested data, read from the DuckDB warehouse.
package struct DuckDBIngestJournal: IngestJournal {
    private let session: WarehouseSession

    /// Takes the warehouse.
    package init(session: WarehouseSession) { self.session = session }

    /// Reads; an absent warehouse holds nothing, and is not made by looking.
    private func read<Element: Sendable>(
        _ body: @escaping @Sendable (DuckDBConnection) throws -> [Element]
    ) async throws -> [Element] {
        guard FileManager.default.fileExists(atPath: self.session.path) else { return [] }
        return try await self.session.withConnection(readOnly: true, body)
    }

    package func standings() async throws -> [SourceStanding] {
        try await self.read { connection in
            let tables = WarehouseTables(connection: connection)
            guard try tables.exists("martlet_loads") else { return [] }
            let via = Self.via(try tables.hasColumn("via", in: "martlet_loads"), newest: "arg_max(via, loaded_at)")
            let rows = try connection.query(
                """
                WITH loads AS (
                    SELECT source, count(*) AS batches, sum(rows_loaded)::BIGINT AS "rows", max(loaded_at) AS last,
                           \(via) AS via
                    FROM main.martlet_loads GROUP BY source),
                held AS (
                    SELECT source, count(DISTINCT (batch, "row")) AS held FROM main.quarantine GROUP BY source),
                refused AS (
                    SELECT source, max(refused_at) AS refused_at, arg_max(report::VARCHAR, refused_at) AS report,
                           arg_max(reasons::VARCHAR, refused_at) AS reasons
                    FROM main.martlet_refusals GROUP BY source)
                SELECT source, coalesce(batches, 0), coalesce("rows", 0), coalesce(held, 0), last, via, refused_at,
                       report, reasons
                FROM loads FULL JOIN held USING (source) FULL JOIN refused USING (source) ORDER BY source
                """
            )
            return (0..<rows.rowCount).map { Self.standing(rows.row($0)) }
        }
    }

    package func loads(of source: String, limit: Int) async throws -> [LoadRecord] {
        try await self.read { connection in
            let tables = WarehouseTables(connection: connection)
            guard try tables.exists("martlet_loads") else { return [] }
            let via = Self.via(try tables.hasColumn("via", in: "martlet_loads"), newest: "via")
            let rows = try connection.query(
                """
                SELECT batch, origin, loaded_at, \(via), rows_read, rows_loaded, rows_quarantined, rows_duplicate,
                       rows_filtered
                FROM main.martlet_loads WHERE source = ? ORDER BY loaded_at DESC, batch LIMIT \(max(0, limit))
                """,
                [.string(source)]
            )
            return (0..<rows.rowCount)
                .compactMap { index in
                    let row = rows.row(index)
                    guard let at = row[2].moment else { return nil }
                    return LoadRecord(
                        batch: row[0].text,
                        origin: row[1].text,
                        loadedAt: at,
                        via: row[3].textUnlessMissing,
                        read: row[4].whole,
                        loaded: row[5].whole,
                        quarantined: row[6].whole,
                        duplicate: row[7].whole,
                        filtered: row[8].whole
                    )
                }
        }
    }

    package func heldCounts() async throws -> [HeldCount] {
        try await self.read { connection in
            guard try WarehouseTables(connection: connection).exists("quarantine") else { return [] }
            let rows = try connection.query(
                """
                SELECT source, rule, column_name, count(*) AS "rows", count(DISTINCT batch), max(quarantined_at)
                FROM main.quarantine GROUP BY ALL ORDER BY source, "rows" DESC, rule, column_name
                """
            )
            return (0..<rows.rowCount)
                .compactMap { index in
                    let row = rows.row(index)
                    guard let at = row[5].moment else { return nil }
                    return HeldCount(
                        source: row[0].text,
                        rule: row[1].text,
                        column: row[2].textUnlessMissing,
                        rows: row[3].whole,
                        batches: row[4].whole,
                        lastAt: at
                    )
                }
        }
    }

    package func heldRows(_ selection: QuarantineSelection, offset: Int, limit: Int) async throws -> [HeldRow] {
        try await self.read { connection in
            guard try WarehouseTables(connection: connection).exists("quarantine") else { return [] }
            var sql = """
                SELECT batch, "row", rule, column_name, value, raw::VARCHAR, quarantined_at
                FROM main.quarantine WHERE source = ?
                """
            var parameters: [Value] = [.string(selection.source)]
            if let rule = selection.rule {
                sql += " AND rule = ?"
                parameters.append(.string(rule))
            }
            if let batch = selection.batch {
                sql += " AND starts_with(batch, ?)"
                parameters.append(.string(batch))
            }
            if !selection.rows.isEmpty {
                sql += " AND \"row\" IN (\(selection.rows.map(String.init).joined(separator: ", ")))"
            }
            sql += " ORDER BY quarantined_at DESC, batch, \"row\", rule, column_name"
            sql += " LIMIT \(max(0, limit)) OFFSET \(max(0, offset))"
            let rows = try connection.query(sql, parameters)
            return (0..<rows.rowCount)
                .compactMap { index in
                    let row = rows.row(index)
                    guard let at = row[6].moment else { return nil }
                    return HeldRow(
                        batch: row[0].text,
                        row: row[1].whole,
                        rule: row[2].text,
                        column: row[3].textUnlessMissing,
                        value: row[4].textUnlessMissing,
                        raw: row[5].textUnlessMissing,
                        at: at
                    )
                }
        }
    }

    /// How a batch came when it did not come from its own location; earlier tables do not tell.
    private static func via(_ isKnown: Bool, newest column: String) -> String {
        isKnown ? "nullif(\(column), 'source')" : "NULL"
    }

    private static func standing(_ row: [Value]) -> SourceStanding {
        let last = row[4].moment
        var refusal: SourceStanding.Refusal?
        if let at = row[6].moment {
            refusal = SourceStanding.Refusal(
                at: at,
                reasons: Self.reasons(report: row[7].text, sentences: row[8].text),
                isOvercome: last.map { $0 > at } ?? false
            )
        }
        return SourceStanding(
            source: row[0].text,
            batches: row[1].whole,
            rows: row[2].whole,
            held: row[3].whole,
            lastLoadedAt: last,
            via: row[5].textUnlessMissing,
            refusal: refusal
        )
    }

    /// Why a batch was refused; of a report that an earlier version wrote in another form its sentences are left.
    private static func reasons(report: String, sentences: String) -> [Remark] {
        if let figures = try? JSONDecoder().decode(BatchFigures.self, from: Data(report.utf8)) {
            return figures.refusalReasons
        }
        let texts = (try? JSONDecoder().decode([String].self, from: Data(sentences.utf8))) ?? []
        return texts.map(Remark.init(said:))
    }
}

extension Value {
    fileprivate var moment: EventTime? {
        if case .time(let moment) = self { moment } else { nil }
    }

    fileprivate var whole: Int {
        if case .int64(let number) = self { Int(clamping: number) } else { 0 }
    }

    fileprivate var textUnlessMissing: String? { self.isMissing ? nil : self.text }
}
