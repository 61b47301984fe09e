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
            let (experiment, location) = try ExperimentRows.requireWritable(id: run.experimentID, in: database)
            let artifactLocation = location.map { "\($0)/\(run.id)/artifacts" }
            let name = run.tags[Run.nameTag] ?? run.name
            let number = try database.insert(
                """
                INSERT INTO runs (id, experiment, name, "user", status, started_at, lifecycle, artifact_location)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                """,
                [
                    run.id.description, experiment, name, run.user, RunStatus.running.rawValue, run.startedAt,
                    Lifecycle.active.rawValue, artifactLocation,
                ],
                numbering: "row"
            )
            guard let number else {
                throw TrackingError(.runExists, "a run \(run.id) is there already; start a run with a new id")
            }
            try database.run(
                "INSERT INTO run_tags (run, key, value) VALUES (?, ?, ?)",
                batch: run.tags.map { [number, $0.key, $0.value] }
            )
            try RunChanges.note(run: number, in: database)
            return Run(
                id: run.id,
                experimentID: run.experimentID,
                name: name,
                user: run.user,
                startedAt: run.startedAt,
                tags: run.tags,
                artifactLocation: artifactLocation
            )
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
            let run = try RunRows.requireWritable(id, in: database)
            if let name = update.name { try RunBatchRows.write([Run.nameTag: name], run: run, in: database) }
            try database.run(
                """
                UPDATE runs SET status = coalesce(?, status), ended_at = coalesce(?, ended_at)
                WHERE "row" = ?
                """,
                [update.status?.rawValue, update.endedAt, run]
            )
            try RunChanges.note(run: run, in: database)
            return try RunRows.require(id, in: database)
        }
    }

    package func log(_ batch: RunBatch, to id: RunID) async throws(TrackingError) {
        try batch.validate()
        try await self.database.write(to: "log to the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            try RunBatchRows.write(batch, run: run, id: id, in: database)
            try RunChanges.note(run: run, in: database)
        }
    }

    package func log(
        datasets: [DatasetInput],
        inputModels: [String],
        to id: RunID
    ) async throws(TrackingError) {
        for dataset in datasets { try dataset.validate() }
        try await self.database.write(to: "log inputs to the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            try LoggedModelRows.requireWritable(Set(inputModels), in: database)
            try database.run(
                """
                INSERT INTO run_datasets (run, name, digest, context, source_type, source, schema, profile, tags)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
                batch: datasets.map { dataset in
                    let others = dataset.tags.filter { $0.key != DatasetInput.contextTag }
                    return [
                        run, dataset.name, dataset.digest, dataset.context ?? "", dataset.sourceType, dataset.source,
                        dataset.schema, dataset.profile,
                        JSONValue.object(others.mapValues { .string($0) }).canonicalText,
                    ]
                }
            )
            try database.run(
                "INSERT INTO run_input_models (run, model) VALUES (?, ?) ON CONFLICT DO NOTHING",
                batch: inputModels.map { [run, $0] }
            )
            try RunChanges.note(run: run, in: database)
        }
    }

    package func log(outputModels: [ModelOutput], to id: RunID) async throws(TrackingError) {
        try await self.database.write(to: "log outputs to the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            try LoggedModelRows.requireWritable(Set(outputModels.map(\.modelID)), in: database)
            for output in outputModels {
                try database.run(
                    """
                    INSERT INTO run_output_models (run, model, step) VALUES (?, ?, ?)
                    ON CONFLICT (run, model) DO UPDATE SET step = excluded.step
                    """,
                    [run, output.modelID, output.step]
                )
            }
            try RunChanges.note(run: run, in: database)
        }
    }

    package func deleteTag(_ key: String, of id: RunID) async throws(TrackingError) {
        try await self.database.write(to: "delete a tag of the run \(id)") { database in
            let run = try RunRows.requireWritable(id, in: database)
            guard try database.run("DELETE FROM run_tags WHERE run = ? AND key = ?", [run, key]) == 1 else {
                throw TrackingError(.tagNotFound, "the run \(id) has no tag '\(key)'")
            }
            try RunChanges.note(run: run, in: database)
        }
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofRun id: RunID,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "change the run \(id)") { database in
            guard let row = try RunRows.row(of: id, in: database) else { throw RunRows.notFound(id) }
            try database.run(
                "UPDATE runs SET lifecycle = ?, deleted_at = ? WHERE id = ? AND lifecycle != ?",
                [lifecycle.rawValue, lifecycle == .deleted ? now : nil, id.description, lifecycle.rawValue]
            )
            try RunChanges.note(run: row["row"], in: database)
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
            try database.scan(
                """
                SELECT step, timestamp, value, is_nan FROM metrics WHERE run = ? AND key = ?
                ORDER BY step, timestamp, value LIMIT ? OFFSET ?
                """,
                [row["row"] as Int64, key, limit, offset]
            ) { row in
                points.append(RunRows.metric(key, row, from: 0))
            }
            return points
        }
    }

    package func metricHistory(_ search: MetricHistorySearch) async throws(TrackingError) -> [RunMetric] {
        try await self.database.read(to: "read a metric of several runs") { database in
            var points: [RunMetric] = []
            for id in search.runIDs {
                guard let row = try RunRows.row(of: id, in: database) else { throw RunRows.notFound(id) }
                let steps = search.steps ?? Int64.min...Int64.max
                var found: [RunMetric] = []
                try database.scan(
                    """
                    SELECT step, timestamp, value, is_nan FROM metrics
                    WHERE run = ? AND key = ? AND step >= ? AND step <= ?
                    ORDER BY step, timestamp, value, is_nan\(search.pointsPerRun == nil ? " LIMIT ?" : "")
                    """,
                    [row["row"] as Int64, search.key, steps.lowerBound, steps.upperBound]
                        + (search.pointsPerRun == nil ? [search.limit - points.count] : [])
                ) { found.append(RunMetric(id, RunRows.metric(search.key, $0, from: 0))) }
                if let limit = search.pointsPerRun {
                    found = MetricHistorySearch.sample(found.count, limit: limit).map { found[$0] }
                }
                points += found.prefix(search.limit - points.count)
                if points.count >= search.limit { break }
            }
            return points
        }
    }

    package func search(_ search: RunSearch) async throws(TrackingError) -> RunPage {
        let columns = self.database.runColumns
        return try await self.database.read(to: "search the runs") { database in
            let query = try RunSearchSQL(search, database.dialect)
            if let page = try columns.page(search, in: database) {
                return RunPage(runs: page.runs, nextOffset: page.hasMore ? search.offset + search.limit : nil)
            }
            let page = try query.page(in: database)
            return RunPage(
                runs: try RunRows.runs(page.rows, in: database),
                nextOffset: page.hasMore ? search.offset + search.limit : nil
            )
        }
    }
}
