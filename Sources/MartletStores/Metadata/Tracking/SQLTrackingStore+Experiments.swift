package import MartletCore
package import MartletTracking

extension SQLTrackingStore {
    package func createExperiment(
        named name: String,
        artifactLocation: String?,
        tags: [String: String],
        at now: EventTime
    ) async throws(TrackingError) -> Experiment {
        try TrackingLimits.checkName(name, of: "experiment", limit: TrackingLimits.experimentNameLength)
        for (key, value) in tags { try TrackingLimits.checkExperimentTag(key, value) }
        return try await self.database.write(to: "create the experiment '\(name)'") { database in
            if let existing = try ExperimentRows.experiment(named: name, in: database) {
                let advice = existing.lifecycle == .deleted ? "restore it, or" : "use it, or"
                throw TrackingError(
                    .experimentExists,
                    "an experiment '\(name)' is there already (\(existing.lifecycle.rawValue)); \(advice) choose another name"
                )
            }
            return try ExperimentRows.insert(name, artifactLocation, tags, now, in: database)
        }
    }

    package func experiment(orCreate name: String, at now: EventTime) async throws(TrackingError) -> Experiment {
        try TrackingLimits.checkName(name, of: "experiment", limit: TrackingLimits.experimentNameLength)
        return try await self.database.write(to: "create the experiment '\(name)'") { database in
            guard let existing = try ExperimentRows.experiment(named: name, in: database) else {
                return try ExperimentRows.insert(name, nil, [:], now, in: database)
            }
            guard existing.lifecycle == .active else {
                throw TrackingError(
                    .experimentExists,
                    "the experiment '\(name)' is deleted; restore it, or choose another name"
                )
            }
            return existing
        }
    }

    package func experiment(named name: String) async throws(TrackingError) -> Experiment? {
        try await self.database.read(to: "read the experiment '\(name)'") { database in
            try ExperimentRows.experiment(named: name, in: database)
        }
    }

    package func experiment(id: String) async throws(TrackingError) -> Experiment? {
        try await self.database.read(to: "read the experiment \(id)") { database in
            try ExperimentRows.experiment(id: id, in: database)
        }
    }

    package func search(_ search: ExperimentSearch) async throws(TrackingError) -> ExperimentPage {
        try SearchLimits.check(limit: search.limit, offset: search.offset, of: "experiments")
        return try await self.database.read(to: "search the experiments") { database in
            let query = try ExperimentSearchSQL.query(search, database.dialect)
            var rows = try database.rows(query.sql, query.arguments)
            let hasMore = rows.count > search.limit
            if hasMore { rows.removeLast() }
            return ExperimentPage(
                experiments: try rows.map { try ExperimentRows.experiment($0, in: database) },
                nextOffset: hasMore ? search.offset + search.limit : nil
            )
        }
    }

    package func deleteTag(
        _ key: String,
        ofExperiment id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "delete a tag of the experiment \(id)") { database in
            _ = try ExperimentRows.requireActive(id: id, in: database)
            let number = Int64(id)
            guard
                try database.run("DELETE FROM experiment_tags WHERE experiment = ? AND key = ?", [number, key]) == 1
            else { throw TrackingError(.tagNotFound, "the experiment \(id) has no tag '\(key)'") }
            try database.run("UPDATE experiments SET updated_at = ? WHERE id = ?", [now, number])
        }
    }

    package func renameExperiment(id: String, to name: String, at now: EventTime) async throws(TrackingError) {
        try TrackingLimits.checkName(name, of: "experiment", limit: TrackingLimits.experimentNameLength)
        try await self.database.write(to: "rename the experiment \(id)") { database in
            _ = try ExperimentRows.require(id: id, in: database)
            if let other = try ExperimentRows.experiment(named: name, in: database), other.id != id {
                throw TrackingError(.experimentExists, "an experiment '\(name)' is there already; choose another name")
            }
            try database.run(
                "UPDATE experiments SET name = ?, updated_at = ? WHERE id = ?",
                [name, now.microseconds, Int64(id)]
            )
        }
    }

    package func setExperimentTag(
        id: String,
        key: String,
        value: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try TrackingLimits.checkExperimentTag(key, value)
        try await self.database.write(to: "tag the experiment \(id)") { database in
            _ = try ExperimentRows.requireActive(id: id, in: database)
            try database.run(
                """
                INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)
                ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value
                """,
                [Int64(id), key, value]
            )
            try database.run("UPDATE experiments SET updated_at = ? WHERE id = ?", [now.microseconds, Int64(id)])
        }
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofExperiment id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "change the experiment \(id)") { database in
            let experiment = try ExperimentRows.require(id: id, in: database)
            guard experiment.lifecycle != lifecycle, let number = Int64(id) else { return }
            let row = try database.row("SELECT deleted_at FROM experiments WHERE id = ?", [number])
            let deletedAt = row?.optionalTime("deleted_at")
            let isDeleted = lifecycle == .deleted
            try database.run(
                "UPDATE experiments SET lifecycle = ?, updated_at = ?, deleted_at = ? WHERE id = ?",
                [lifecycle.rawValue, now, isDeleted ? now : nil, number]
            )
            try RunChanges.note(experiment: number, in: database)
            for table in ["runs", "logged_models"] {
                // What was deleted with the experiment has its time, and comes back with it.
                if isDeleted {
                    try database.run(
                        "UPDATE \(table) SET lifecycle = 'deleted', deleted_at = ? WHERE experiment = ? AND lifecycle = 'active'",
                        [now, number]
                    )
                } else if let deletedAt {
                    try database.run(
                        "UPDATE \(table) SET lifecycle = 'active', deleted_at = NULL WHERE experiment = ? AND deleted_at = ?",
                        [number, deletedAt]
                    )
                }
            }
        }
    }
}

