import Foundation
import MartletCore
import MartletTracking

/// Reads runs inside a transaction.
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
        var found: (number: Int64, lifecycle: String)?
        try database.scan(#"SELECT "row", lifecycle FROM runs WHERE id = ?"#, [id.description]) {
            found = ($0.integer(0), $0.text(1))
        }
        guard let found else { throw Self.notFound(id) }
        guard found.lifecycle == Lifecycle.active.rawValue else {
            throw TrackingError(
                .runDeleted,
                "the run \(id) is deleted and takes no more writes; restore it or start a new run"
            )
        }
        return found.number
    }

    /// The point in the columns `step`, `timestamp`, `value` and `is_nan`, which begin at `first`.
    static func metric(_ key: String, _ row: SQLRow, from first: Int) -> Metric {
        let isNaN: Bool = row[first + 3]
        return Metric(
            key,
            isNaN ? .nan : row[first + 2],
            at: EventTime(microseconds: row[first + 1]),
            step: row[first]
        )
    }

    /// The runs of rows of `runs`, in their order, with all that belongs to them.
    static func runs(_ rows: [SQLRow], in database: any SQLConnection) throws -> [Run] {
        try Self.completed(rows.map(Self.run), numbered: rows.map { $0["row"] }, in: database)
    }

    /// The runs with the row numbers `numbers`, with all that belongs to them.
    static func runs(numbered numbers: [Int64], in database: any SQLConnection) throws -> [Int64: Run] {
        var runs: [Run] = []
        var found: [Int64] = []
        for list in SQLList.pages(of: numbers) {
            try database.scan(
                """
                SELECT "row", id, experiment, name, "user", status, started_at, ended_at, lifecycle, artifact_location
                FROM runs WHERE "row" IN (\(list.placeholders))
                """,
                list.arguments
            ) { row in
                found.append(row.integer(0))
                runs.append(Self.run(row))
            }
        }
        runs = try Self.completed(runs, numbered: found, in: database)
        return Dictionary(uniqueKeysWithValues: zip(found, runs))
    }

    /// The runs with the row numbers `numbers`, with all that belongs to them.
    private static func completed(
        _ runs: [Run],
        numbered numbers: [Int64],
        in database: any SQLConnection
    ) throws -> [Run] {
        var runs = runs
        let positions = Dictionary(uniqueKeysWithValues: zip(numbers, runs.indices))
        func each(_ columns: String, of table: String, _ body: (inout Run, any SQLCursor) throws -> Void) throws {
            for list in SQLList.pages(of: numbers) {
                // The rows of a run mostly follow each other.
                var number: Int64?
                var position = 0
                try database.scan(
                    "SELECT run, \(columns) FROM \(table) WHERE run IN (\(list.placeholders))",
                    list.arguments
                ) { row in
                    let run = row.integer(0)
                    if run != number {
                        guard let found = positions[run] else { return }
                        (number, position) = (run, found)
                    }
                    try body(&runs[position], row)
                }
            }
        }
        try each("key, value", of: "params") { $0.parameters[$1.text(1)] = $1.text(2) }
        try each("key, value", of: "run_tags") { $0.tags[$1.text(1)] = $1.text(2) }
        try each("key, step, timestamp, value, is_nan", of: "latest_metrics") { run, row in
            let key = row.text(1)
            run.metrics[key] = Self.metric(key, row, from: 2)
        }
        try each("name, digest, context, source_type, source, schema, profile, tags", of: "run_datasets") { run, row in
            run.datasets.append(try Self.dataset(row))
        }
        try each("model", of: "run_input_models") { $0.inputModels.append($1.text(1)) }
        try each("model, step", of: "run_output_models") { run, row in
            run.outputModels.append(ModelOutput(modelID: row.text(1), step: row.integer(2)))
        }
        return runs
    }

    /// The point in the columns `step`, `timestamp`, `value` and `is_nan`, which begin at `first`.
    static func metric(_ key: String, _ row: any SQLCursor, from first: Int) -> Metric {
        Metric(
            key,
            row.integer(first + 3) != 0 ? .nan : row.real(first + 2),
            at: EventTime(microseconds: row.integer(first + 1)),
            step: row.integer(first)
        )
    }

    private static func run(_ row: SQLRow) -> Run {
        Run(
            id: RunID(row["id"]) ?? RunID.random(),
            experimentID: String(row["experiment"] as Int64),
            name: row["name"],
            user: row["user"],
            status: RunStatus(rawValue: row["status"]) ?? .failed,
            startedAt: row.time("started_at"),
            endedAt: row.optionalTime("ended_at"),
            lifecycle: Lifecycle(rawValue: row["lifecycle"]) ?? .deleted,
            artifactLocation: row["artifact_location"]
        )
    }

    private static func run(_ row: any SQLCursor) -> Run {
        Run(
            id: RunID(row.text(1)) ?? RunID.random(),
            experimentID: String(row.integer(2)),
            name: row.text(3),
            user: row.text(4),
            status: RunStatus(rawValue: row.text(5)) ?? .failed,
            startedAt: EventTime(microseconds: row.integer(6)),
            endedAt: row.isNull(7) ? nil : EventTime(microseconds: row.integer(7)),
            lifecycle: Lifecycle(rawValue: row.text(8)) ?? .deleted,
            artifactLocation: row.isNull(9) ? nil : row.text(9)
        )
    }

    private static func dataset(_ row: any SQLCursor) throws -> DatasetInput {
        let context = row.text(3)
        let tags = row.text(8)
        return DatasetInput(
            name: row.text(1),
            digest: row.text(2),
            sourceType: row.text(4),
            source: row.text(5),
            schema: row.isNull(6) ? nil : row.text(6),
            profile: row.isNull(7) ? nil : row.text(7),
            context: context.isEmpty ? nil : context,
            tags: tags == "{}" ? [:] : try JSONDecoder().decode([String: String].self, from: Data(tags.utf8))
        )
    }
}
