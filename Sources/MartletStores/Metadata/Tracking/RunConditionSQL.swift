import MartletCore
import MartletTracking

/// One condition of a search of runs, printed for the run `r`.
struct RunConditionSQL: Sendable {
    /// Whether `r` meets the condition.
    let test: SQLFragment
    /// The table and the rows `d` of it, found by an index, whose runs are those that meet the condition.
    let source: (table: String, rows: SQLFragment)?

    /// Prints `condition`.
    ///
    /// - Throws: `tracking.invalidValue` for a comparison that does not fit its field.
    init(_ condition: RunCondition, _ dialect: SQLDialect) throws(TrackingError) {
        switch condition {
        case .number(let field, let comparison, let number):
            guard case .metric(let key) = field,
                let test = SQLFragment.number("x.value", isNaN: "x.is_nan", comparison, number)
            else { throw SearchMisfit.error(field, "a number") }
            self.test = Self.exists(in: "latest_metrics", key, test)
            let isRange = comparison != .notEqual && !number.isNaN
            self.source =
                isRange
                ? (
                    "latest_metrics",
                    SQLFragment("d.key = ? AND d.is_nan = 0 AND d.value \(comparison.rawValue) ?", [key, number])
                ) : nil
        case .time(let field, let comparison, let time):
            guard field == .startedAt || field == .endedAt, !comparison.isPattern, let column = Self.column(field)
            else {
                throw SearchMisfit.error(field, "a time")
            }
            self.test = SQLFragment("\(column) \(comparison.rawValue) ?", [time])
            self.source = nil
        case .text(let field, let comparison, let text):
            guard let test = SQLFragment.text(try Self.textColumn(field), comparison, text, dialect) else {
                throw SearchMisfit.error(field, "a text by order")
            }
            self.test = Self.test(field, test)
            self.source = comparison == .equal ? Self.source(field, text) : nil
        case .anyOf(let field, let values):
            self.test = Self.test(field, .list(try Self.textColumn(field), values))
            self.source = nil
        case .noneOf(let field, let values):
            self.test = Self.test(field, .list(try Self.textColumn(field), values, isAnyOf: false))
            self.source = nil
        case .exists(let field):
            self.test = Self.presence(field)
            self.source = nil
        case .missing(let field):
            self.test = SQLFragment("NOT ") + Self.presence(field)
            self.source = nil
        }
    }

    private static func presence(_ field: RunField) -> SQLFragment {
        switch field {
        case .metric, .parameter, .tag, .dataset: Self.test(field, SQLFragment("1 = 1"))
        default: SQLFragment("(\(Self.column(field) ?? "r.id") IS NOT NULL)")
        }
    }

    /// `test` on the field's own rows `x`, or on `r` itself.
    private static func test(_ field: RunField, _ test: SQLFragment) -> SQLFragment {
        switch field {
        case .metric(let key): Self.exists(in: "latest_metrics", key, test)
        case .parameter(let key): Self.exists(in: "params", key, test)
        case .tag(let key): Self.exists(in: "run_tags", key, test)
        case .dataset:
            SQLFragment(#"EXISTS (SELECT 1 FROM run_datasets x WHERE x.run = r."row" AND "#) + test + SQLFragment(")")
        default: test
        }
    }

    private static func exists(in table: String, _ key: String, _ test: SQLFragment) -> SQLFragment {
        SQLFragment(#"EXISTS (SELECT 1 FROM \#(table) x WHERE x.run = r."row" AND x.key = ? AND "#, [key]) + test
            + SQLFragment(")")
    }

    private static func source(_ field: RunField, _ text: String) -> (table: String, rows: SQLFragment)? {
        let (table, key): (String, String)
        switch field {
        case .parameter(let name): (table, key) = ("params", name)
        case .tag(let name): (table, key) = ("run_tags", name)
        default: return nil
        }
        let length = SQLFragment.indexedLength
        return (
            table,
            SQLFragment(
                "d.key = ? AND substr(d.value, 1, \(length)) = ? AND d.value = ?",
                [key, SQLFragment.prefix(of: text), text]
            )
        )
    }

    private static func textColumn(_ field: RunField) throws(TrackingError) -> String {
        switch field {
        case .parameter, .tag: return "x.value"
        case .dataset(.name): return "x.name"
        case .dataset(.digest): return "x.digest"
        case .dataset(.context): return "x.context"
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
