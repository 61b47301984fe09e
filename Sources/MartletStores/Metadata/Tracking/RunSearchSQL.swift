import MartletCore
import MartletTracking

/// A search over runs, carried out inside a transaction.
///
/// There are two ways to find a page. One walks an index that has the order asked for and stops when the page is full: it
/// is quick when many runs meet the conditions. The other takes the few runs that one condition leaves, by its index, and
/// sorts them. ``RunSearchPlanner`` chooses.
struct RunSearchSQL: Sendable {
    /// The rows of one stretch of the order, in the order of `keys`.
    private struct Stretch {
        var from: SQLFragment
        var terms: [SQLFragment]
        var keys: [RunOrder]
        var firstKey: SQLFragment?
    }

    let search: RunSearch
    let conditions: [RunConditionSQL]
    private let join: String

    /// Prints the conditions of `search`.
    ///
    /// - Throws: `tracking.invalidValue` for a limit out of bounds or a comparison that does not fit its field.
    init(_ search: RunSearch, _ dialect: SQLDialect) throws(TrackingError) {
        try SearchLimits.check(limit: search.limit, offset: search.offset, of: "runs")
        self.search = search
        var conditions: [RunConditionSQL] = []
        for (index, condition) in search.conditions.enumerated() {
            conditions.append(try RunConditionSQL(condition, alias: "c\(index)", dialect))
        }
        self.conditions = conditions
        // SQLite takes the tables of a CROSS JOIN in the order written.
        self.join = dialect == .sqlite ? "CROSS JOIN" : "JOIN"
    }

    /// The rows of `runs` of the page, and whether more follow.
    func page(in database: any SQLConnection) throws -> (rows: [SQLRow], hasMore: Bool) {
        var rows: [SQLRow] = []
        var offset = self.search.offset
        let wanted = self.search.limit + 1
        let plan = try RunSearchPlanner(self, database).plan()
        for stretch in self.stretches(plan) {
            let found = try self.rows(of: stretch, limit: wanted - rows.count, offset: offset, in: database)
            rows += found
            if rows.count == wanted { break }
            // A stretch that ended gives the rest of the offset to the next one.
            offset = found.isEmpty && offset > 0 ? offset - (try self.count(stretch, in: database)) : 0
        }
        let hasMore = rows.count == wanted
        if hasMore { rows.removeLast() }
        return (rows, hasMore)
    }

    /// The statements of the page in words of the database, for tests of what they walk.
    func statements(_ plan: RunSearchPlan) -> [SQLFragment] {
        self.stretches(plan).map { self.statement($0, limit: self.search.limit + 1, offset: self.search.offset) }
    }

    /// Whether a run is in the experiments asked for.
    var experiments: SQLFragment? {
        self.search.experimentIDs.map { .list("r.experiment", $0.compactMap { Int64($0) }) }
    }

    /// Whether a run is in the lifecycle asked for.
    var lifecycle: [SQLFragment] {
        self.search.lifecycle.map { [SQLFragment("r.lifecycle = ?", [$0.rawValue])] } ?? []
    }

    private func stretches(_ plan: RunSearchPlan) -> [Stretch] {
        var terms = self.lifecycle
        var experiments = self.experiments
        var start: (from: SQLFragment, run: String)?
        var ranking = plan.ranking ?? Array(self.conditions.indices)
        if case .condition(let index) = plan.start, let source = self.conditions[index].source {
            ranking.removeAll { $0 == index }
            start = (SQLFragment("\(source.table) d"), "d.run")
            terms.append(source.test)
        } else if plan.start == .walk {
            // Several experiments have no common order in the index that begins with them; a sign hides the column.
            if let list = experiments, list.arguments.count > 1 { experiments?.sql = "+" + list.sql }
            if let first = self.search.order.first, case .metric(let key) = first.field {
                return self.stretches(along: key, first.isAscending, ranking, terms + (experiments.map { [$0] } ?? []))
            }
        }
        if let experiments { terms.append(experiments) }
        let others = ranking.map { self.conditions[$0] }
        return [
            Stretch(
                from: self.from(start, others),
                terms: terms + others.compactMap(\.test),
                keys: self.search.order,
                firstKey: nil
            )
        ]
    }

