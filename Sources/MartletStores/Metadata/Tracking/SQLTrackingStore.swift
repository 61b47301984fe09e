package import MartletCore
package import MartletTracking

/// Experiments and runs in the metadata database.
package struct SQLTrackingStore: TrackingStore {
    let database: MetadataDatabase

    /// Keeps runs in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func createRun(_ run: NewRun) async throws(TrackingError) -> Run {
        try RunBatch(tags: run.tags).validate()
        return try await self.database.write(to: "create a run") { database in
            let experiment = try ExperimentRows.require(id: run.experimentID, in: database)
            guard experiment.lifecycle == .active else {
                throw TrackingError(
                    .experimentNotFound,
                    "the experiment '\(experiment.name)' is deleted; restore it or use another"
                )
            }
            guard try RunRows.row(of: run.id, in: database) == nil else {
                throw TrackingError(.runExists, "a run \(run.id) is there already; start a run with a new id")
            }
            let rows = try database.rows(
                """
                INSERT INTO runs (id, experiment, name, "user", status, started_at, lifecycle)
                VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING "row"
                """,
                [
                    run.id.description, Int64(experiment.id), run.name, run.user, RunStatus.running.rawValue,
                    run.startedAt.microseconds, Lifecycle.active.rawValue,
                ]
            )
            try RunRows.write(RunBatch(tags: run.tags), run: rows[0][0], id: run.id, in: database)
            return try RunRows.require(run.id, in: database)
        }
    }

    package func run(_ id: RunID) async throws(TrackingError) -> Run? {
        try await self.database.read(to: "read the run \(id)") { database in
            try RunRows.row(of: id, in: database).map { try RunRows.runs([$0], in: database)[0] }
        }
    }

    package func runIDs(startingWith prefix: String, limit: Int) async throws(TrackingError) -> [RunID] {
        guard prefix.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return [] }
        return try await self.database.read(to: "look for a run") { database in
            try database.rows(
                "SELECT id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
                [prefix, prefix + "g", limit]
            )
            .compactMap { RunID($0[0]) }
        }
    }

    package func updateRun(_ id: RunID, _ update: RunUpdate) async throws(TrackingError) -> Run {
        try await self.database.write(to: "update the run \(id)") { database in
            _ = try RunRows.requireWritable(id, in: database)
            try database.run(
                """
                UPDATE runs SET status = coalesce(?, status), ended_at = coalesce(?, ended_at), name = coalesce(?, name)
                WHERE id = ?
                """,
                [update.status?.rawValue, update.endedAt?.microseconds, update.name, id.description]
            )
            return try RunRows.require(id, in: database)
        }
    }

    package func log(_ batch: RunBatch, to id: RunID) async throws(TrackingError) {
        try batch.validate()
        try await self.database.write(to: "log to the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            try RunRows.write(batch, run: run, id: id, in: database)
        }
    }

    package func log(datasets: [DatasetInput], to id: RunID) async throws(TrackingError) {
        try await self.database.write(to: "log data sets to the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            for dataset in datasets {
                try database.run(
                    """
                    INSERT INTO run_datasets (run, name, digest, context, source_type, source, schema, profile)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                    """,
                    [
                        run, dataset.name, dataset.digest, dataset.context ?? "", dataset.sourceType, dataset.source,
                        dataset.schema, dataset.profile,
                    ]
                )
            }
        }
    }

    package func deleteTag(_ key: String, of id: RunID) async throws(TrackingError) {
        try await self.database.write(to: "delete a tag of the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            guard try database.run("DELETE FROM run_tags WHERE run = ? AND key = ?", [run, key]) == 1 else {
                throw TrackingError(.tagNotFound, "the run \(id) has no tag '\(key)'")
            }
        }
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofRun id: RunID,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "change the run \(id)") { database in
            _ = try RunRows.require(id, in: database)
            try database.run(
                "UPDATE runs SET lifecycle = ?, deleted_at = ? WHERE id = ?",
                [lifecycle.rawValue, lifecycle == .deleted ? now.microseconds : nil, id.description]
            )
        }
    }

    package func metricHistory(
        of id: RunID,
        key: String,
        limit: Int,
        offset: Int
    ) async throws(TrackingError) -> [Metric] {
        try await self.database.read(to: "read a metric of the run \(id)") { database in
            guard let row = try RunRows.row(of: id, in: database) else { throw RunRows.notFound(id) }
            var points: [Metric] = []
            try database.forEachRow(
                """
                SELECT step, timestamp, value, is_nan FROM metrics WHERE run = ? AND key = ?
                ORDER BY step, timestamp, value LIMIT ? OFFSET ?
                """,
                [row["row"] as Int64, key, limit, offset]
            ) { row in
                let isNaN: Bool = row[3]
                points.append(
                    Metric(key, isNaN ? .nan : row[2], at: EventTime(microseconds: row[1]), step: row[0])
                )
            }
            return points
        }
    }

    package func search(_ search: RunSearch) async throws(TrackingError) -> RunPage {
        let query = try RunSearchSQL(search)
        return try await self.database.read(to: "search the runs") { database in
            var rows = try database.rows(query.sql, query.arguments)
            let hasMore = rows.count > query.limit
            if hasMore { rows.removeLast() }
            return RunPage(
                runs: try RunRows.runs(rows, in: database),
                nextOffset: hasMore ? query.offset + query.limit : nil
            )
        }
    }
}
