package import MartletCore
package import MartletTracking

extension SQLTrackingStore: GarbageStore {
    package func garbage() async throws(TrackingError) -> GarbageInventory {
        try await self.database.read(to: "look for garbage") { try GarbageRows.inventory($0) }
    }

    package func removeGarbage(
        deletedBefore cutoff: EventTime,
        limit: Int
    ) async throws(TrackingError) -> GarbagePlan {
        try await self.database.write(to: "remove garbage") { database in
            var plan = GarbagePlan(try GarbageRows.inventory(database), deletedBefore: cutoff).prefix(limit)
            var removed = 0
            var points = 0
            while removed < plan.removed.count, points < GarbageRows.pointLimit {
                points += try GarbageRows.remove(plan.removed[removed].item, database)
                removed += 1
            }
            plan = plan.prefix(removed)
            for leftover in plan.leftovers { try GarbageRows.note(leftover, database) }
            return plan
        }
    }

    package func leftovers() async throws(TrackingError) -> [GarbageLeftover] {
        try await self.database.read(to: "look for what garbage has left") { database in
            let references = GarbageReferences(try GarbageRows.references(database))
            return try database.rows("SELECT kind, name FROM garbage_leftovers ORDER BY kind, name", [])
                .map { try GarbageRows.leftover($0) }
                .filter { try !GarbageRows.isReferred($0, references, database) }
        }
    }

    package func forget(_ leftover: GarbageLeftover) async throws(TrackingError) {
        try await self.database.write(to: "forget what garbage had left") { try GarbageRows.forget(leftover, $0) }
    }
}

/// Reads and removes garbage inside a transaction.
enum GarbageRows {
    static let folder = "folder"
    static let snapshot = "snapshot"
    /// After how many removed metric points a transaction lets other writers in.
    static let pointLimit = 200_000

