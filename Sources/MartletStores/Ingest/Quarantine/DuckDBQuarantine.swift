import MartletCore
import MartletEngines
package import MartletIngest

/// Quarantine in the DuckDB warehouse.
package struct DuckDBQuarantine: Quarantine {
    private let session: WarehouseSession

    /// Takes the warehouse.
    package init(session: WarehouseSession) { self.session = session }

    package func repair(
        _ selection: QuarantineSelection,
        of definition: SourceDefinition,
        by rules: [RepairRule],
        _ author: QuarantineAuthor,
        isTrial: Bool
    ) async throws -> [RepairedRecord] {
        try await self.session.withConnection { connection in
            try connection.transaction {
                let tables = QuarantineTables(connection: connection)
                try tables.create()
                try tables.select(selection)
                try connection.execute("CREATE OR REPLACE TEMP TABLE martlet_before AS FROM martlet_selected")
                for rule in rules { try Self.apply(rule, of: definition, connection) }
                try connection.execute(
                    """
                    CREATE OR REPLACE TEMP TABLE martlet_changed AS
                    SELECT n.batch, n."row", n.raw, b.raw AS before FROM martlet_selected AS n
                    JOIN martlet_before AS b ON b.batch = n.batch AND b."row" = n."row"
                    WHERE json(n.raw) IS DISTINCT FROM json(b.raw)
                    """
                )
                return try Self.keep(tables, definition.name, author, isTrial: isTrial)
            }
        }
    }

    package func export(_ selection: QuarantineSelection, to path: String) async throws -> Int {
        try await self.session.withConnection { connection in
            let tables = QuarantineTables(connection: connection)
            try tables.create()
            let count = try tables.select(selection)
            try QuarantineFile(connection: connection, path: path).write()
            return count
        }
    }

    package func importRecords(
        from path: String,
        of definition: SourceDefinition,
        _ author: QuarantineAuthor,
        isTrial: Bool
    ) async throws -> [RepairedRecord] {
        try await self.session.withConnection { connection in
            try connection.transaction {
                let tables = QuarantineTables(connection: connection)
                try tables.create()
                try tables.select(QuarantineSelection(source: definition.name))
                try QuarantineFile(connection: connection, path: path).read()
                return try Self.keep(tables, definition.name, author, isTrial: isTrial)
            }
        }
    }

    package func readmit(
        _ selection: QuarantineSelection,
        of definition: SourceDefinition,
        _ author: QuarantineAuthor,
        isTrial: Bool,
        reached: @escaping @Sendable (IngestStep) -> Void
    ) async throws -> [Readmission] {
        let fingerprint = try definition.fingerprint()
        return try await self.session.withConnection { connection in
            let tables = QuarantineTables(connection: connection)
            try tables.create()
            try tables.select(selection)
            return try tables.selectedBatches()
                .map { batch in
                    let readmitting = BatchReadmission(
                        connection: connection,
                        definition: definition,
                        fingerprint: fingerprint,
                        batch: batch,
                        author: author
                    )
                    return try readmitting.run(isTrial: isTrial, reached: reached)
                }
        }
    }

    package func discard(_ selection: QuarantineSelection, _ author: QuarantineAuthor) async throws -> Int {
        try await self.session.withConnection { connection in
            try connection.transaction {
                let tables = QuarantineTables(connection: connection)
                try tables.create()
                let count = try tables.select(selection)
                guard count > 0 else { return 0 }
                let source = SQLText.literal(selection.source)
                try connection.execute(
                    """
                    DELETE FROM main.martlet_repairs WHERE source = \(source)
                        AND (batch, "row") IN (SELECT (batch, "row") FROM martlet_selected);
                    INSERT INTO main.martlet_repairs
                    SELECT \(source), batch, "row", original, 'discarded', \(SQLText.literal(author.name)),
                        \(SQLText.literal(.time(author.at))) FROM martlet_selected;
                    DELETE FROM main.quarantine WHERE source = \(source)
                        AND (batch, "row") IN (SELECT (batch, "row") FROM martlet_selected);
                    """
                )
                let details: [String: JSONValue] = [
                    "rows": .integer(Int64(count)), "rule": selection.rule.map(JSONValue.string) ?? .null,
                    "batches": .array(try tables.selectedBatches().map(JSONValue.string)),
                ]
                try tables.tell("quarantine.discarded", source: selection.source, author, details)
                return count
            }
        }
    }

    /// The changed rows; kept as proposals unless this is a trial.
    private static func keep(
        _ tables: QuarantineTables,
        _ source: String,
        _ author: QuarantineAuthor,
        isTrial: Bool
    ) throws -> [RepairedRecord] {
        let rows = try tables.connection.query(
            "SELECT batch, \"row\", before, raw FROM martlet_changed ORDER BY batch, \"row\""
        )
        let changed = (0..<rows.rowCount)
            .map { row in
                RepairedRecord(
                    batch: rows.columns[0][row].text,
                    row: Int(rows.columns[1][row].number),
                    before: rows.columns[2][row].text,
                    after: rows.columns[3][row].text
                )
            }
        guard !isTrial, !changed.isEmpty else { return changed }
        try tables.propose(source: source, author)
        let details: [String: JSONValue] = [
            "rows": .integer(Int64(changed.count)),
            "batches": .array(Set(changed.map(\.batch)).sorted().map(JSONValue.string)),
        ]
        try tables.tell("quarantine.repaired", source: source, author, details)
        return changed
    }

    /// Changes the records of `martlet_selected` as one rule says; lines that are no records have no columns to change.
    private static func apply(
        _ rule: RepairRule,
        of definition: SourceDefinition,
        _ connection: DuckDBConnection
    ) throws {
        let names = definition.columns.map(\.name)
        guard let column = definition.columns.first(where: { $0.name == rule.column }) else {
            throw IngestError(
                .quarantineInvalid,
                "source '\(definition.name)' has no column '\(rule.column)'."
                    + NearestName.suggestion(rule.column, among: names)
            )
        }
        let pointer = SQLText.literal(RawRecordLayout.pointer(column.rawName, of: definition.format))
        var conditions = [
            "NOT s.is_malformed", "v.text IS DISTINCT FROM v.value", "v.batch = s.batch", "v.\"row\" = s.\"row\"",
        ]
        if let from = rule.from { conditions.append("v.value = \(SQLText.literal(from))") }
        if let name = rule.rule {
            conditions.append(
                "(s.batch, s.\"row\") IN (SELECT (batch, \"row\") FROM main.quarantine "
                    + "WHERE source = \(SQLText.literal(definition.name)) AND rule = \(SQLText.literal(name)))"
            )
        }
        let text =
            rule.to.map { $0.isEmpty ? "NULL" : SQLText.literal($0) } ?? "CAST((\(rule.sql ?? "value")) AS VARCHAR)"
        let patch = RawRecordLayout.patchSQL(column.rawName, of: definition.format, "v.text")
        do {
            try connection.execute(
                """
                UPDATE martlet_selected AS s SET raw = CAST(json_merge_patch(CAST(s.raw AS JSON), \(patch)) AS VARCHAR)
                FROM (SELECT batch, "row", value, \(text) AS text FROM (
                    SELECT batch, "row", json_extract_string(raw, \(pointer)) AS value FROM martlet_selected)) AS v
                WHERE \(conditions.joined(separator: " AND "))
                """
            )
        } catch {
            throw IngestError(
                .quarantineInvalid,
                "the repair of column '\(rule.column)' could not be carried out: \(error.message)",
                underlying: error
            )
        }
    }
}
