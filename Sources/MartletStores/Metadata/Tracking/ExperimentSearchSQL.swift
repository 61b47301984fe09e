import MartletCore
import MartletTracking

/// A search over experiments as a statement.
enum ExperimentSearchSQL {
    /// Prints `search`, one row more than its limit.
    ///
    /// - Throws: `tracking.invalidValue` for a comparison that does not fit its field.
    static func query(_ search: ExperimentSearch, _ dialect: SQLDialect) throws(TrackingError) -> SQLFragment {
        var terms: [SQLFragment] = []
        if let lifecycle = search.lifecycle { terms.append(SQLFragment("e.lifecycle = ?", [lifecycle.rawValue])) }
        for condition in search.conditions { terms.append(try Self.term(condition, dialect)) }
        var query = SQLFragment("SELECT e.* FROM experiments e WHERE ") + .all(terms) + SQLFragment(" ORDER BY ")
        for key in search.order {
            let direction = key.isAscending ? "ASC" : "DESC"
            if case .tag(let name) = key.field {
                let value = SQLFragment(
                    "(SELECT x.value FROM experiment_tags x WHERE x.experiment = e.id AND x.key = ?)",
                    [name]
                )
                query = query + value + SQLFragment(" IS NULL, ") + value + SQLFragment(" \(direction), ")
            } else {
                query = query + SQLFragment("\(Self.column(key.field)) \(direction), ")
            }
        }
        return query + SQLFragment("e.created_at DESC, e.id LIMIT ? OFFSET ?", [search.limit + 1, search.offset])
    }

    private static func term(
        _ condition: ExperimentCondition,
        _ dialect: SQLDialect
    ) throws(TrackingError) -> SQLFragment {
        switch condition {
        case .time(let field, let comparison, let time):
            guard field == .createdAt || field == .updatedAt, !comparison.isPattern else {
                throw SearchMisfit.error(field, "a time")
            }
            return SQLFragment("\(Self.column(field)) \(comparison.rawValue) ?", [time])
        case .text(let field, let comparison, let text):
            guard field != .createdAt, field != .updatedAt,
                let test = SQLFragment.text(Self.textColumn(field), comparison, text, dialect)
            else { throw SearchMisfit.error(field, "a text") }
            return Self.test(field, test)
        case .anyOf(let field, let values), .noneOf(let field, let values):
            guard field != .createdAt, field != .updatedAt else { throw SearchMisfit.error(field, "a list") }
            var isAnyOf = false
            if case .anyOf = condition { isAnyOf = true }
            return Self.test(field, .list(Self.textColumn(field), values, isAnyOf: isAnyOf))
        case .exists(let field): return Self.test(field, SQLFragment("1 = 1"))
        case .missing(let field): return SQLFragment("NOT ") + Self.test(field, SQLFragment("1 = 1"))
        case .number(let field, _, _): throw SearchMisfit.error(field, "a number")
        }
    }

    private static func test(_ field: ExperimentField, _ test: SQLFragment) -> SQLFragment {
        guard case .tag(let key) = field else { return SQLFragment("(") + test + SQLFragment(")") }
        return SQLFragment(
            "EXISTS (SELECT 1 FROM experiment_tags x WHERE x.experiment = e.id AND x.key = ? AND ",
            [key]
        )
            + test + SQLFragment(")")
    }

    private static func textColumn(_ field: ExperimentField) -> String {
        field == .id ? "CAST(e.id AS TEXT)" : Self.column(field)
    }

    private static func column(_ field: ExperimentField) -> String {
        switch field {
        case .id: "e.id"
        case .name: "e.name"
        case .createdAt: "e.created_at"
        case .updatedAt: "e.updated_at"
        case .tag: "x.value"
        }
    }
}
