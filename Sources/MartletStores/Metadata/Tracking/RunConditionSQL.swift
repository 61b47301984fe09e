import MartletCore
import MartletTracking

/// One condition of a search of runs, printed for the run `r`.
///
/// A condition on a metric, param or tag joins its one row, which SQLite carries out at half the price of a subquery.
struct RunConditionSQL: Sendable {
    /// The rows of one table that a condition joins or starts from.
    struct Rows: Sendable {
        let table: String
        /// What must hold of a row.
        let test: SQLFragment
    }

    /// The name of the joined row.
    let alias: String
    /// The one row to join, whose test is about `alias`; `nil` when ``test`` says all.
    private(set) var joined: Rows?
    /// Whether `r` meets the condition; `nil` when the join says all.
    private(set) var test: SQLFragment?
    /// The rows `d`, found by an index, whose runs are those that meet the condition.
    private(set) var source: Rows?

    /// Prints `condition` with `alias` for the row it joins.
    ///
    /// - Throws: `tracking.invalidValue` for a comparison that does not fit its field.
    init(_ condition: RunCondition, alias: String, _ dialect: SQLDialect) throws(TrackingError) {
        self.alias = alias
        switch condition {
        case .number(let field, let comparison, let number):
            // The row is found by run and key; a sign hides the rest from SQLite, which would else read the index by
            // value instead, and with it the rows of all runs.
            let column = (dialect == .sqlite ? "+" : "") + alias
            guard case .metric(let key) = field,
                let test = SQLFragment.number("\(column).value", isNaN: "\(column).is_nan", comparison, number)
            else { throw SearchMisfit.error(field, "a number") }
            self.set(test, field)
            if comparison != .notEqual, !number.isNaN {
                let range = SQLFragment(
                    "d.key = ? AND d.is_nan = 0 AND d.value \(comparison.rawValue) ?",
                    [key, number]
                )
                self.source = Rows(table: "latest_metrics", test: range)
            }
        case .time(let field, let comparison, let time):
            guard field == .startedAt || field == .endedAt, !comparison.isPattern, let column = Self.column(field)
            else {
                throw SearchMisfit.error(field, "a time")
            }
            self.test = SQLFragment("\(column) \(comparison.rawValue) ?", [time])
        case .text(let field, let comparison, let text):
            guard let test = SQLFragment.text(try self.textColumn(field), comparison, text, dialect) else {
                throw SearchMisfit.error(field, "a text by order")
            }
            self.set(test, field)
            self.source = comparison == .equal ? Self.source(field, text) : nil
        case .anyOf(let field, let values): self.set(.list(try self.textColumn(field), values), field)
        case .noneOf(let field, let values):
            self.set(.list(try self.textColumn(field), values, isAnyOf: false), field)
        case .exists(let field): self.set(self.presence(field), field)
        case .missing(let field): self.test = SQLFragment("NOT ") + self.exists(self.presence(field), field)
        }
    }

    /// The join of the condition's row to the run whose row number is in `run`.
    func join(to run: String) -> SQLFragment? {
        self.joined.map { SQLFragment("\($0.table) \(self.alias) ON \(self.alias).run = \(run) AND ") + $0.test }
    }

    /// Takes `test` as a condition on the field's one row, on any of its rows, or on `r` itself.
    private mutating func set(_ test: SQLFragment, _ field: RunField) {
        if let (table, key) = Self.table(field) {
            self.joined = Rows(table: table, test: SQLFragment("\(self.alias).key = ? AND ", [key]) + test)
        } else {
            self.test = self.exists(test, field)
        }
    }

    private func presence(_ field: RunField) -> SQLFragment {
        Self.column(field).map { SQLFragment("\($0) IS NOT NULL") } ?? SQLFragment("1 = 1")
    }

    private func exists(_ test: SQLFragment, _ field: RunField) -> SQLFragment {
        let rows: SQLFragment
        if let (table, key) = Self.table(field) {
            rows = SQLFragment("\(table) \(self.alias) WHERE \(self.alias).key = ? AND ", [key])
        } else if case .dataset = field {
            rows = SQLFragment("run_datasets \(self.alias) WHERE ")
        } else {
            return SQLFragment("(") + test + SQLFragment(")")
        }
        return SQLFragment("EXISTS (SELECT 1 FROM ") + rows + SQLFragment("\(self.alias).run = r.\"row\" AND ") + test
            + SQLFragment(")")
    }

    /// The table that holds one row of the field for each run, and the key in it.
    static func table(_ field: RunField) -> (name: String, key: String)? {
        switch field {
        case .metric(let key): ("latest_metrics", key)
        case .parameter(let key): ("params", key)
        case .tag(let key): ("run_tags", key)
        default: nil
        }
    }

    private static func source(_ field: RunField, _ text: String) -> Rows? {
        guard let (table, key) = Self.table(field) else { return nil }
        let prefix = SQLFragment.prefix(of: text)
        let start = SQLFragment("d.key = ? AND substr(d.value, 1, \(SQLFragment.indexedLength)) = ?", [key, prefix])
        // The index says all of a shorter text. For a longer one, an equation would have SQLite put the argument in place
        // of the column, and then it misses the index.
        guard text.unicodeScalars.count >= SQLFragment.indexedLength else { return Rows(table: table, test: start) }
        return Rows(table: table, test: start + SQLFragment(" AND d.value BETWEEN ? AND ?", [text, text]))
    }

    private func textColumn(_ field: RunField) throws(TrackingError) -> String {
        switch field {
        case .parameter, .tag: return "\(self.alias).value"
        case .dataset(.name): return "\(self.alias).name"
        case .dataset(.digest): return "\(self.alias).digest"
        case .dataset(.context): return "\(self.alias).context"
        case .metric, .startedAt, .endedAt: throw SearchMisfit.error(field, "a text")
        case .id, .name, .user, .status, .artifactURI: return Self.column(field) ?? "r.id"
        }
    }

    /// The column of `runs`, or `nil` for what has rows of its own.
    static func column(_ field: RunField) -> String? {
        switch field {
        case .id: "r.id"
        case .name: "r.name"
        case .user: #"r."user""#
        case .status: "r.status"
        case .startedAt: "r.started_at"
        case .endedAt: "r.ended_at"
        case .artifactURI:
            "coalesce(r.artifact_location, 'mlflow-artifacts:/' || r.experiment || '/' || r.id || '/artifacts')"
        case .metric, .parameter, .tag, .dataset: nil
        }
    }
}