    /// The tables: those of `start`, then the rows of `conditions`, then the runs; the runs first without a start.
    private func from(_ start: (from: SQLFragment, run: String)?, _ conditions: [RunConditionSQL]) -> SQLFragment {
        var from = start?.from ?? SQLFragment("runs r")
        for condition in conditions {
            guard let joined = condition.join(to: start?.run ?? #"r."row""#) else { continue }
            from = from + SQLFragment(" \(self.join) ") + joined
        }
        return start.map { from + SQLFragment(#" \#(self.join) runs r ON r."row" = \#($0.run)"#) } ?? from
    }

    /// The runs with a number for `key` in the order of the index, then those with `NaN`, then those without.
    private func stretches(
        along key: String,
        _ isAscending: Bool,
        _ ranking: [Int],
        _ terms: [SQLFragment]
    ) -> [Stretch] {
        var others: [RunConditionSQL] = []
        var ranges: [SQLFragment] = []
        for index in ranking {
            let (condition, printed) = (self.search.conditions[index], self.conditions[index])
            if case .number(.metric(key), let comparison, let number) = condition, printed.source != nil {
                ranges.append(SQLFragment("o.value \(comparison.rawValue) ?", [number]))
            } else {
                others.append(printed)
            }
        }
        let keys = Array(self.search.order.dropFirst())
        let rest = terms + others.compactMap(\.test)
        let from = self.from((SQLFragment("latest_metrics o"), "o.run"), others)
        let number = SQLFragment("o.key = ? AND o.is_nan = 0", [key])
        let numbers = Stretch(
            from: from,
            terms: [number] + ranges + rest,
            keys: keys,
            firstKey: SQLFragment("o.value \(isAscending ? "ASC" : "DESC")")
        )
        if !ranges.isEmpty { return [numbers] }
        let nan = SQLFragment("o.key = ? AND o.is_nan = 1", [key])
        let lacking = SQLFragment(
            #"NOT EXISTS (SELECT 1 FROM latest_metrics o WHERE o.run = r."row" AND o.key = ?)"#,
            [key]
        )
        return [
            numbers,
            Stretch(from: from, terms: [nan] + rest, keys: keys, firstKey: nil),
            Stretch(from: self.from(nil, others), terms: rest + [lacking], keys: keys, firstKey: nil),
        ]
    }

    private func rows(
        of stretch: Stretch,
        limit: Int,
        offset: Int,
        in database: any SQLConnection
    ) throws -> [SQLRow] {
        let statement = self.statement(stretch, limit: limit, offset: offset)
        return try database.rows(statement.sql, statement.arguments)
    }

    private func statement(_ stretch: Stretch, limit: Int, offset: Int) -> SQLFragment {
        var joins = SQLFragment("")
        var order: [String] = stretch.firstKey.map { [$0.sql] } ?? []
        for (index, key) in stretch.keys.enumerated() {
            let direction = key.isAscending ? "ASC" : "DESC"
            if let column = RunConditionSQL.column(key.field) {
                if key.field == .endedAt { order.append("\(column) IS NULL") }
                order.append("\(column) \(direction)")
                continue
            }
            guard let (table, name) = RunConditionSQL.table(key.field) else { continue }
            let alias = "o\(index)"
            joins =
                joins
                + SQLFragment(" LEFT JOIN \(table) \(alias) ON \(alias).run = r.\"row\" AND \(alias).key = ?", [name])
            order.append(
                table == "latest_metrics" ? "coalesce(\(alias).is_nan, 2)" : "\(alias).value IS NULL"
            )
            order.append("\(alias).value \(direction)")
        }
        if !stretch.keys.contains(where: { $0.field == .startedAt }) { order.append("r.started_at DESC") }
        order.append("r.id")
        return SQLFragment("SELECT r.* FROM ") + stretch.from + joins + SQLFragment(" WHERE ") + .all(stretch.terms)
            + SQLFragment(" ORDER BY \(order.joined(separator: ", ")) LIMIT ? OFFSET ?", [limit, offset])
    }

    private func count(_ stretch: Stretch, in database: any SQLConnection) throws -> Int {
        let statement =
            SQLFragment("SELECT count(*) FROM ") + stretch.from + SQLFragment(" WHERE ") + .all(stretch.terms)
        return try database.row(statement.sql, statement.arguments)?[0] ?? 0
    }
}