    static func inventory(_ database: any SQLConnection) throws -> GarbageInventory {
        var deleted: [DeletedItem] = []
        let snapshots = try self.snapshots(database)
        for row in try database.rows(
            #"""
            SELECT "row", id, experiment, deleted_at, artifact_location FROM runs WHERE lifecycle = 'deleted'
            ORDER BY "row"
            """#,
            []
        ) {
            guard let id = RunID(row["id"]) else { continue }
            deleted.append(Self.item(.run(id), row, snapshots: snapshots[row["row"]] ?? []))
        }
        for row in try database.rows(
            "SELECT id, experiment, deleted_at, artifact_location FROM logged_models WHERE lifecycle = 'deleted' "
                + "ORDER BY id",
            []
        ) {
            deleted.append(Self.item(.loggedModel(row["id"]), row))
        }
        for row in try database.rows(
            "SELECT id AS experiment, deleted_at, artifact_location FROM experiments WHERE lifecycle = 'deleted' "
                + "ORDER BY id",
            []
        ) {
            deleted.append(Self.item(.experiment(String(row["experiment"] as Int64)), row))
        }
        let inUse = try database.rows(
            """
            SELECT e.id FROM experiments e WHERE e.lifecycle = 'deleted' AND (
                EXISTS (SELECT 1 FROM runs r WHERE r.experiment = e.id AND r.lifecycle = 'active')
                OR EXISTS (SELECT 1 FROM logged_models m WHERE m.experiment = e.id AND m.lifecycle = 'active')
            )
            """,
            []
        )
        return GarbageInventory(
            deleted: deleted,
            references: try Self.references(database),
            experimentsInUse: Set(inUse.map { String($0[0] as Int64) }),
            snapshotUses: try Self.snapshotUses(Set(snapshots.values.joined()), database)
        )
    }

    static func references(_ database: any SQLConnection) throws -> [GarbageReference] {
        try database.rows("SELECT * FROM model_versions ORDER BY model, number", [])
            .map { row in
                GarbageReference(
                    ModelVersionID(row["model"], row["number"]).description,
                    runID: (row["run_id"] as String?).flatMap { RunID($0) },
                    source: row["source"],
                    location: row["location"],
                    modelID: row["model_id"]
                )
            }
    }

    /// Removes the rows of `item` and returns how many metric points were among them.
    static func remove(_ item: GarbageItem, _ database: any SQLConnection) throws -> Int {
        switch item {
        case .run(let id):
            guard let run = try RunRows.row(of: id, in: database)?["row"] as Int64? else { return 0 }
            let points = try database.run("DELETE FROM metrics WHERE run = ?", [run])
            try database.run(#"DELETE FROM runs WHERE "row" = ?"#, [run])
            try RunChanges.note(run: run, in: database)
            return points
        case .loggedModel(let id):
            try RunChanges.note(runsOfModel: id, in: database)
            try database.run("DELETE FROM logged_models WHERE id = ?", [id])
        case .experiment(let id):
            try database.run("DELETE FROM experiments WHERE id = ?", [Int64(id)])
        }
        return 0
    }

    /// Checks that no collection has removed what `version` is to stand on.
    ///
    /// Files go after their metadata; between the two a version must not begin to refer to them.
    static func checkNotRemoved(_ version: NewModelVersion, _ database: any SQLConnection) throws {
        let rows = try database.rows("SELECT kind, name FROM garbage_leftovers WHERE kind = ?", [Self.folder])
        guard !rows.isEmpty else { return }
        let reference = GarbageReference(
            version.model,
            runID: version.runID,
            source: version.source,
            location: version.location,
            modelID: version.modelID
        )
        let references = GarbageReferences([reference])
        for row in rows where try Self.isReferred(Self.leftover(row), references, database) {
            throw TrackingError(
                .sourceRemoved,
                "a version of '\(version.model)' cannot be registered: what it was made of was deleted, and removed for good "
                    + "by 'martlet gc'; log the model again"
            )
        }
    }

    static func leftover(_ row: SQLRow) throws -> GarbageLeftover {
        let name: String = row["name"]
        return row["kind"] == Self.snapshot ? .snapshot(name) : .folder(try ArtifactPath(name))
    }

    static func note(_ leftover: GarbageLeftover, _ database: any SQLConnection) throws {
        let (kind, name) = Self.key(leftover)
        try database.run(
            "INSERT INTO garbage_leftovers (kind, name) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [kind, name]
        )
    }

    static func forget(_ leftover: GarbageLeftover, _ database: any SQLConnection) throws {
        let (kind, name) = Self.key(leftover)
        try database.run("DELETE FROM garbage_leftovers WHERE kind = ? AND name = ?", [kind, name])
    }

    /// Whether something that is there needs the bytes.
    static func isReferred(
        _ leftover: GarbageLeftover,
        _ references: GarbageReferences,
        _ database: any SQLConnection
    ) throws -> Bool {
        switch leftover {
        case .folder(let path): references.holder(needing: path) != nil
        case .snapshot(let hash):
            try database.row("SELECT 1 AS one FROM run_datasets WHERE digest = ? LIMIT 1", [hash]) != nil
        }
    }

    private static func key(_ leftover: GarbageLeftover) -> (kind: String, name: String) {
        switch leftover {
        case .folder(let path): (Self.folder, path.description)
        case .snapshot(let hash): (Self.snapshot, hash)
        }
    }

    private static func item(_ item: GarbageItem, _ row: SQLRow, snapshots: [String] = []) -> DeletedItem {
        DeletedItem(
            item,
            experimentID: String(row["experiment"] as Int64),
            deletedAt: row.optionalTime("deleted_at") ?? EventTime(microseconds: 0),
            artifactLocation: row["artifact_location"],
            snapshots: snapshots
        )
    }

    private static func snapshotUses(_ hashes: Set<String>, _ database: any SQLConnection) throws -> [String: Int] {
        var uses: [String: Int] = [:]
        for list in SQLList.pages(of: hashes.sorted()) {
            for row in try database.rows(
                """
                SELECT digest, count(DISTINCT run) FROM run_datasets WHERE digest IN (\(list.placeholders)) GROUP BY digest
                """,
                list.arguments
            ) {
                uses[row[0]] = row[1]
            }
        }
        return uses
    }

    /// The training sets of deleted runs, by row number.
    private static func snapshots(_ database: any SQLConnection) throws -> [Int64: [String]] {
        var snapshots: [Int64: [String]] = [:]
        for row in try database.rows(
            """
            SELECT d.run, d.digest FROM run_datasets d JOIN runs r ON r."row" = d.run
            WHERE r.lifecycle = 'deleted' AND d.source_type = 'snapshot' ORDER BY d.digest
            """,
            []
        ) {
            snapshots[row[0], default: []].append(row[1])
        }
        return snapshots
    }
}

extension MetadataMigrations {
    /// What collections of garbage have yet to remove.
    static let garbage = [
        MetadataMigration(
            "garbage 1: leftovers",
            sql: """
                CREATE TABLE garbage_leftovers (
                    kind TEXT NOT NULL,
                    name TEXT NOT NULL,
                    PRIMARY KEY (kind, name)
                ) STRICT, WITHOUT ROWID;
                """
        )
    ]
}
