import MartletCore
import MartletEngines
import MartletIngest

/// Puts a judged batch into the tables; the caller holds the transaction.
struct BatchWriting {
    let connection: DuckDBConnection
    let load: BatchLoad
    let tables: WarehouseTables
    let figures: BatchFigures
    /// The batches whose rows this one takes the place of.
    let replaced: [String]
    /// The fields of the raw records.
    let schema: RecordSchema?

    private var source: String { SQLText.literal(self.load.definition.name) }
    private var batch: String { SQLText.literal(self.load.batch.hash.description) }
    private var now: String { SQLText.literal(.time(self.load.now)) }
    private var table: String { "main." + SQLText.identifier(self.load.definition.name) }
    private var names: [String] { self.load.definition.dataFields.map { SQLText.identifier($0.name) } }

    /// Writes rows, quarantine, the record of the load and the watermark.
    func write() throws {
        try self.tables.prepare(for: self.load)
        let (table, source, batch) = (self.table, self.source, self.batch)
        try self.connection.execute(
            """
            DELETE FROM \(table) WHERE _batch = \(batch);
            DELETE FROM main.quarantine WHERE source = \(source) AND batch = \(batch);
            DELETE FROM main.martlet_refusals WHERE source = \(source) AND batch = \(batch);
            """
        )
        if self.replaced.isEmpty { try self.insert() } else { try self.replace() }
        try self.connection.execute(
            """
            INSERT INTO main.quarantine
            SELECT \(source), \(batch), "row", rule, column_name, value, raw, \(self.now) FROM martlet_held
            ORDER BY "row", rule, column_name;
            """
        )
        try self.recordLoad()
        try self.recordSchema()
        guard let watermark = self.load.watermark else { return }
        try self.connection.query(
            "INSERT OR REPLACE INTO main.martlet_watermarks VALUES (?, ?, ?, ?)",
            [
                .string(self.load.definition.name), .string(watermark), .string(self.load.batch.hash.description),
                .time(self.load.now),
            ]
        )
    }

    private func insert() throws {
        let names = self.names.joined(separator: ", ")
        try self.connection.execute(
            """
            INSERT INTO \(self.table) (\(names), _batch, _row, _loaded_at)
            SELECT \(names), \(self.batch), _row, \(self.now) FROM martlet_typed ORDER BY _row;
            """
        )
    }

    /// Takes the place of earlier batches; a row that is in them too keeps the time we learnt of it.
    private func replace() throws {
        let names = self.names.joined(separator: ", ")
        let batches = self.replaced.map(SQLText.literal).joined(separator: ", ")
        let matches = self.names.map { "_t.\($0) IS NOT DISTINCT FROM _e.\($0)" }.joined(separator: " AND ")
        let numbered = "SELECT *, row_number() OVER (PARTITION BY \(names)"
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_earlier AS
            \(numbered) ORDER BY _loaded_at, _row) AS _n FROM \(self.table) WHERE _batch IN (\(batches));
            DELETE FROM \(self.table) WHERE _batch IN (\(batches));
            INSERT INTO \(self.table) (\(names), _batch, _row, _loaded_at)
            SELECT \(self.names.map { "_t.\($0)" }.joined(separator: ", ")), \(self.batch), _t._row,
                coalesce(_e._loaded_at, \(self.now))
            FROM (\(numbered) ORDER BY _row) AS _n FROM martlet_typed) AS _t
            LEFT JOIN martlet_earlier AS _e ON _t._n = _e._n AND \(matches) ORDER BY _t._row;
            DROP TABLE martlet_earlier;
            DELETE FROM main.quarantine WHERE source = \(self.source) AND batch IN (\(batches));
            INSERT INTO main.martlet_replaced_loads
            SELECT source, batch, raw_path, origin, loaded_at, rows_loaded, \(self.batch), \(self.now)
            FROM main.martlet_loads WHERE source = \(self.source) AND batch IN (\(batches));
            DELETE FROM main.martlet_loads WHERE source = \(self.source) AND batch IN (\(batches));
            """
        )
    }

    private func recordLoad() throws {
        try self.connection.query(
            """
            INSERT \(self.load.isReload ? "OR REPLACE " : "")INTO main.martlet_loads
                (source, batch, raw_path, origin, loaded_at, rows_read, rows_loaded, rows_quarantined, rows_duplicate,
                rows_filtered, definition_hash, report, via, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS JSON), ?, ?)
            """,
            [
                .string(self.load.definition.name), .string(self.load.batch.hash.description),
                .string(self.load.batch.path), .string(self.load.origin), .time(self.load.now),
                .int64(Int64(self.figures.rowsRead)), .int64(Int64(self.figures.rowsLoaded)),
                .int64(Int64(self.figures.rowsQuarantined)), .int64(Int64(self.figures.rowsDuplicate)),
                .int64(Int64(self.figures.rowsFiltered)), .string(self.load.fingerprint.description),
                .string(try JSONValue(encoding: self.figures).canonicalText),
                .string(self.load.isFallback ? "fallback" : "source"),
                self.load.version.map(Value.string) ?? .null,
            ]
        )
    }

    /// Keeps the fields of a first load as accepted ones, and different ones for a person to look at.
    private func recordSchema() throws {
        guard let schema = self.schema else { return }
        let schemas = RecordSchemas(connection: self.connection, definition: self.load.definition)
        try RecordSchemas.create(self.connection)
        if self.figures.schemaChanges?.isEmpty == false {
            try schemas.keep(schema, as: "seen", by: "ingest", at: self.load.now)
        } else {
            if try schemas.kept("accepted") == nil {
                try schemas.keep(schema, as: "accepted", by: "first load", at: self.load.now)
            }
            try schemas.forget("seen")
        }
    }

    /// Records why the batch was refused.
    func recordRefusal() throws {
        if self.figures.schemaChanges?.isEmpty == false { try self.recordSchema() }
        let source = Value.string(self.load.definition.name)
        let batch = Value.string(self.load.batch.hash.description)
        try self.connection.query("DELETE FROM main.martlet_refusals WHERE source = ? AND batch = ?", [source, batch])
        try self.connection.query(
            "INSERT INTO main.martlet_refusals VALUES (?, ?, ?, ?, ?, CAST(? AS JSON), CAST(? AS JSON))",
            [
                source, batch, .string(self.load.batch.path), .string(self.load.origin), .time(self.load.now),
                .string(try JSONValue(encoding: self.figures.refusals).canonicalText),
                .string(try JSONValue(encoding: self.figures).canonicalText),
            ]
        )
    }
}
