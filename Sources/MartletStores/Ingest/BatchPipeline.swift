import MartletCore
import MartletEngines
import MartletIngest

/// Takes one staged batch through types, rules and cleaning into the tables, on one connection.
///
/// All work before the last step is on temporary tables: `martlet_stage` (raw text), `martlet_typed` (the rows that
/// are still good) and `martlet_held` (rows for quarantine).
struct BatchPipeline {
    private let connection: DuckDBConnection
    private let load: BatchLoad
    private let layout: RawRecordLayout
    private let tables: WarehouseTables
    private let hasTable: Bool
    /// The batches whose rows this one takes the place of.
    private let replaced: [String]
    /// Whether rows of a loaded batch come back from quarantine.
    private let isReadmission: Bool
    private(set) var figures = BatchFigures()
    private var stopped: [RuleCount] = []
    private var schema: RecordSchema?

    private var definition: SourceDefinition { self.load.definition }

    /// What puts the outcome into the tables.
    var writing: BatchWriting {
        BatchWriting(
            connection: self.connection,
            load: self.load,
            tables: self.tables,
            figures: self.figures,
            replaced: self.replaced,
            schema: self.schema
        )
    }

    init(connection: DuckDBConnection, load: BatchLoad, layout: RawRecordLayout, isReadmission: Bool = false) throws {
        self.isReadmission = isReadmission
        self.connection = connection
        self.load = load
        self.layout = layout
        self.tables = WarehouseTables(connection: connection)
        self.hasTable = try self.tables.exists(load.definition.name)
        self.replaced = self.hasTable ? try self.tables.batchesReplaced(by: load) : []
        self.figures.undeclaredColumns = layout.undeclared
        let staged = try self.count("SELECT count(*) FROM martlet_stage")
        self.figures.rowsRead = try staged + self.count("SELECT count(*) FROM martlet_held")
    }

