import MartletCore
import MartletTracking

/// Writes params, tags and metric points inside a transaction.
enum RunBatchRows {
    /// Writes a checked batch to the run with the row number `run`.
    static func write(_ batch: RunBatch, run: Int64, id: RunID, in database: any SQLConnection) throws {
        try Self.write(batch.parameters, to: .run(run, id), in: database)
        try Self.write(batch.tags, run: run, in: database)
        let metrics = batch.metrics
        guard !metrics.isEmpty else { return }
        let points = MetricOrder(metrics)
        try database.run(
            """
            INSERT INTO metrics (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            count: metrics.count
        ) { try Self.bind(metrics[points.order[$0]], run, to: $1) }
        try database.run(
            """
            INSERT INTO latest_metrics AS old (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET
                step = excluded.step, timestamp = excluded.timestamp, value = excluded.value, is_nan = excluded.is_nan
            WHERE (excluded.step, excluded.timestamp, 1 - excluded.is_nan, excluded.value)
                > (old.step, old.timestamp, 1 - old.is_nan, old.value)
            """,
            count: points.latest.count
        ) { try Self.bind(metrics[points.latest[$0]], run, to: $1) }
        try LoggedModelRows.write(metrics, run: id, in: database)
    }

    /// Sets tags of the run, and its name when a tag says it.
    static func write(_ tags: [String: String], run: Int64, in database: any SQLConnection) throws {
        guard !tags.isEmpty else { return }
        try database.run(
            """
            INSERT INTO run_tags (run, key, value) VALUES (?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
            """,
            batch: tags.map { [run, $0.key, $0.value] }
        )
        guard let name = tags[Run.nameTag] else { return }
        try database.run(#"UPDATE runs SET name = ? WHERE "row" = ?"#, [name, run])
    }

    /// Whose params are written.
    enum ParameterOwner {
        case run(Int64, RunID)
        case loggedModel(String)
    }

    /// Adds params; one that is there with another value stops the transaction.
    static func write(
        _ parameters: [String: String],
        to owner: ParameterOwner,
        in database: any SQLConnection
    ) throws {
        guard !parameters.isEmpty else { return }
        let (table, column, key, name, kind): (String, String, any SQLBindable, String, String) =
            switch owner {
            case .run(let row, let id): ("params", "run", row, id.description, "run")
            case .loggedModel(let id): ("logged_model_params", "model", id, id, "logged model")
            }
        var missing = parameters
        for list in SQLList.pages(of: parameters.keys.sorted()) {
            let there = try database.pairs(
                "SELECT key, value FROM \(table) WHERE \(column) = ? AND key IN (\(list.placeholders))",
                [key] + list.arguments
            )
            for (parameter, old) in there.sorted(by: { $0.key < $1.key }) {
                guard let new = missing.removeValue(forKey: parameter), new != old else { continue }
                throw TrackingError(
                    .parameterChanged,
                    "the param '\(parameter)' of the \(kind) \(name) was already logged with another value; a param never "
                        + "changes, log it under another name or in a new \(kind)",
                    underlying: ParameterConflict(key: parameter, oldValue: old, newValue: new, owner: name)
                )
            }
        }
        try database.run(
            "INSERT INTO \(table) (\(column), key, value) VALUES (?, ?, ?)",
            batch: missing.map { [key, $0.key, $0.value] }
        )
    }

    /// The columns of a point after its owner: key, step, timestamp, value and whether it is NaN.
    static func columns(_ metric: Metric) -> [(any SQLBindable)?] {
        let isNaN = metric.value.isNaN
        return [metric.key, metric.step, metric.timestamp, isNaN ? 0.0 : metric.value, isNaN]
    }

    private static func bind(_ metric: Metric, _ run: Int64, to arguments: any SQLArguments) throws {
        let isNaN = metric.value.isNaN
        try arguments.add(run)
        try arguments.add(metric.key)
        try arguments.add(metric.step)
        try arguments.add(metric.timestamp.microseconds)
        try arguments.add(isNaN ? 0.0 : metric.value)
        try arguments.add(isNaN ? 1 as Int64 : 0)
    }
}
