import MartletCore
import MartletTracking

/// A search over runs, printed for SQLite.
struct RunSearchSQL: Sendable {
    private(set) var sql = ""
    private(set) var arguments: [(any SQLBindable)?] = []
    let limit: Int
    let offset: Int

    /// Prints `search`.
    ///
    /// - Throws: `tracking.invalidValue` for a limit out of bounds or a comparison that does not fit its field.
    init(_ search: RunSearch) throws(TrackingError) {
        guard (1...RunSearch.pageLimit).contains(search.limit), search.offset >= 0 else {
            throw TrackingError(
                .invalidTrackingValue,
                "a search asked for \(search.limit) runs from \(search.offset); the limit is 1 to \(RunSearch.pageLimit)"
            )
        }
        self.limit = search.limit
        self.offset = search.offset
        var joins = ""
        var joinArguments: [(any SQLBindable)?] = []
        var order = ""
        for (index, key) in search.order.enumerated() {
            let (expression, join) = Self.orderExpression(key.field, index)
            if let join {
                joins += "\n" + join.sql
                joinArguments += [join.key]
            }
            order += "\(expression) IS NULL, \(expression) \(key.isAscending ? "ASC" : "DESC"), "
        }
        var terms: [String] = []
        if let lifecycle = search.lifecycle {
            terms.append("r.lifecycle = ?")
            self.arguments += [lifecycle.rawValue]
        }
        if let experiments = search.experimentIDs {
            terms.append(self.list("r.experiment", experiments.map { Int64($0) }))
        }
        for condition in search.conditions { try terms.append(self.term(condition)) }
        self.sql = """
            SELECT r.* FROM runs r\(joins)
            WHERE \(terms.isEmpty ? "1 = 1" : terms.joined(separator: " AND "))
            ORDER BY \(order)r.started_at DESC, r.id LIMIT ? OFFSET ?
            """
        self.arguments = joinArguments + self.arguments + [self.limit + 1, self.offset]
    }

    private mutating func term(_ condition: RunCondition) throws(TrackingError) -> String {
        switch condition {
        case .number(let field, let comparison, let number):
            guard case .metric = field, comparison != .like, comparison != .caseInsensitiveLike else {
                throw Self.misfit(field, "a number")
            }
            return self.keyed(field, "x.is_nan = 0 AND x.value \(comparison.rawValue) ?", [number])
        case .time(let field, let comparison, let time):
            guard field == .startedAt || field == .endedAt, comparison != .like, comparison != .caseInsensitiveLike
            else { throw Self.misfit(field, "a time") }
            self.arguments += [time.microseconds]
            return "\(Self.column(field)) \(comparison.rawValue) ?"
        case .text(let field, let comparison, let text):
            return try self.text(field, comparison, text)
        case .anyOf(let field, let values):
            guard let column = Self.textColumn(field) else { throw Self.misfit(field, "a list") }
            return self.list(column, values)
        case .noneOf(let field, let values):
            guard let column = Self.textColumn(field) else { throw Self.misfit(field, "a list") }
            return "NOT " + self.list(column, values)
        case .exists(let field): return self.presence(field, isPresent: true)
        case .missing(let field): return self.presence(field, isPresent: false)
        }
    }

    private mutating func text(
        _ field: RunField,
        _ comparison: RunComparison,
        _ text: String
    ) throws(TrackingError) -> String {
        let (operation, operand): (String, String)
        switch comparison {
        case .equal, .notEqual: (operation, operand) = ("\(comparison.rawValue) ?", text)
        case .like: (operation, operand) = ("GLOB ?", Self.globPattern(text))
        case .caseInsensitiveLike: (operation, operand) = ("LIKE ?", text)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: throw Self.misfit(field, "a text by order")
        }
        switch field {
        case .parameter, .tag: return self.keyed(field, "x.value \(operation)", [operand])
        default:
            guard let column = Self.textColumn(field) else { throw Self.misfit(field, "a text") }
            self.arguments += [operand]
            return "\(column) \(operation)"
        }
    }

    private mutating func presence(_ field: RunField, isPresent: Bool) -> String {
        switch field {
        case .metric, .parameter, .tag: return (isPresent ? "" : "NOT ") + self.keyed(field, "1", [])
        default: return "\(Self.column(field)) IS \(isPresent ? "NOT " : "")NULL"
        }
    }

    private mutating func keyed(_ field: RunField, _ test: String, _ operands: [(any SQLBindable)?]) -> String {
        let (table, key) = Self.table(field)
        self.arguments += [key]
        self.arguments += operands
        return "EXISTS (SELECT 1 FROM \(table) x WHERE x.run = r.row AND x.key = ? AND \(test))"
    }

    private mutating func list(_ column: String, _ values: [(any SQLBindable)?]) -> String {
        self.arguments += values
        return "\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))"
    }

    private static func orderExpression(_ field: RunField, _ index: Int) -> (String, (sql: String, key: String)?) {
        switch field {
        case .metric, .parameter, .tag:
            let (table, key) = Self.table(field)
            let name = "o\(index)"
            var expression = "\(name).value"
            if case .metric = field { expression = "CASE WHEN \(name).is_nan = 0 THEN \(name).value END" }
            return (expression, ("LEFT JOIN \(table) \(name) ON \(name).run = r.row AND \(name).key = ?", key))
        default: return (Self.column(field), nil)
        }
    }

    private static func table(_ field: RunField) -> (String, String) {
        switch field {
        case .metric(let key): ("latest_metrics", key)
        case .parameter(let key): ("params", key)
        case .tag(let key): ("run_tags", key)
        default: preconditionFailure("only metrics, params and tags have tables of their own")
        }
    }

    private static func textColumn(_ field: RunField) -> String? {
        switch field {
        case .id, .name, .user, .status: Self.column(field)
        default: nil
        }
    }

    private static func column(_ field: RunField) -> String {
        switch field {
        case .id: "r.id"
        case .name: "r.name"
        case .user: "r.\"user\""
        case .status: "r.status"
        case .startedAt: "r.started_at"
        case .endedAt: "r.ended_at"
        case .metric, .parameter, .tag: preconditionFailure("metrics, params and tags are not columns of runs")
        }
    }

    /// A `LIKE` pattern as `GLOB`, which minds case: `%` is `*`, `_` is `?`, what `GLOB` would read is bracketed.
    static func globPattern(_ pattern: String) -> String {
        var glob = ""
        for character in pattern {
            switch character {
            case "%": glob += "*"
            case "_": glob += "?"
            case "*", "?", "[": glob += "[\(character)]"
            default: glob.append(character)
            }
        }
        return glob
    }

    private static func misfit(_ field: RunField, _ what: String) -> TrackingError {
        TrackingError(.invalidTrackingValue, "the field \(field) of a run cannot be compared with \(what)")
    }
}