    /// Makes the table of rows that quarantine may take.
    static func makeHeld(_ connection: DuckDBConnection) throws {
        try connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_held ("row" BIGINT, rule VARCHAR, column_name VARCHAR, value VARCHAR, raw JSON)
            """
        )
    }

    /// Compares the fields of the records with those that were accepted.
    mutating func observeSchema() throws {
        let schemas = RecordSchemas(connection: self.connection, definition: self.definition)
        let schema = try schemas.staged(self.layout)
        self.schema = schema
        let differences = try schemas.differences(of: schema)
        guard !differences.isEmpty else { return }
        self.figures.schemaChanges = differences.map(\.line)
        self.figures.isNewSchema = try schemas.kept("seen") != schema
    }

    /// Reads text as the declared types; rows with text of another type are held under rule `type`.
    mutating func type() throws {
        let fields = self.layout.stageColumns + (self.layout.hasRecord ? ["_record"] : [])
        let typings = self.definition.columns.map { column in
            ColumnTypingSQL(column: column, csv: self.csv, timezone: self.definition.timezone)
        }
        let present = typings.indices.map { index in
            "\(typings[index].present("_r\(self.layout.fieldOfColumn[index])")) AS _p\(index)"
        }
        let typed = typings.indices.map { index in
            "\(typings[index].typed("_p\(index)")) AS \(SQLText.identifier(typings[index].column.name))"
        }
        try self.connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE martlet_typed AS
            SELECT _row, \((fields + typings.indices.map { "_p\($0)" } + typed).joined(separator: ", "))
            FROM (SELECT *, \(present.joined(separator: ", ")) FROM martlet_stage);
            DROP TABLE martlet_stage;
            """
        )
        for (index, column) in self.definition.columns.enumerated() where column.type != .string {
            try self.hold(
                rule: "type",
                column: column.name,
                value: "_p\(index)",
                where: "_p\(index) IS NOT NULL AND \(SQLText.identifier(column.name)) IS NULL"
            )
        }
    }

    /// Holds the rows that break the rules of one phase.
    mutating func check(afterCleaning: Bool) throws {
        let texts = self.definition.columns.enumerated().map { ($1.name, "_p\($0)") }
        for rule in self.definition.rowRules where rule.isAfterCleaning == afterCleaning {
            let sql = RowRuleSQL(
                rule: rule,
                source: self.definition.name,
                ownBatches: self.isReadmission ? [] : [self.load.batch.hash.description] + self.replaced,
                readmittedBatch: self.isReadmission ? self.load.batch.hash.description : nil,
                hasTable: self.hasTable,
                textOfColumn: Dictionary(texts) { first, _ in first }
            )
            if case .references(_, let source, _) = rule.check, try !self.tables.exists(source) {
                throw IngestError(
                    .ingestFailed,
                    "source '\(self.definition.name)' refers to source '\(source)', which has no table yet; run: martlet "
                        + "ingest \(source)"
                )
            }
            try self.explaining("rule \(rule.name)") {
                if rule.severity == .quarantine || rule.severity == .stop && self.isReadmission {
                    try self.hold(rule: rule.name, column: rule.column, value: sql.value, where: sql.violation)
                } else {
                    let count = try self.count("SELECT count(*) FROM martlet_typed WHERE \(sql.violation)")
                    let counted = RuleCount(rule: rule.name, column: rule.column, count: count)
                    if rule.severity == .stop { self.stopped.append(counted) }
                    if rule.severity == .warn, count > 0 { self.figures.warnings.append(counted) }
                }
            }
        }
        try self.connection.execute(
            "DELETE FROM martlet_typed WHERE _row IN (SELECT \"row\" FROM martlet_held)"
        )
    }

    /// Runs the cleaning steps in the order written.
    mutating func clean() throws {
        for step in self.definition.cleaning {
            try self.explaining("cleaning step \(step.label)") {
                let sql = CleaningSQL(
                    connection: self.connection,
                    layout: self.layout,
                    definition: self.definition,
                    readmittedBatch: self.isReadmission ? self.load.batch.hash.description : nil
                )
                let count = try sql.run(step)
                switch step {
                case .dropDuplicates: self.figures.rowsDuplicate += count
                case .dropOutliers, .keepWhere: self.figures.rowsFiltered += count
                case .capOutliers, .mapValues, .derive: break
                }
                self.figures.cleaning.append(StepCount(step: step.label, count: count))
            }
        }
    }

    /// The rules that rows are held under, the most frequent first.
    func heldRules() throws -> [RuleCount] {
        let byRule = try self.connection.query(
            "SELECT rule, column_name, count(*) FROM martlet_held GROUP BY ALL ORDER BY 3 DESC, 1, 2"
        )
        return (0..<byRule.rowCount)
            .map { row in
                let column = byRule.columns[1][row]
                return RuleCount(
                    rule: byRule.columns[0][row].text,
                    column: column == .null ? nil : column.text,
                    count: Int(byRule.columns[2][row].number)
                )
            }
    }

    /// Counts what is left, and asks the rules about the whole batch.
    mutating func judge() throws {
        self.figures.quarantined = try self.heldRules()
        self.figures.rowsQuarantined = try self.count("SELECT count(DISTINCT \"row\") FROM martlet_held")
        self.figures.rowsLoaded = try self.count("SELECT count(*) FROM martlet_typed")
        let other = "_batch <> \(SQLText.literal(self.load.batch.hash.description))"
        let table = "main.\(SQLText.identifier(self.definition.name)) WHERE \(other)"
        let gates = BatchGates(connection: self.connection, load: self.load, hasTable: self.hasTable)
        let measures = BatchMeasures(
            rowsRead: self.figures.rowsRead,
            rowsQuarantined: self.figures.rowsQuarantined,
            rowCount: self.figures.rowsLoaded,
            newest: try self.newest(),
            means: try self.means(from: "martlet_typed"),
            historicalMeans: self.hasTable ? try self.means(from: table) : [:],
            stopped: self.stopped,
            profiles: try gates.profiles(),
            totals: try self.explaining("a rule about totals") { try gates.totals() }
        )
        var refusals = self.definition.refusals(of: measures, at: self.load.now)
        if self.definition.schemaChanges == .stop, let changes = self.figures.schemaChanges, !changes.isEmpty {
            refusals.append(.otherFields(changes, of: self.definition.name))
        }
        self.figures.refuse(for: refusals)
    }

    private var csv: CSVFormat? {
        if case .csv(let format) = self.definition.format { format } else { nil }
    }

    private func hold(rule: String, column: String?, value: String, where violation: String) throws {
        let name = column.map(SQLText.literal) ?? "NULL"
        try self.connection.execute(
            """
            INSERT INTO martlet_held SELECT _row, \(SQLText.literal(rule)), \(name), \(value), \(self.layout.recordSQL)
            FROM martlet_typed WHERE \(violation)
            """
        )
    }

    private func newest() throws -> [String: EventTime] {
        var newest: [String: EventTime] = [:]
        for name in self.definition.freshnessColumns {
            let rows = try self.connection.query(
                "SELECT max(CAST(\(SQLText.identifier(name)) AS TIMESTAMP)) FROM martlet_typed"
            )
            if case .time(let moment) = rows.columns[0][0] { newest[name] = moment }
        }
        return newest
    }

    private func means(from table: String) throws -> [String: Double] {
        var means: [String: Double] = [:]
        for name in self.definition.meanColumns {
            let rows = try self.connection.query(
                "SELECT avg(CAST(\(SQLText.identifier(name)) AS DOUBLE)) FROM \(table)"
            )
            if case .float64(let mean) = rows.columns[0][0] { means[name] = mean }
        }
        return means
    }

    private func count(_ sql: String) throws -> Int {
        Int(try self.connection.query(sql).columns[0][0].number)
    }

    private func explaining<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as EngineError {
            throw IngestError(
                .ingestFailed,
                "source '\(self.definition.name)': \(what) could not be carried out: \(error.message)",
                underlying: error
            )
        }
    }
}
