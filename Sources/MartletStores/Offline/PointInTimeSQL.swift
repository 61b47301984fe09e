import MartletCore
package import MartletFeatures

/// Writes a `PointInTimePlan` as DuckDB SQL.
///
/// The spine becomes a temporary table; each distinct (keys, T) of it a *slot*; each step fills the features of its
/// slots. Two ways give the same answer: ``Strategy/pairs`` joins slots with all rows of their entity and takes the
/// best, which needs no sorting of the view; ``Strategy/asOf`` sorts the view once and is the way when an entity has
/// many rows and many slots.
package struct PointInTimeSQL: Sendable {
    /// How the newest visible row of a slot is found.
    package enum Strategy: String, Sendable, CaseIterable {
        case pairs
        case asOf
    }

    let plan: PointInTimePlan

    /// Prints `plan`.
    package init(_ plan: PointInTimePlan) { self.plan = plan }

    /// Numbers the rows of the spine query `spine` in temporary table `__spine`.
    package func createSpine(from spine: String) -> String {
        "CREATE OR REPLACE TEMP TABLE __spine AS SELECT *, row_number() OVER () AS __row FROM (\n\(spine)\n)"
    }

    /// Makes the temporary table of slots for the join keys of step `index`.
    package func createSlots(_ index: Int) -> String {
        let keys = self.plan.steps[index].view.joinKeys
        let columns = keys.enumerated().map { "\(self.spineKey($1)) AS __k\($0)" }
        let moment = "CAST(\(SQLText.identifier(self.plan.timestampColumn)) AS TIMESTAMP)"
        let names = keys.indices.map { "__k\($0)" } + ["__t"]
        return """
            CREATE OR REPLACE TEMP TABLE __slots\(index) AS
            SELECT *, row_number() OVER () AS __slot FROM (
                SELECT DISTINCT \((columns + ["\(moment) AS __t"]).joined(separator: ", ")) FROM __spine
            ) WHERE \(names.map { "\($0) IS NOT NULL" }.joined(separator: " AND "))
            """
    }

    /// Counts the pairs of a slot and a row of its entity that ``Strategy/pairs`` would look at.
    package func countPairs(_ index: Int) -> String {
        let view = self.plan.steps[index].view
        let keys = view.joinKeys.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        let slotKeys = view.joinKeys.indices.map { "__k\($0)" }.joined(separator: ", ")
        return """
            SELECT CAST(coalesce(sum(CAST(v.n AS DOUBLE) * s.n), 0) AS DOUBLE)
            FROM (SELECT \(keys), count(*) AS n FROM (\(FeatureViewSQL.viewSQL(view))) GROUP BY ALL) v
            JOIN (SELECT \(slotKeys), count(*) AS n FROM __slots\(index) GROUP BY ALL) s ON \(self.sameKeys(view))
            """
    }

    /// The greatest number of slots that one entity of step `index` has.
    package func countSlotsOfOneEntity(_ index: Int) -> String {
        let keys = self.plan.steps[index].view.joinKeys.indices.map { "__k\($0)" }.joined(separator: ", ")
        return """
            SELECT CAST(coalesce(max(n), 0) AS BIGINT)
            FROM (SELECT count(*) AS n FROM __slots\(index) GROUP BY \(keys))
            """
    }

    /// The part of the slots of step `index` for which a row was true in time but became known only after the slot's
    /// moment; of at most `limit` slots, spread evenly.
    package func lateShare(_ index: Int, limit: Int) -> String {
        let view = self.plan.steps[index].view
        let reach = view.isAggregated ? view.longestWindow : view.ttl
        return """
            WITH examined AS (
                SELECT * FROM __slots\(index)
                WHERE __slot % greatest(1, CAST(ceil((SELECT count(*) FROM __slots\(index)) / \(limit).0) AS BIGINT)) = 0
            )
            SELECT CAST(count(DISTINCT s.__slot) AS DOUBLE) / greatest(1, (SELECT count(*) FROM examined))
            FROM (\(FeatureViewSQL.viewSQL(view))) v
            JOIN examined s ON \(self.sameKeys(view)) AND v.__event <= s.__t AND v.__created > s.__t
                \(reach.map { "AND v.__event \(view.isAggregated ? ">" : ">=") \(self.earlier($0))" } ?? "")
            """
    }

    /// Makes the temporary table of the features of step `index`, one row for each slot that has a valid row.
    package func createStep(_ index: Int, by strategy: Strategy) -> String {
        let step = self.plan.steps[index]
        let query =
            if step.view.isAggregated {
                self.aggregates(step, slots: index)
            } else {
                strategy == .pairs ? self.newestByPairs(step, slots: index) : self.newestAsOf(step, slots: index)
            }
        return "CREATE OR REPLACE TEMP TABLE __step\(index) AS\n\(query)"
    }

    /// The query for the result: the spine in its order, with the features behind.
    package func result() -> String {
        let spine = self.plan.spine.names.map { "p.\(SQLText.identifier($0))" }
        let features = self.plan.output.map { reference -> String in
            let index = self.plan.steps.firstIndex { $0.view.name == reference.view } ?? 0
            let feature = self.plan.steps[index].features.first { $0.name == reference.feature }
            let column = "v\(index).\(SQLText.identifier(reference.feature))"
            let isCount = feature?.valueWhenAbsent != .null
            return "\(isCount ? "coalesce(\(column), 0)" : column) AS \(SQLText.identifier(reference.columnName))"
        }
        var joins = ""
        for (index, step) in self.plan.steps.enumerated() {
            let keys = step.view.joinKeys.enumerated().map { "s\(index).__k\($0) = \(self.spineKey($1, of: "p"))" }
            let moment = "s\(index).__t = CAST(p.\(SQLText.identifier(self.plan.timestampColumn)) AS TIMESTAMP)"
            joins += """

                LEFT JOIN __slots\(index) s\(index) ON \((keys + [moment]).joined(separator: " AND "))
                LEFT JOIN __step\(index) v\(index) ON v\(index).__slot = s\(index).__slot
                """
        }
        return "SELECT \((spine + features).joined(separator: ", "))\nFROM __spine p\(joins)\nORDER BY p.__row"
    }

    private func newestByPairs(_ step: PointInTimePlan.Step, slots: Int) -> String {
        let view = step.view
        let wanted = step.features.map { "v.\(SQLText.identifier($0.name))" }
        let order = self.order(view, direction: "DESC NULLS LAST", prefix: "v.")
        return """
            SELECT \((["s.__slot"] + wanted).joined(separator: ", "))
            FROM (\(FeatureViewSQL.viewSQL(view))) v
            JOIN __slots\(slots) s ON \(self.sameKeys(view)) AND v.__event <= s.__t AND v.__created <= s.__t
                \(view.ttl.map { "AND v.__event >= \(self.earlier($0))" } ?? "")
            QUALIFY row_number() OVER (PARTITION BY s.__slot ORDER BY \(order)) = 1
            """
    }

    /// A row can be the newest for some moment only when no row known as early is newer; the rows that can, by the
    /// moment from which they are visible, are a staircase on which ASOF finds the newest.
    private func newestAsOf(_ step: PointInTimePlan.Step, slots: Int) -> String {
        let view = step.view
        let wanted = step.features.map { "v.\(SQLText.identifier($0.name))" }
        let keys = view.joinKeys.map { SQLText.identifier($0.name) }.joined(separator: ", ")
        let order = self.order(view, direction: "ASC NULLS FIRST", prefix: "")
        let valid = view.ttl.map { "WHERE v.__event >= \(self.earlier($0))" } ?? ""
        return """
            WITH ranked AS (
                SELECT *, greatest(__event, __created) AS __visible,
                    row_number() OVER (PARTITION BY \(keys) ORDER BY \(order)) AS __rank
                FROM (\(FeatureViewSQL.viewSQL(view)))
            ), stairs AS (
                SELECT * FROM ranked QUALIFY __rank = max(__rank) OVER (
                    PARTITION BY \(keys) ORDER BY __visible RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            )
            SELECT \((["s.__slot"] + wanted).joined(separator: ", "))
            FROM __slots\(slots) s
            ASOF JOIN stairs v ON \(self.sameKeys(view)) AND s.__t >= v.__visible
            \(valid)
            """
    }

    private func aggregates(_ step: PointInTimePlan.Step, slots: Int) -> String {
        let view = step.view
        let columns = FeatureViewSQL.aggregatedColumns(view)
        let values = step.features.map { feature -> String in
            guard case .aggregate(let aggregate) = feature.origin else { return "NULL" }
            let column = aggregate.column.flatMap { columns.firstIndex(of: $0) }.map { "v.__c\($0)" }
            let call = AggregateSQL.call(
                aggregate,
                column: column,
                window: "v.__event > \(self.earlier(aggregate.window))"
            )
            return "\(call) AS \(SQLText.identifier(feature.name))"
        }
        let longest = view.longestWindow.map { "AND v.__event > \(self.earlier($0))" } ?? ""
        return """
            SELECT \((["s.__slot"] + values).joined(separator: ", "))
            FROM (\(FeatureViewSQL.viewSQL(view))) v
            JOIN __slots\(slots) s ON \(self.sameKeys(view)) AND v.__event <= s.__t AND v.__created <= s.__t
                \(longest)
            GROUP BY s.__slot
            """
    }

    private func order(_ view: FeatureView, direction: String, prefix: String) -> String {
        (["__event", "__created"] + view.features.map { SQLText.identifier($0.name) })
            .map { "\(prefix)\($0) \(direction)" }
            .joined(separator: ", ")
    }

    private func sameKeys(_ view: FeatureView) -> String {
        view.joinKeys.enumerated()
            .map { "v.\(SQLText.identifier($1.name)) = s.__k\($0)" }
            .joined(separator: " AND ")
    }

    private func spineKey(_ key: JoinKey, of table: String? = nil) -> String {
        "CAST(\(table.map { $0 + "." } ?? "")\(SQLText.identifier(key.name)) AS \(SQLText.type(key.type)))"
    }

    private func earlier(_ span: TimeSpan) -> String { "s.__t - to_microseconds(\(span.microseconds))" }
}

/// Writes windowed aggregates as DuckDB SQL.
enum AggregateSQL {
    /// The call that computes `aggregate` of `column` over the rows `v` for which `window` holds.
    static func call(_ aggregate: WindowedAggregate, column: String?, window: String) -> String {
        let value = column ?? "1"
        return switch aggregate.function {
        case .count: "count(\(column ?? "*")) FILTER (WHERE \(window))"
        case .sum: "sum(\(value)) FILTER (WHERE \(window))"
        case .mean: "avg(\(value)) FILTER (WHERE \(window))"
        case .min: "min(\(value)) FILTER (WHERE \(window))"
        case .max: "max(\(value)) FILTER (WHERE \(window))"
        case .last:
            "arg_max(\(value), (v.__event, v.__created, \(value))) FILTER (WHERE \(window) AND \(value) IS NOT NULL)"
        }
    }
}
