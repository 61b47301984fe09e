import MartletCore
import MartletTracking

/// Reads registered models and versions inside a transaction.
enum ModelVersionRows {
    /// The registered model `name`, or an error with the nearest name.
    static func requireModel(_ name: String, in database: any SQLConnection) throws -> RegisteredModel {
        if let model = try Self.model(name, in: database) { return model }
        let names = try database.texts("SELECT name FROM models")
        throw TrackingError(
            .modelNotFound,
            names.isEmpty
                ? "no model '\(name)' is registered: none is yet; train a recipe to register one"
                : "no model '\(name)' is registered." + NearestName.suggestion(name, among: names)
        )
    }

    /// The registered model `name`, or `nil`.
    static func model(_ name: String, in database: any SQLConnection) throws -> RegisteredModel? {
        guard let row = try database.row("SELECT * FROM models WHERE name = ?", [name]) else { return nil }
        return try Self.model(row, in: database)
    }

    /// The registered model of a row of `models`.
    static func model(_ row: SQLRow, in database: any SQLConnection) throws -> RegisteredModel {
        let name: String = row["name"]
        let aliases = try database.rows("SELECT alias, number FROM model_aliases WHERE model = ?", [name])
        return RegisteredModel(
            name: name,
            description: row["description"],
            createdAt: row.time("created_at"),
            updatedAt: row.time("updated_at"),
            tags: try database.pairs("SELECT key, value FROM model_tags WHERE model = ?", [name]),
            aliases: Dictionary(uniqueKeysWithValues: aliases.map { ($0[0], $0[1]) }),
            lastVersion: row["last_version"]
        )
    }

    /// The version `id`, or an error that says which versions there are.
    static func require(_ id: ModelVersionID, in database: any SQLConnection) throws -> ModelVersion {
        if let version = try Self.version(id, in: database) { return version }
        _ = try Self.requireModel(id.model, in: database)
        let newest = try database.row("SELECT max(number) AS number FROM model_versions WHERE model = ?", [id.model])
        let advice = (newest?["number"] as Int?).map { "the newest is \($0)" } ?? "it has no version"
        throw TrackingError(.modelVersionNotFound, "the model '\(id.model)' has no version \(id.number); \(advice)")
    }

    /// The version `id`, or `nil`.
    static func version(_ id: ModelVersionID, in database: any SQLConnection) throws -> ModelVersion? {
        let row = try database.row(
            "SELECT * FROM model_versions WHERE model = ? AND number = ?",
            [id.model, id.number]
        )
        return try row.map { try Self.version($0, in: database) }
    }

    /// The version of a row of `model_versions`.
    static func version(_ row: SQLRow, in database: any SQLConnection) throws -> ModelVersion {
        let id = ModelVersionID(row["model"], row["number"])
        let key: [(any SQLBindable)?] = [id.model, id.number]
        let aliases = try database.rows(
            "SELECT alias FROM model_aliases WHERE model = ? AND number = ? ORDER BY alias",
            key
        )
        return ModelVersion(
            id: id,
            createdAt: row.time("created_at"),
            createdBy: row["created_by"],
            updatedAt: row.time("updated_at"),
            description: row["description"],
            runID: (row["run_id"] as String?).flatMap { RunID($0) },
            source: row["source"],
            location: row["location"],
            modelID: row["model_id"],
            runLink: row["run_link"],
            stage: ModelStage(rawValue: row["stage"]) ?? .none,
            approval: Self.approval(row, status: row["approval"]),
            aliases: aliases.map { $0[0] },
            tags: try database.pairs(
                "SELECT key, value FROM model_version_tags WHERE model = ? AND number = ?",
                key
            )
        )
    }

    /// The approval in the columns `decided_by`, `decided_at`, `decided_because`.
    static func approval(_ row: SQLRow, status: String) -> Approval {
        let decision = (row["decided_by"] as String?)
            .map { actor in
                Attribution(
                    by: actor,
                    at: row.optionalTime("decided_at") ?? EventTime(microseconds: 0),
                    reason: row["decided_because"]
                )
            }
        // A status this program does not know allows nothing.
        return Approval(status: ApprovalStatus(rawValue: status) ?? .pendingManualApproval, decision: decision)
    }

    /// The endpoints that serve `id`, as any variant.
    static func endpoints(serving id: ModelVersionID, in database: any SQLConnection) throws -> [String] {
        try database.rows(
            """
            SELECT DISTINCT e.name FROM endpoints e JOIN deployment_variants v ON v.revision = e.revision
            WHERE v.model = ? AND v.number = ? ORDER BY e.name
            """,
            [id.model, id.number]
        )
        .map { $0[0] }
    }
}
