import MartletCore
import MartletEngines
import MartletIngest

/// Takes the rows of one batch in `martlet_selected` through types, rules and cleaning again.
struct BatchReadmission {
    let connection: DuckDBConnection
    let definition: SourceDefinition
    let fingerprint: ContentHash
    let batch: String
    let author: QuarantineAuthor

    private var source: String { SQLText.literal(self.definition.name) }
    private var table: String { "main." + SQLText.identifier(self.definition.name) }
    private var selected: String { "SELECT * FROM martlet_selected WHERE batch = \(SQLText.literal(self.batch))" }

    /// Runs everything, and keeps it unless this is a trial.
    func run(isTrial: Bool, reached: (IngestStep) -> Void) throws -> Readmission {
        let tables = QuarantineTables(connection: self.connection)
        let load = try self.load()
        let layout = try self.stage()
        let tried = try tables.count("SELECT count(*) FROM martlet_stage")
        let waiting = try tables.count("SELECT count(*) FROM (\(self.selected))") - tried
        var pipeline = try BatchPipeline(connection: self.connection, load: load, layout: layout, isReadmission: true)
        try pipeline.type()
        reached(.typed)
        try pipeline.check(afterCleaning: false)
        reached(.checked)
        try pipeline.clean()
        try pipeline.check(afterCleaning: true)
        reached(.cleaned)
        let readmitted = try tables.count("SELECT count(*) FROM martlet_typed")
        let stayed = try tables.count("SELECT count(DISTINCT \"row\") FROM martlet_held")
        let outcome = Readmission(
            batch: self.batch,
            tried: tried,
            readmitted: readmitted,
            leftOut: tried - readmitted - stayed,
            stayed: stayed + waiting,
            broken: try pipeline.heldRules()
        )
        if !isTrial {
            try self.connection.transaction {
                try WarehouseTables(connection: self.connection).prepare(for: load)
                try self.write(outcome)
                let details: [String: JSONValue] = [
                    "batch": .string(self.batch), "readmitted": .integer(Int64(outcome.readmitted)),
                    "left_out": .integer(Int64(outcome.leftOut)), "stayed": .integer(Int64(outcome.stayed)),
                ]
                try tables.tell("quarantine.readmitted", source: self.definition.name, self.author, details)
                reached(.written)
            }
            reached(.committed)
        }
        try self.connection.execute("DROP TABLE martlet_typed; DROP TABLE martlet_held")
        return outcome
    }

    private func load() throws -> BatchLoad {
        guard let hash = ContentHash(hex: self.batch) else {
            throw IngestError(
                .quarantineInvalid,
                "the warehouse holds a batch without a hash; check its quarantine table"
            )
        }
        return BatchLoad(
            definition: self.definition,
            fingerprint: self.fingerprint,
            batch: LandedBatch(hash: hash, path: "", pages: [], byteCount: 0),
            origin: "quarantine",
            now: self.author.at,
            isReload: false
        )
    }

    /// Stages the records; lines that are no records wait until they are repaired.
    private func stage() throws -> RawRecordLayout {
        let columns = self.definition.columns
        let layout = RawRecordLayout(
            fieldNames: columns.map(\.rawName),
            fieldOfColumn: Array(columns.indices),
            undeclared: [],
            hasRecord: true
        )
        let values = columns.map { column in
            let pointer = RawRecordLayout.pointer(column.rawName, of: self.definition.format)
            return "json_extract_string(raw, \(SQLText.literal(pointer)))"
        }
        let names = zip(values, layout.stageColumns).map { "\($0) AS \($1)" }.joined(separator: ", ")
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_stage AS
            SELECT "row" AS _row, \(names), raw AS _record FROM (\(self.selected))
            WHERE NOT is_malformed OR raw IS DISTINCT FROM original ORDER BY "row"
            """
        )
        try BatchPipeline.makeHeld(self.connection)
        return layout
    }

    private func write(_ outcome: Readmission) throws {
        let names = self.definition.dataFields.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        let batch = SQLText.literal(self.batch)
        let now = SQLText.literal(.time(self.author.at))
        let place = "source = \(self.source) AND batch = \(batch)"
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_tried AS
            SELECT s."row", s.raw, s.original, CASE WHEN EXISTS (SELECT 1 FROM martlet_typed WHERE _row = s."row")
                THEN 'readmitted' WHEN EXISTS (SELECT 1 FROM martlet_held AS h WHERE h."row" = s."row") THEN 'held'
                ELSE 'left_out' END AS state
            FROM (\(self.selected)) AS s WHERE NOT s.is_malformed OR s.raw IS DISTINCT FROM s.original;
            INSERT INTO \(self.table) (\(names), _batch, _row, _loaded_at)
            SELECT \(names), \(batch), _row, \(now) FROM martlet_typed ORDER BY _row;
            DELETE FROM main.quarantine WHERE \(place) AND "row" IN (SELECT "row" FROM martlet_tried);
            INSERT INTO main.quarantine
            SELECT \(self.source), \(batch), h."row", h.rule, h.column_name, h.value, CAST(t.original AS JSON), \(now)
            FROM martlet_held AS h JOIN martlet_tried AS t ON t."row" = h."row" ORDER BY ALL;
            DELETE FROM main.martlet_repairs
            WHERE \(place) AND "row" IN (SELECT "row" FROM martlet_tried WHERE state <> 'held');
            INSERT INTO main.martlet_repairs
            SELECT \(self.source), \(batch), "row", raw, state, \(SQLText.literal(self.author.name)), \(now)
            FROM martlet_tried WHERE state <> 'held';
            UPDATE main.martlet_loads SET rows_loaded = rows_loaded + \(outcome.readmitted),
                rows_filtered = rows_filtered + \(outcome.leftOut),
                rows_quarantined = (SELECT count(DISTINCT "row") FROM main.quarantine WHERE \(place))
            WHERE \(place);
            DROP TABLE martlet_tried;
            """
        )
    }
}
