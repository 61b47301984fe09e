import MartletCore
import MartletIngest

/// SQL that finds the rows of the working table that break a rule.
struct RowRuleSQL {
    let rule: RowRule
    let source: String
    /// The batches whose rows do not count as earlier ones: this one, and those it replaces.
    let ownBatches: [String]
    /// The batch whose other rows are in the table already, when rows come back from quarantine.
    let readmittedBatch: String?
    /// Whether the source's table exists, so that keys of earlier batches can be asked.
    let hasTable: Bool
    /// For each declared column, the working column with its present text.
    let textOfColumn: [String: String]

    /// True for a row that breaks the rule.
    var violation: String {
        let column = self.rule.column.map(SQLText.identifier) ?? "NULL"
        switch self.rule.check {
        case .notNull:
            // Text that was there but not of the type is already held by rule `type`.
            let text = self.rule.column.flatMap { self.textOfColumn[$0] }
            return "\(column) IS NULL" + (text.map { " AND \($0) IS NULL" } ?? "")
        case .range(let minimum, let maximum):
            let sides = [
                minimum.map { "\(column) < \(SQLText.literal($0))" },
                maximum.map { "\(column) > \(SQLText.literal($0))" },
            ]
            return "(" + sides.compactMap(\.self).joined(separator: " OR ") + ")"
        case .allowed(let values):
            return "\(column) NOT IN (\(values.map(SQLText.literal).joined(separator: ", ")))"
        case .pattern(let regex):
            return "NOT regexp_full_match(\(column), \(SQLText.literal(regex)))"
        case .condition(let sql):
            return "NOT coalesce((\(sql)), true)"
        case .references(let keys, let source, let targets):
            let matches = zip(keys, targets)
                .map { key, target in
                    "_o.\(SQLText.identifier(target)) = martlet_typed.\(SQLText.identifier(key))"
                }
            let complete = keys.map { "martlet_typed.\(SQLText.identifier($0)) IS NOT NULL" }
            return "(\(complete.joined(separator: " AND ")) AND NOT EXISTS (SELECT 1 FROM "
                + "main.\(SQLText.identifier(source)) AS _o WHERE \(matches.joined(separator: " AND "))))"
        case .unique(let keys, let inTable):
            return self.repeats(keys, inTable: (inTable || self.readmittedBatch != nil) && self.hasTable, inTable)
        }
    }

    /// The value that is shown with the violation.
    var value: String {
        switch self.rule.check {
        case .unique(let keys, _), .references(let keys, _, _): Self.text(of: keys)
        default: self.rule.column.map { "CAST(\(SQLText.identifier($0)) AS VARCHAR)" } ?? "NULL"
        }
    }

    private static func text(of keys: [String]) -> String {
        let parts = keys.map { "CAST(\(SQLText.identifier($0)) AS VARCHAR)" }
        return "concat_ws(', ', \(parts.joined(separator: ", ")))"
    }

    private func repeats(_ keys: [String], inTable: Bool, _ isAcrossBatches: Bool) -> String {
        let names = keys.map(SQLText.identifier)
        let complete = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        var sql = """
            _row IN (SELECT _row FROM (
                SELECT _row, row_number() OVER (PARTITION BY \(names.joined(separator: ", ")) ORDER BY _row) AS _n
                FROM martlet_typed WHERE \(complete)) WHERE _n > 1)
            """
        if inTable {
            let table = SQLText.identifier(self.source)
            var matches = names.map { "_t.\($0) = _w.\($0)" }.joined(separator: " AND ")
            if !self.ownBatches.isEmpty {
                matches += " AND _t._batch NOT IN (\(self.ownBatches.map(SQLText.literal).joined(separator: ", ")))"
            } else if let batch = self.readmittedBatch, !isAcrossBatches {
                matches += " AND _t._batch = \(SQLText.literal(batch))"
            }
            sql += """
                 OR _row IN (SELECT _w._row FROM martlet_typed AS _w SEMI JOIN main.\(table) AS _t
                    ON \(matches))
                """
        }
        return "(\(sql))"
    }
}
