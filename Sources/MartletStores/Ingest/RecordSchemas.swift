import MartletCore
import MartletEngines
import MartletIngest

/// The fields of raw records: those that came with a batch, those that were accepted, and those that were seen last.
struct RecordSchemas {
    let connection: DuckDBConnection
    let definition: SourceDefinition

    private var source: String { SQLText.literal(self.definition.name) }

    /// Makes the table where it is absent.
    static func create(_ connection: DuckDBConnection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS main.martlet_schemas (
                source VARCHAR NOT NULL, state VARCHAR NOT NULL, fields JSON NOT NULL, "by" VARCHAR NOT NULL,
                decided_at TIMESTAMP NOT NULL)
            """
        )
    }

    /// The schema of the records in `martlet_stage`.
    func staged(_ layout: RawRecordLayout) throws -> RecordSchema {
        guard layout.hasRecord else {
            return RecordSchema(fields: Dictionary(layout.fieldNames.map { ($0, "") }) { first, _ in first })
        }
        let rows = try self.connection.query(
            """
            SELECT key, string_agg(DISTINCT kind, '|' ORDER BY kind) FILTER (WHERE kind <> 'null') FROM (
                SELECT key, CASE json_type(_record, '/' || replace(replace(key, '~', '~0'), '/', '~1'))
                    WHEN 'VARCHAR' THEN 'text' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'OBJECT' THEN 'object'
                    WHEN 'ARRAY' THEN 'list' WHEN 'NULL' THEN 'null' ELSE 'number' END AS kind
                FROM (SELECT _record, unnest(json_keys(_record)) AS key FROM martlet_stage)) GROUP BY key
            """
        )
        var fields: [String: String] = [:]
        for row in 0..<rows.rowCount { fields[rows.columns[0][row].text] = rows.columns[1][row].text }
        return RecordSchema(fields: fields)
    }

    /// The schema kept as `state`, `accepted` or `seen`; `nil` when there is none.
    func kept(_ state: String) throws -> RecordSchema? {
        guard try WarehouseTables(connection: self.connection).exists("martlet_schemas") else { return nil }
        let rows = try self.connection.query(
            "SELECT CAST(fields AS VARCHAR) FROM main.martlet_schemas WHERE source = ? AND state = ?",
            [.string(self.definition.name), .string(state)]
        )
        guard rows.rowCount > 0 else { return nil }
        guard case .object(let members) = try JSONValue(parsing: .init(rows.columns[0][0].text.utf8)) else {
            return nil
        }
        return RecordSchema(
            fields: members.mapValues { value in if case .string(let kind) = value { kind } else { "" } }
        )
    }

    /// Keeps `schema` as `state`, in place of the one before.
    func keep(_ schema: RecordSchema, as state: String, by name: String, at now: EventTime) throws {
        try Self.create(self.connection)
        try self.forget(state)
        try self.connection.query(
            "INSERT INTO main.martlet_schemas VALUES (?, ?, CAST(? AS JSON), ?, ?)",
            [
                .string(self.definition.name), .string(state),
                .string(JSONValue.object(schema.fields.mapValues(JSONValue.string)).canonicalText), .string(name),
                .time(now),
            ]
        )
    }

    /// Forgets the schema kept as `state`.
    func forget(_ state: String) throws {
        try self.connection.execute(
            "DELETE FROM main.martlet_schemas WHERE source = \(self.source) AND state = \(SQLText.literal(state))"
        )
    }

    /// What is different in `schema` from the accepted one; nothing before a first load.
    func differences(of schema: RecordSchema) throws -> [SchemaDifference] {
        guard let accepted = try self.kept("accepted") else { return [] }
        return accepted.differences(
            to: schema,
            columnOfField: self.columnOfField,
            isSparse: self.isSparse
        )
    }

    private var columnOfField: [String: String] {
        let pairs = self.definition.columns.map { column in
            let first =
                RawRecordLayout.pointer(column.rawName, of: self.definition.format)
                .split(separator: "/").first.map(String.init) ?? ""
            return (first.replacing("~1", with: "/").replacing("~0", with: "~"), column.name)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    private var isSparse: Bool {
        switch self.definition.format {
        case .csv, .parquet: false
        case .json, .jsonLines, .xml: true
        }
    }
}
