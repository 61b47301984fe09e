import MartletCore
import MartletTracking

/// A search over logged models as a statement.
enum LoggedModelSearchSQL {
    /// Prints `search`, one row more than its limit.
    ///
    /// - Throws: `tracking.invalidValue` for a comparison that does not fit its field.
    static func query(_ search: LoggedModelSearch, _ dialect: SQLDialect) throws(TrackingError) -> SQLFragment {
        var terms = [SQLFragment("m.lifecycle = 'active'")]
        if let ids = search.experimentIDs {
            terms.append(.list("m.experiment", ids.compactMap { Int64($0) }))
        }
        var hasMetric = false
        for condition in search.conditions {
            if case .number(.metric, _, _) = condition { hasMetric = true }
            terms.append(try Self.term(condition, search.datasets, dialect))
        }
        if !hasMetric, !search.datasets.isEmpty {
            terms.append(
                SQLFragment("EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model = m.id AND ")
                    + Self.anyOf(search.datasets) + SQLFragment(")")
            )
        }
        var query = SQLFragment("SELECT m.* FROM logged_models m WHERE ") + .all(terms) + SQLFragment(" ORDER BY ")
        for key in search.order { query = query + Self.order(key) }
        return query + SQLFragment("m.created_at DESC, m.id LIMIT ? OFFSET ?", [search.limit + 1, search.offset])
    }

    private static func term(
        _ condition: LoggedModelCondition,
        _ datasets: [LoggedModelDataset],
        _ dialect: SQLDialect
    ) throws(TrackingError) -> SQLFragment {
        switch condition {
        case .number(let field, let comparison, let number):
            guard case .metric(let key, let dataset) = field,
                let test = SQLFragment.number("x.value", isNaN: "x.is_nan", comparison, number)
            else { throw SearchMisfit.error(field, "a number") }
            let wanted = dataset.map { [$0] } ?? datasets
            var term = SQLFragment(
                "EXISTS (SELECT 1 FROM logged_model_metrics x WHERE x.model = m.id AND x.key = ? AND ",
                [key]
            )
            term = term + test
            if !wanted.isEmpty { term = term + SQLFragment(" AND ") + Self.anyOf(wanted) }
            return term + SQLFragment(")")
        case .time(let field, let comparison, let time):
            guard field == .createdAt || field == .updatedAt, !comparison.isPattern, let column = Self.column(field)
            else { throw SearchMisfit.error(field, "a time") }
            return SQLFragment("\(column) \(comparison.rawValue) ?", [time])
        case .text(let field, let comparison, let text):
            let table = Self.keyedTable(field)
            guard let column = table == nil ? Self.textColumn(field) : "x.value",
                let test = SQLFragment.text(column, comparison, text, dialect)
            else { throw SearchMisfit.error(field, "a text") }
            return table.map { Self.exists($0, test) } ?? test
        case .anyOf(let field, let values), .noneOf(let field, let values):
            var isAnyOf = false
            if case .anyOf = condition { isAnyOf = true }
            let table = Self.keyedTable(field)
            guard let column = table == nil ? Self.textColumn(field) : "x.value" else {
                throw SearchMisfit.error(field, "a list")
            }
            let test = SQLFragment.list(column, values, isAnyOf: isAnyOf)
            return table.map { Self.exists($0, test) } ?? test
        case .exists(let field): return Self.presence(field)
        case .missing(let field): return SQLFragment("NOT ") + Self.presence(field)
        }
    }

    private static func presence(_ field: LoggedModelField) -> SQLFragment {
        if case .metric(let key, _) = field { return Self.exists(("logged_model_metrics", key), SQLFragment("1 = 1")) }
        if let table = Self.keyedTable(field) { return Self.exists(table, SQLFragment("1 = 1")) }
        return SQLFragment("(\(Self.column(field) ?? "m.id") IS NOT NULL)")
    }

    private static func exists(_ table: (name: String, key: String), _ test: SQLFragment) -> SQLFragment {
        SQLFragment("EXISTS (SELECT 1 FROM \(table.name) x WHERE x.model = m.id AND x.key = ? AND ", [table.key]) + test
            + SQLFragment(")")
    }

    private static func anyOf(_ datasets: [LoggedModelDataset]) -> SQLFragment {
        let terms = datasets.map { dataset in
            SQLFragment("(x.dataset_name = ?", [dataset.name])
                + (dataset.digest.map { SQLFragment(" AND x.dataset_digest = ?)", [$0]) } ?? SQLFragment(")"))
        }
        return SQLFragment("(" + terms.map(\.sql).joined(separator: " OR ") + ")", terms.flatMap(\.arguments))
    }

    private static func order(_ key: LoggedModelOrder) -> SQLFragment {
        let direction = key.isAscending ? "ASC" : "DESC"
        if case .metric(let name, let dataset) = key.field {
            var latest = SQLFragment("FROM logged_model_metrics x WHERE x.model = m.id AND x.key = ?", [name])
            if let dataset { latest = latest + SQLFragment(" AND ") + Self.anyOf([dataset]) }
            latest = latest + SQLFragment(" ORDER BY x.timestamp DESC, x.step DESC, x.run LIMIT 1)")
            let rank = SQLFragment("coalesce((SELECT x.is_nan ") + latest + SQLFragment(", 2), ")
            return rank + SQLFragment("(SELECT x.value ") + latest + SQLFragment(" \(direction), ")
        }
        if let table = Self.keyedTable(key.field) {
            let value = SQLFragment(
                "(SELECT x.value FROM \(table.name) x WHERE x.model = m.id AND x.key = ?)",
                [table.key]
            )
            return value + SQLFragment(" IS NULL, ") + value + SQLFragment(" \(direction), ")
        }
        let column = Self.column(key.field) ?? "m.id"
        return SQLFragment("\(column) IS NULL, \(column) \(direction), ")
    }

    private static func keyedTable(_ field: LoggedModelField) -> (name: String, key: String)? {
        switch field {
        case .parameter(let key): ("logged_model_params", key)
        case .tag(let key): ("logged_model_tags", key)
        default: nil
        }
    }

    private static func textColumn(_ field: LoggedModelField) -> String? {
        switch field {
        case .id, .name, .type, .status, .sourceRunID: Self.column(field)
        default: nil
        }
    }

    private static func column(_ field: LoggedModelField) -> String? {
        switch field {
        case .id: "m.id"
        case .name: "m.name"
        case .type: "m.type"
        case .status: "m.status"
        case .sourceRunID: "m.source_run"
        case .createdAt: "m.created_at"
        case .updatedAt: "m.updated_at"
        case .metric, .parameter, .tag: nil
        }
    }
}
