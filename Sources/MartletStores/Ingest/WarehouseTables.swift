package import MartletCore
import MartletEngines
import MartletIngest

extension ErrorCode {
    /// The source's table has a column of another type.
    package static let ingestTableMismatch = ErrorCode("ingest.tableMismatch")
}

/// The tables that ingest keeps in the warehouse.
struct WarehouseTables {
    let connection: DuckDBConnection

    /// Makes Martlet's own tables where they are absent.
    func create() throws {
        try self.connection.execute(
            """
            CREATE TABLE IF NOT EXISTS main.martlet_loads (
                source VARCHAR NOT NULL, batch VARCHAR NOT NULL, raw_path VARCHAR NOT NULL, origin VARCHAR NOT NULL,
                loaded_at TIMESTAMP NOT NULL, rows_read BIGINT NOT NULL, rows_loaded BIGINT NOT NULL,
                rows_quarantined BIGINT NOT NULL, rows_duplicate BIGINT NOT NULL, rows_filtered BIGINT NOT NULL,
                definition_hash VARCHAR NOT NULL, report JSON NOT NULL, PRIMARY KEY (source, batch));
            CREATE TABLE IF NOT EXISTS main.quarantine (
                source VARCHAR NOT NULL, batch VARCHAR NOT NULL, "row" BIGINT NOT NULL, rule VARCHAR NOT NULL,
                column_name VARCHAR, value VARCHAR, raw JSON, quarantined_at TIMESTAMP NOT NULL);
            CREATE TABLE IF NOT EXISTS main.martlet_refusals (
                source VARCHAR NOT NULL, batch VARCHAR NOT NULL, raw_path VARCHAR NOT NULL, origin VARCHAR NOT NULL,
                refused_at TIMESTAMP NOT NULL, reasons JSON NOT NULL, report JSON NOT NULL);
            ALTER TABLE main.martlet_loads ADD COLUMN IF NOT EXISTS via VARCHAR;
            ALTER TABLE main.martlet_loads ADD COLUMN IF NOT EXISTS version VARCHAR;
            CREATE TABLE IF NOT EXISTS main.martlet_replaced_loads (
                source VARCHAR NOT NULL, batch VARCHAR NOT NULL, raw_path VARCHAR NOT NULL, origin VARCHAR NOT NULL,
                loaded_at TIMESTAMP NOT NULL, rows_loaded BIGINT NOT NULL, replaced_by VARCHAR NOT NULL,
                replaced_at TIMESTAMP NOT NULL);
            CREATE TABLE IF NOT EXISTS main.martlet_watermarks (
                source VARCHAR PRIMARY KEY, value VARCHAR NOT NULL, batch VARCHAR NOT NULL, read_at TIMESTAMP NOT NULL);
            """
        )
    }

    /// The batches whose rows `load` takes the place of: earlier ones from its place, and those of the fallback.
    func batchesReplaced(by load: BatchLoad) throws -> [String] {
        guard load.definition.updates == .replace, try self.hasColumn("via", in: "martlet_loads") else { return [] }
        let rows = try self.connection.query(
            """
            SELECT batch FROM main.martlet_loads
            WHERE source = ? AND batch <> ? AND (origin = ? OR coalesce(via, '') = 'fallback') ORDER BY batch
            """,
            [.string(load.definition.name), .string(load.batch.hash.description), .string(load.origin)]
        )
        return (0..<rows.rowCount).map { rows.columns[0][$0].text }
    }

    /// Whether a table has a column, which tables of earlier versions may lack.
    func hasColumn(_ column: String, in table: String) throws -> Bool {
        try self.columns(of: table).contains { $0.name == column }
    }

    /// Whether the table `name` exists in the warehouse file.
    func exists(_ name: String) throws -> Bool { try !self.columns(of: name).isEmpty }

    /// The columns of a table with their DuckDB types; empty when there is no such table.
    func columns(of name: String) throws -> [(name: String, type: String)] {
        let rows = try self.connection.query(
            """
            SELECT column_name, data_type FROM duckdb_columns()
            WHERE database_name = current_database() AND schema_name = 'main' AND table_name = ?
            ORDER BY column_index
            """,
            [.string(name)]
        )
        return (0..<rows.rowCount).map { (rows.columns[0][$0].text, rows.columns[1][$0].text) }
    }

    /// Makes the source's table, or adds the columns it lacks.
    ///
    /// A column of another type is an error, unless every row is about to be replaced.
    func prepare(for load: BatchLoad) throws {
        let name = load.definition.name
        let table = "main." + SQLText.identifier(name)
        let fields = load.definition.tableFields
        var existing = try self.columns(of: name)
        if load.isReload, !existing.isEmpty {
            let others = try self.connection.query(
                "SELECT count(*) FROM \(table) WHERE _batch <> ?",
                [.string(load.batch.hash.description)]
            )
            if others.columns[0][0] == .int64(0) {
                try self.connection.execute("DROP TABLE \(table)")
                existing = []
            }
        }
        if existing.isEmpty {
            let columns = fields.map { "\(SQLText.identifier($0.name)) \(SQLText.type($0.type))" }
            try self.connection.execute("CREATE TABLE \(table) (\(columns.joined(separator: ", ")))")
            return
        }
        for field in fields {
            let type = SQLText.type(field.type)
            guard let column = existing.first(where: { $0.name.lowercased() == field.name.lowercased() }) else {
                try self.connection.execute(
                    "ALTER TABLE \(table) ADD COLUMN \(SQLText.identifier(field.name)) \(type)"
                )
                continue
            }
            guard column.type == type else {
                throw IngestError(
                    .ingestTableMismatch,
                    "column '\(field.name)' of source '\(name)' is declared \(field.type.rawValue), but its table, which "
                        + "holds other batches, has \(column.type); keep the type, rename the column, or use a new "
                        + "source name"
                )
            }
        }
    }
}
