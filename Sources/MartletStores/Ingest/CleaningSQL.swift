import MartletCore
import MartletEngines
import MartletIngest

/// Carries out cleaning steps on the working table.
struct CleaningSQL {
    let connection: DuckDBConnection
    let layout: RawRecordLayout
    let definition: SourceDefinition
    /// The batch that rows come back to from quarantine; bounds by quartiles are those of its rows in the table.
    let readmittedBatch: String?

    /// Carries out `step`.
    ///
    /// - Returns: the rows dropped, or for a step that drops none the rows changed.
    func run(_ step: CleaningStep) throws -> Int {
        switch step {
        case .dropDuplicates(let step): try self.dropDuplicates(step)
        case .dropOutliers(let step): try self.dropOutliers(step)
        case .capOutliers(let step): try self.capOutliers(step)
        case .mapValues(let step): try self.mapValues(step)
        case .derive(let step): try self.derive(step)
        case .keepWhere(let step): try self.delete(where: "NOT coalesce((\(step.sql)), false)")
        }
    }

    private func dropDuplicates(_ step: CleaningStep.DropDuplicates) throws -> Int {
        let columns = step.columns?.map { SQLText.identifier($0.name) } ?? self.layout.identityColumns
        return try self.delete(
            where: """
                _row IN (SELECT _row FROM (
                    SELECT _row, row_number() OVER (PARTITION BY \(columns.joined(separator: ", ")) ORDER BY _row) AS _n
                    FROM martlet_typed) WHERE _n > 1)
                """
        )
    }

    private func dropOutliers(_ step: CleaningStep.Outliers) throws -> Int {
        let (lower, upper) = try self.bounds(step)
        let column = SQLText.identifier(step.column.name)
        let sides = [lower.map { "\(column) < \($0)" }, upper.map { "\(column) > \($0)" }].compactMap(\.self)
        return sides.isEmpty ? 0 : try self.delete(where: "(\(sides.joined(separator: " OR ")))")
    }

    private func capOutliers(_ step: CleaningStep.Outliers) throws -> Int {
        let (lower, upper) = try self.bounds(step)
        let column = SQLText.identifier(step.column.name)
        let type = self.definition.dataFields.first { $0.name == step.column.name }?.type ?? .float64
        // A whole number stays inside its bounds: rounded up from below, down from above.
        let low = lower.map { type == .int64 ? "CAST(ceil(\($0)) AS BIGINT)" : $0 }
        let high = upper.map { type == .int64 ? "CAST(floor(\($0)) AS BIGINT)" : $0 }
        var count = 0
        if let low { count += try self.update(column, to: low, where: "\(column) < \(low)") }
        if let high { count += try self.update(column, to: high, where: "\(column) > \(high)") }
        return count
    }

    private func bounds(_ step: CleaningStep.Outliers) throws -> (lower: String?, upper: String?) {
        func literal(_ bound: Double) -> String { SQLText.literal(.float64(bound)) }
        if step.method == .bounds { return (step.minimum.map(literal), step.maximum.map(literal)) }
        let column = SQLText.identifier(step.column.name)
        let population =
            self.readmittedBatch.map { batch in
                "main.\(SQLText.identifier(self.definition.name)) WHERE _batch = \(SQLText.literal(batch))"
            } ?? "martlet_typed"
        let quartiles = try self.connection.query(
            "SELECT CAST(quantile_cont(\(column), 0.25) AS DOUBLE), CAST(quantile_cont(\(column), 0.75) AS DOUBLE) "
                + "FROM \(population)"
        )
        guard case .float64(let first) = quartiles.columns[0][0], case .float64(let third) = quartiles.columns[1][0]
        else {
            return (nil, nil)
        }
        let reach = (third - first) * step.factor
        return (literal(first - reach), literal(third + reach))
    }

    private func mapValues(_ step: CleaningStep.MapValues) throws -> Int {
        let column = SQLText.identifier(step.column.name)
        let type = self.definition.dataFields.first { $0.name == step.column.name }?.type ?? .string
        func literal(_ scalar: DocumentScalar) -> String {
            SQLText.literal(SourceColumn.literal(scalar, type: type) ?? .null)
        }
        guard !step.values.isEmpty else { return 0 }
        let cases = step.values.map { "WHEN \(literal(DocumentScalar($0.from))) THEN \(literal($0.to))" }
        let olds = step.values.map { literal(DocumentScalar($0.from)) }.joined(separator: ", ")
        return try self.update(
            column,
            to: "CASE \(column) \(cases.joined(separator: " ")) END",
            where: "\(column) IN (\(olds))"
        )
    }

    /// Computes a column; a number that is not finite becomes missing.
    private func derive(_ step: CleaningStep.Derive) throws -> Int {
        let column = SQLText.identifier(step.column.name)
        let cast = "CAST((\(step.sql)) AS \(SQLText.type(step.type)))"
        let value = step.type == .float64 ? "CASE WHEN isfinite(\(cast)) THEN \(cast) END" : cast
        let names = try self.connection.query("SELECT column_name FROM (DESCRIBE martlet_typed)")
        let exists = (0..<names.rowCount).contains { names.columns[0][$0].text == step.column.name }
        let selection = exists ? "* REPLACE (\(value) AS \(column))" : "*, \(value) AS \(column)"
        try self.connection.execute(
            """
            CREATE TEMP TABLE martlet_derived AS SELECT \(selection) FROM martlet_typed;
            DROP TABLE martlet_typed;
            ALTER TABLE martlet_derived RENAME TO martlet_typed;
            """
        )
        return try self.rowCount()
    }

    private func delete(where condition: String) throws -> Int {
        let before = try self.rowCount()
        try self.connection.execute("DELETE FROM martlet_typed WHERE \(condition)")
        return before - (try self.rowCount())
    }

    private func update(_ column: String, to value: String, where condition: String) throws -> Int {
        let changed = try self.connection.query("SELECT count(*) FROM martlet_typed WHERE \(condition)")
        try self.connection.execute("UPDATE martlet_typed SET \(column) = \(value) WHERE \(condition)")
        return Int(changed.columns[0][0].number)
    }

    private func rowCount() throws -> Int {
        Int(try self.connection.query("SELECT count(*) FROM martlet_typed").columns[0][0].number)
    }
}
