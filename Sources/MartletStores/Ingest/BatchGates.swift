import MartletCore
import MartletEngines
import MartletIngest

/// Measures what the gates about a whole batch ask for: profiles of columns against history, and totals.
struct BatchGates {
    let connection: DuckDBConnection
    let load: BatchLoad
    let hasTable: Bool

    private var definition: SourceDefinition { self.load.definition }

    /// The profiles of each gate about a distribution, by its place among the expectations.
    func profiles() throws -> [Int: GateProfiles] {
        var profiles: [Int: GateProfiles] = [:]
        for (index, expectation) in self.definition.expectations.enumerated() {
            guard let needs = expectation.profileNeeds else { continue }
            func profile(_ table: String) throws -> ColumnProfile {
                try self.profile(needs.column, needs.quantiles, isCategorical: needs.isCategorical, from: table)
            }
            profiles[index] = GateProfiles(
                batch: try profile("martlet_typed"),
                history: self.hasTable
                    ? try profile(self.history(needs.history.batches)) : ColumnProfile(rowCount: 0)
            )
        }
        return profiles
    }

    /// Both numbers of each rule about totals, by its place among the expectations.
    func totals() throws -> [Int: TotalMeasures] {
        var totals: [Int: TotalMeasures] = [:]
        for (index, expectation) in self.definition.expectations.enumerated() {
            guard case .total(let rule) = expectation else { continue }
            totals[index] = TotalMeasures(
                found: try self.number(rule.sql, rule.name),
                expected: try self.number(rule.equals, rule.name)
            )
        }
        return totals
    }

    /// The rows of the latest accepted batches but this one.
    private func history(_ limit: Int) -> String {
        """
        (SELECT * FROM main.\(SQLText.identifier(self.definition.name)) WHERE _batch IN (
            SELECT batch FROM main.martlet_loads WHERE source = \(SQLText.literal(self.definition.name))
                AND batch <> \(SQLText.literal(self.load.batch.hash.description))
            ORDER BY loaded_at DESC, batch LIMIT \(limit)))
        """
    }

    private func profile(
        _ column: String,
        _ quantiles: [Double],
        isCategorical: Bool,
        from table: String
    ) throws -> ColumnProfile {
        let name = SQLText.identifier(column)
        let wanted = quantiles.map { ", quantile_cont(CAST(\(name) AS DOUBLE), \($0))" }.joined()
        let row = try self.connection.query("SELECT count(*), count(\(name))\(wanted) FROM \(table) AS t")
        let rowCount = Int(row.columns[0][0].number)
        let valueCount = Int(row.columns[1][0].number)
        var shares: [String: Double] = [:]
        if isCategorical, valueCount > 0 {
            let counts = try self.connection.query(
                "SELECT CAST(\(name) AS VARCHAR), count(*) FROM \(table) AS t WHERE \(name) IS NOT NULL GROUP BY 1"
            )
            for index in 0..<counts.rowCount {
                shares[counts.columns[0][index].text] = counts.columns[1][index].number / Double(valueCount)
            }
        }
        return ColumnProfile(
            rowCount: rowCount,
            nullShare: rowCount == 0 ? 0 : Double(rowCount - valueCount) / Double(rowCount),
            quantiles: valueCount == 0 ? [] : quantiles.indices.map { row.columns[2 + $0][0].number },
            shares: shares
        )
    }

    private func number(_ sql: String, _ rule: String) throws -> Double? {
        let names = self.definition.dataFields.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        let rows = try self.connection.query(
            """
            WITH batch AS (SELECT \(names) FROM martlet_typed)
            SELECT CAST(any_value(COLUMNS(*)) AS DOUBLE), count(*) AS martlet_rows FROM (\(sql)) AS t
            """
        )
        guard rows.columns.count == 2, rows.columns[1][0].number <= 1 else {
            throw IngestError(
                .ingestFailed,
                "source '\(self.definition.name)': a query of rule '\(rule)' gives more than one number; write one, such "
                    + "as SELECT sum(price) FROM batch"
            )
        }
        if case .float64(let number) = rows.columns[0][0] { return number }
        return nil
    }
}
