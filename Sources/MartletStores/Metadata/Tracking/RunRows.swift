import MartletCore
import MartletTracking

/// Reads and writes runs inside a transaction.
enum RunRows {
    static func notFound(_ id: RunID) -> TrackingError {
        TrackingError(.runNotFound, "no run has the id \(id)")
    }

    static func row(of id: RunID, in database: any SQLConnection) throws -> SQLRow? {
        try database.row("SELECT * FROM runs WHERE id = ?", [id.description])
    }

    static func require(_ id: RunID, in database: any SQLConnection) throws -> Run {
        guard let row = try Self.row(of: id, in: database) else { throw Self.notFound(id) }
        return try Self.runs([row], in: database)[0]
    }

    /// The row number of the run, when it is there and active.
    static func requireWritable(_ id: RunID, in database: any SQLConnection) throws -> Int64 {
        guard let row = try database.row("SELECT row, lifecycle FROM runs WHERE id = ?", [id.description]) else {
            throw Self.notFound(id)
        }
        guard row["lifecycle"] == Lifecycle.active.rawValue else {
            throw TrackingError(
                .runDeleted,
                "the run \(id) is deleted and takes no more writes; restore it or start a new run"
            )
        }
        return row["row"]
    }

    /// Writes a checked batch to the run with the row number `run`.
    static func write(_ batch: RunBatch, run: Int64, id: RunID, in database: any SQLConnection) throws {
        try Self.write(batch.parameters, run: run, id: id, in: database)
        for (key, value) in batch.tags {
            try database.run(
                """
                INSERT INTO run_tags (run, key, value) VALUES (?, ?, ?)
                ON CONFLICT (run, key) DO UPDATE SET value = excluded.value
                """,
                [run, key, value]
            )
        }
        guard !batch.metrics.isEmpty else { return }
        try database.run(
            """
            INSERT INTO metrics (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            batch: batch.metrics.map { Self.arguments($0, run) }
        )
        var latest: [String: Metric] = [:]
        for metric in batch.metrics {
            if latest[metric.key].map(metric.isLater) ?? true { latest[metric.key] = metric }
        }
        try database.run(
            """
            INSERT INTO latest_metrics AS old (run, key, step, timestamp, value, is_nan) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (run, key) DO UPDATE SET
                step = excluded.step, timestamp = excluded.timestamp, value = excluded.value, is_nan = excluded.is_nan
            WHERE (excluded.step, excluded.timestamp, 1 - excluded.is_nan, excluded.value)
                > (old.step, old.timestamp, 1 - old.is_nan, old.value)
            """,
            batch: latest.values.map { Self.arguments($0, run) }
        )
    }

    private static func write(
        _ parameters: [String: String],
        run: Int64,
        id: RunID,
        in database: any SQLConnection
    ) throws {
        for (key, value) in parameters.sorted(by: { $0.key < $1.key }) {
            let added = try database.run(
                "INSERT INTO params (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [run, key, value]
            )
            if added == 1 { continue }
            let before = try database.row("SELECT value FROM params WHERE run = ? AND key = ?", [run, key])
            guard before?["value"] == value else {
                throw TrackingError(
                    .parameterChanged,
                    "the param '\(key)' of the run \(id) was already logged with another value; a param never changes, "
                        + "log it under another name or in a new run"
                )
            }
        }
    }

    private static func arguments(_ metric: Metric, _ run: Int64) -> [(any SQLBindable)?] {
        let isNaN = metric.value.isNaN
        return [run, metric.key, metric.step, metric.timestamp.microseconds, isNaN ? 0 : metric.value, isNaN ? 1 : 0]
    }

    /// The runs of rows of `runs`, in their order, with all that belongs to them.
    static func runs(_ rows: [SQLRow], in database: any SQLConnection) throws -> [Run] {
        var runs = rows.map { row in
            Run(
                id: RunID(row["id"]) ?? RunID.random(),
                experimentID: String(row["experiment"] as Int64),
                name: row["name"],
                user: row["user"],
                status: RunStatus(rawValue: row["status"]) ?? .failed,
                startedAt: row.time("started_at"),
                endedAt: row.optionalTime("ended_at"),
                lifecycle: Lifecycle(rawValue: row["lifecycle"]) ?? .deleted
            )
        }
        let numbers = rows.map { $0["row"] as Int64 }
        let positions = Dictionary(uniqueKeysWithValues: zip(numbers, runs.indices))
        func each(_ columns: String, of table: String, _ body: (inout Run, SQLRow) -> Void) throws {
            for list in SQLList.pages(of: numbers) {
                try database.forEachRow(
                    "SELECT run, \(columns) FROM \(table) WHERE run IN (\(list.placeholders))",
                    list.arguments
                ) { row in
                    if let position = positions[row[0]] { body(&runs[position], row) }
                }
            }
        }
        try each("key, value", of: "params") { $0.parameters[$1[1]] = $1[2] }
        try each("key, value", of: "run_tags") { $0.tags[$1[1]] = $1[2] }
        try each("key, value, is_nan, timestamp, step", of: "latest_metrics") { run, row in
            let key: String = row[1]
            let isNaN: Bool = row[3]
            run.metrics[key] = Metric(
                key,
                isNaN ? .nan : row[2],
                at: EventTime(microseconds: row[4]),
                step: row[5]
            )
        }
        try each("name, digest, context, source_type, source, schema, profile", of: "run_datasets") { run, row in
            let context: String = row[3]
            run.datasets.append(
                DatasetInput(
                    name: row[1],
                    digest: row[2],
                    sourceType: row[4],
                    source: row[5],
                    schema: row[6],
                    profile: row[7],
                    context: context.isEmpty ? nil : context
                )
            )
        }
        return runs
    }
}
