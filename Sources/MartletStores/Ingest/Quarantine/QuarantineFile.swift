import MartletCore
import MartletEngines
import MartletIngest

/// A file of quarantined rows that a person edits: CSV with a column for each field, or JSON lines with whole records.
struct QuarantineFile {
    let connection: DuckDBConnection
    let path: String

    private static let ownColumns = ["_batch", "_row", "_rules"]

    private var isCSV: Bool { self.path.lowercased().hasSuffix(".csv") }

    /// Writes the rows of `martlet_selected`.
    func write() throws {
        let rules = """
            SELECT s.batch AS _batch, s."row" AS _row, (
                SELECT string_agg(DISTINCT q.rule || coalesce('(' || q.column_name || ')', ''), '; ')
                FROM main.quarantine AS q WHERE q.batch = s.batch AND q."row" = s."row") AS _rules
            """
        let target = SQLText.literal(self.path)
        guard self.isCSV else {
            try self.connection.execute(
                """
                COPY (\(rules), CAST(s.raw AS JSON) AS record FROM martlet_selected AS s ORDER BY 1, 2)
                TO \(target) (FORMAT json)
                """
            )
            return
        }
        let nested = try self.connection.query(
            """
            SELECT count(*) FROM (SELECT raw, unnest(json_keys(raw)) AS key FROM martlet_selected)
            WHERE json_type(raw, '/' || replace(replace(key, '~', '~0'), '/', '~1')) IN ('OBJECT', 'ARRAY')
            """
        )
        guard nested.columns[0][0].number == 0 else {
            throw IngestError(
                .quarantineInvalid,
                "the records have fields inside of fields, which CSV cannot hold; export to a file that ends in .jsonl"
            )
        }
        let fields = try self.names(
            """
            SELECT key FROM (SELECT unnest(json_keys(raw)) AS key, generate_subscripts(json_keys(raw), 1) AS place
            FROM martlet_selected) GROUP BY key ORDER BY min(place), key
            """
        )
        let values = fields.map { name in
            ", json_extract_string(s.raw, \(SQLText.literal(RawRecordLayout.escapedPointer(name)))) AS "
                + SQLText.identifier(name)
        }
        try self.connection.execute(
            """
            COPY (\(rules)\(values.joined()) FROM martlet_selected AS s ORDER BY 1, 2) TO \(target) (FORMAT csv, HEADER)
            """
        )
    }

    /// Puts the rows whose record was edited into `martlet_changed (batch, "row", raw, before)`.
    ///
    /// - Throws: ``IngestError`` when the file has rows that are not in quarantine, or is no such file.
    func read() throws {
        do {
            try self.connection.execute(
                "CREATE OR REPLACE TEMP TABLE martlet_edited AS " + (self.isCSV ? try self.csvSQL() : self.linesSQL)
            )
        } catch let error as EngineError {
            throw IngestError(
                .quarantineInvalid,
                "'\(self.path)' cannot be read as a file that quarantine exported: \(error.message)",
                underlying: error
            )
        }
        let strangers = try self.connection.query(
            """
            SELECT count(*) FROM martlet_edited AS e ANTI JOIN martlet_selected AS s
            ON s.batch = e.batch AND s."row" = e."row"
            """
        )
        guard strangers.columns[0][0].number == 0 else {
            throw IngestError(
                .quarantineInvalid,
                "\(Int(strangers.columns[0][0].number)) rows of '\(self.path)' are not in quarantine, or not any more; "
                    + "nothing was taken. Export again"
            )
        }
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_changed AS
            SELECT s.batch, s."row", e.raw, s.raw AS before FROM martlet_edited AS e
            JOIN martlet_selected AS s ON s.batch = e.batch AND s."row" = e."row"
            WHERE \(self.isCSV ? "e.fields IS DISTINCT FROM \(try self.fieldsSQL())" : "e.raw IS DISTINCT FROM json(s.raw)")
            """
        )
    }

    private var linesSQL: String {
        """
        SELECT _batch AS batch, _row AS "row", CAST(json(record) AS VARCHAR) AS raw FROM read_json(
            \(SQLText.literal(self.path)), format = 'newline_delimited',
            columns = {'_batch': 'VARCHAR', '_row': 'BIGINT', 'record': 'JSON'})
        WHERE json_type(record) = 'OBJECT'
        """
    }

    private var csvSource: String {
        "read_csv(\(SQLText.literal(self.path)), delim = ',', quote = '\"', escape = '\"', header = true, "
            + "all_varchar = true)"
    }

    private func csvFields() throws -> [String] {
        try self.names("SELECT column_name FROM (DESCRIBE SELECT * FROM \(self.csvSource))")
            .filter { !Self.ownColumns.contains($0) }
    }

    /// The rows of a CSV file, with the texts of all fields as a list to compare by.
    private func csvSQL() throws -> String {
        let fields = try self.csvFields()
        let members = fields.map { "\(SQLText.literal($0)), \(SQLText.identifier($0))" }.joined(separator: ", ")
        let texts = fields.map(SQLText.identifier).joined(separator: ", ")
        return """
            SELECT _batch AS batch, CAST(_row AS BIGINT) AS "row", CAST(json_object(\(members)) AS VARCHAR) AS raw,
                [\(texts)] AS fields FROM \(self.csvSource)
            """
    }

    private func fieldsSQL() throws -> String {
        let texts = try self.csvFields()
            .map { name in
                "nullif(json_extract_string(s.raw, \(SQLText.literal(RawRecordLayout.escapedPointer(name)))), '')"
            }
        return "[\(texts.joined(separator: ", "))]"
    }

    private func names(_ sql: String) throws -> [String] {
        let rows = try self.connection.query(sql)
        return (0..<rows.rowCount).map { rows.columns[0][$0].text }
    }
}