/// Reads and writes experiments inside a transaction.
enum ExperimentRows {
    static func require(id: String, in database: any SQLConnection) throws -> Experiment {
        if let experiment = try Self.experiment(id: id, in: database) { return experiment }
        throw TrackingError(.experimentNotFound, "no experiment has the id '\(id)'")
    }

    /// The experiment `id` when it is there and not deleted.
    static func requireActive(id: String, in database: any SQLConnection) throws -> Experiment {
        let experiment = try Self.require(id: id, in: database)
        guard experiment.lifecycle == .active else {
            throw TrackingError(
                .experimentNotFound,
                "the experiment '\(experiment.name)' is deleted; restore it or use another"
            )
        }
        return experiment
    }

    /// The number of the active experiment `id`, and the place of its artifacts when that is not the artifact store.
    static func requireWritable(
        id: String,
        in database: any SQLConnection
    ) throws -> (number: Int64, artifactLocation: String?) {
        let number = Int64(id) ?? -1
        let row = try database.row("SELECT artifact_location, lifecycle FROM experiments WHERE id = ?", [number])
        guard let row, row["lifecycle"] == Lifecycle.active.rawValue, String(number) == id else {
            return (number, try Self.requireActive(id: id, in: database).artifactLocation)
        }
        return (number, row["artifact_location"])
    }

    static func experiment(id: String, in database: any SQLConnection) throws -> Experiment? {
        // Only the canonical writing is an id: '01' or '+1' name nothing.
        guard let number = Int64(id), String(number) == id else { return nil }
        return try database.row("SELECT * FROM experiments WHERE id = ?", [number])
            .map { try Self.experiment($0, in: database) }
    }

    static func experiment(named name: String, in database: any SQLConnection) throws -> Experiment? {
        try database.row("SELECT * FROM experiments WHERE name = ?", [name])
            .map { try Self.experiment($0, in: database) }
    }

    static func experiment(_ row: SQLRow, in database: any SQLConnection) throws -> Experiment {
        let id: Int64 = row["id"]
        return Experiment(
            id: String(id),
            name: row["name"],
            lifecycle: Lifecycle(rawValue: row["lifecycle"]) ?? .deleted,
            artifactLocation: row["artifact_location"],
            createdAt: row.time("created_at"),
            updatedAt: row.time("updated_at"),
            tags: try database.pairs("SELECT key, value FROM experiment_tags WHERE experiment = ?", [id])
        )
    }

    static func insert(
        _ name: String,
        _ artifactLocation: String?,
        _ tags: [String: String],
        _ now: EventTime,
        in database: any SQLConnection
    ) throws -> Experiment {
        let rows = try database.rows(
            """
            INSERT INTO experiments (name, lifecycle, artifact_location, created_at, updated_at) VALUES (?, ?, ?, ?, ?)
            RETURNING id
            """,
            [name, Lifecycle.active.rawValue, artifactLocation, now, now]
        )
        let id: Int64 = rows[0][0]
        try database.run(
            "INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)",
            batch: tags.map { [id, $0.key, $0.value] }
        )
        return try Self.require(id: String(id), in: database)
    }
}
