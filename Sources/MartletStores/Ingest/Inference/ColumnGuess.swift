import MartletCore
import MartletEngines
import MartletIngest

/// Finds the type that the staged text of one column has.
struct ColumnGuess {
    let connection: DuckDBConnection
    /// The raw field, a column of `martlet_stage`.
    let field: String

    /// A type, and how its text would be read.
    private struct Candidate {
        let type: DataType
        var format: String?
        var thousands: String?
        /// A further condition on the text `_p` and the typed value `_v`.
        var condition = "true"

        func column(missing: [String]) -> SourceColumn {
            SourceColumn(
                name: "_v",
                type: self.type,
                format: self.format,
                missing: missing,
                thousands: self.thousands
            )
        }
    }

    /// Tried in this order; the first that fits every value is taken.
    private static let candidates: [Candidate] = {
        let plausible = "year(_v) BETWEEN 1900 AND 2100"
        let days = [
            "YYYYMMDD", "YYYY/MM/DD", "YYYY.MM.DD", "YYYY-MM", "YYYY/MM", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY",
        ]
        let moments = ["YYYYMMDDHHmmss", "YYYY/MM/DD HH:mm:ss", "YYYY.MM.DD HH:mm:ss", "YYYY/MM/DD HH:mm"]
        let whole = "NOT contains(_p, '.') AND NOT regexp_matches(_p, '^[+-]?0[0-9]')"
        let number = "NOT regexp_matches(_p, '^[+-]?0[0-9]')"
        return [Candidate(type: .boolean, condition: "lower(_p) IN ('true', 'false')"), Candidate(type: .date)]
            + days.map { Candidate(type: .date, format: $0, condition: plausible) }
            + [Candidate(type: .timestamp)]
            + moments.map { Candidate(type: .timestamp, format: $0, condition: plausible) }
            + [
                Candidate(type: .int64, condition: whole),
                Candidate(type: .int64, thousands: ",", condition: whole),
                Candidate(type: .float64, condition: number),
                Candidate(type: .float64, thousands: ",", condition: number),
            ]
    }()

    /// Texts that people write for no value, where a number or a date should be.
    private static let markers = [
        "NA", "N/A", "n/a", "#N/A", "null", "NULL", "None", "nan", "NaN", "NAN", "-", "--", ".", "?", "\\N", "없음",
    ]

    /// Gives `column` its type, and the remarks a person should see.
    func decide(_ column: inout SourceProposal.Column) throws {
        let found = try self.foundMarkers()
        let present = Candidate(type: .int64).column(missing: found)
        let source =
            "(SELECT \(ColumnTypingSQL(column: present, csv: nil, timezone: nil).present(self.field)) AS _p "
            + "FROM martlet_stage)"
        let counts = Self.candidates.map { candidate in
            let typing = ColumnTypingSQL(column: candidate.column(missing: []), csv: nil, timezone: nil)
            let value = typing.typed("_p")
            let condition = candidate.condition.replacing("_v", with: "(\(value))")
            return "count(*) FILTER (\(value) IS NOT NULL AND \(condition))"
        }
        let row = try self.connection
            .query(
                "SELECT count(*), count(_p), count(DISTINCT _p), \(counts.joined(separator: ", ")) FROM \(source)"
            )
            .row(0).map { Int($0.number) }
        let (total, filled, distinct) = (row[0], row[1], row[2])
        guard filled > 0 else {
            column.remarks.append("has no value in this file")
            return
        }
        let best = row.dropFirst(3).enumerated().max { $0.element < $1.element }
        guard let best, best.element * 100 >= filled * 99,
            let first = row.dropFirst(3).firstIndex(of: best.element)
        else {
            try self.decideText(&column, total: total, found: found)
            return
        }
        let candidate = Self.candidates[first - 3]
        column.type = candidate.type
        column.format = candidate.format
        column.thousands = candidate.thousands
        column.missing = found
        column.isComplete = filled == total && best.element == filled
        column.isDistinct = distinct == total
        if best.element < filled {
            column.remarks.append(
                "\(filled - best.element) of \(filled) values are not of this type and would go to quarantine"
            )
        }
        if candidate.type == .int64 || candidate.type == .float64 {
            try self.remarkOnNumbers(&column, candidate, in: source)
        }
    }

    private func decideText(_ column: inout SourceProposal.Column, total: Int, found: [String]) throws {
        let filled = "count(*) FILTER (trim(\(self.field)) <> '')"
        let zeros = "count(*) FILTER (regexp_full_match(trim(\(self.field)), '0[0-9]+'))"
        let row = try self.connection
            .query(
                "SELECT \(filled), count(DISTINCT \(self.field)), \(zeros) FROM martlet_stage"
            )
            .row(0).map { Int($0.number) }
        column.isComplete = row[0] == total
        column.isDistinct = row[1] == total
        if row[2] > 0 { column.remarks.append("a number would lose the leading zeros that some values have") }
        if !found.isEmpty {
            let list = found.map { "'\($0)'" }.joined(separator: ", ")
            column.remarks.append("does \(list) stand for a missing value? If so, list it under 'missing'")
        }
    }

    private func foundMarkers() throws -> [String] {
        let list = Self.markers.map(SQLText.literal).joined(separator: ", ")
        let rows = try self.connection.query(
            "SELECT DISTINCT trim(\(self.field)) FROM martlet_stage WHERE trim(\(self.field)) IN (\(list)) ORDER BY 1"
        )
        return (0..<rows.rowCount).map { rows.columns[0][$0].text }
    }

    /// Points at numbers that may stand for "no value".
    private func remarkOnNumbers(
        _ column: inout SourceProposal.Column,
        _ candidate: Candidate,
        in source: String
    ) throws {
        let typing = ColumnTypingSQL(column: candidate.column(missing: []), csv: nil, timezone: nil)
        let rows = try self.connection.query(
            """
            WITH _values AS (SELECT _p, CAST(\(typing.typed("_p")) AS DOUBLE) AS _v FROM \(source))
            SELECT any_value(_p), count(*), CASE
                WHEN _v < 0 THEN 'the only negative value'
                WHEN _v = 0 THEN 'far below all other values'
                ELSE 'far above all other values' END
            FROM _values WHERE
                (_v IN (-1, -9, -99, -999, -9999) AND (SELECT count(DISTINCT _v) FROM _values WHERE _v < 0) = 1)
                OR (_v = 0 AND (SELECT min(_v) FROM _values WHERE _v <> 0) >= 1000)
                OR (_v IN (999, 9999, 99999, 999999, 65535)
                    AND (SELECT max(_v) FROM _values WHERE _v < (SELECT max(_v) FROM _values)) * 5 < _v)
            GROUP BY _v ORDER BY _v
            """
        )
        for index in 0..<rows.rowCount {
            let text = rows.columns[0][index].text
            column.remarks.append(
                "\(text) stands \(Int(rows.columns[1][index].number)) times and is \(rows.columns[2][index].text); "
                    + "if it means missing, add missing: [\"\(text)\"]"
            )
        }
    }
}
