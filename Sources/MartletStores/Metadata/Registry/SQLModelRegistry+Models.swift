import MartletCore
package import MartletTracking

/// What changes a registered model as a whole, and the searches.
extension SQLModelRegistry {
    package func renameModel(
        _ name: String,
        to next: String,
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel {
        try author.validate()
        try TrackingLimits.checkName(next, of: "model", limit: TrackingLimits.modelNameLength)
        return try await self.database.write(to: "rename the model '\(name)'") { database in
            let model = try ModelVersionRows.requireModel(name, in: database)
            guard next != name else { return model }
            guard try ModelVersionRows.model(next, in: database) == nil else {
                throw TrackingError(.modelExists, "a model '\(next)' is registered already; choose another name")
            }
            try Self.checkNotLive(name, "renamed", database)
            try database.run(
                "UPDATE models SET name = ?, updated_at = ? WHERE name = ?",
                [next, author.at.microseconds, name]
            )
            try Self.record(.modelRenamed, next, author, ["before": .string(name)], database)
            return try ModelVersionRows.requireModel(next, in: database)
        }
    }

    package func describeModel(
        _ name: String,
        as description: String,
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel {
        try author.validate()
        return try await self.database.write(to: "describe the model '\(name)'") { database in
            _ = try ModelVersionRows.requireModel(name, in: database)
            try database.run(
                "UPDATE models SET description = ?, updated_at = ? WHERE name = ?",
                [description, author.at.microseconds, name]
            )
            try Self.record(.modelDescribed, name, author, ["description": .string(description)], database)
            return try ModelVersionRows.requireModel(name, in: database)
        }
    }

    package func describeVersion(
        _ id: ModelVersionID,
        as description: String,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try author.validate()
        return try await self.database.write(to: "describe \(id)") { database in
            _ = try ModelVersionRows.require(id, in: database)
            try database.run(
                "UPDATE model_versions SET description = ?, updated_at = ? WHERE model = ? AND number = ?",
                [description, author.at.microseconds, id.model, id.number]
            )
            let payload: [String: JSONValue] = ["description": .string(description)]
            try Self.record(.versionDescribed, id.description, author, payload, database)
            return try ModelVersionRows.require(id, in: database)
        }
    }

    package func setModelTag(
        _ key: String,
        to value: String?,
        on name: String,
        _ author: Attribution
    ) async throws(TrackingError) {
        try author.validate()
        try TrackingLimits.checkModelTag(key, value ?? "")
        try await self.database.write(to: "tag the model '\(name)'") { database in
            _ = try ModelVersionRows.requireModel(name, in: database)
            if let value {
                try database.run(
                    """
                    INSERT INTO model_tags (model, key, value) VALUES (?, ?, ?)
                    ON CONFLICT (model, key) DO UPDATE SET value = excluded.value
                    """,
                    [name, key, value]
                )
            } else {
                try database.run("DELETE FROM model_tags WHERE model = ? AND key = ?", [name, key])
            }
            try database.run("UPDATE models SET updated_at = ? WHERE name = ?", [author.at.microseconds, name])
            let text: JSONValue = value.map { .string($0) } ?? .null
            try Self.record(.modelTagged, name, author, ["key": .string(key), "value": text], database)
        }
    }

    package func deleteModel(_ name: String, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "delete the model '\(name)'") { database in
            let model = try ModelVersionRows.requireModel(name, in: database)
            try Self.checkNotLive(name, "deleted", database)
            try database.run("DELETE FROM models WHERE name = ?", [name])
            let last = JSONValue.integer(Int64(model.lastVersion))
            try Self.record(.modelDeleted, name, author, ["last_version": last], database)
        }
    }

    package func search(
        _ search: RegisteredModelSearch
    ) async throws(TrackingError) -> RegistryPage<RegisteredModel> {
        try await self.database.read(to: "search the registered models") { database in
            let query = try RegistrySearchSQL(search, of: "models", .models, for: database.dialect)
            let rows = try database.rows(query.statement.sql, query.statement.arguments)
            return RegistryPage(
                items: try rows.prefix(search.limit).map { try ModelVersionRows.model($0, in: database) },
                nextOffset: rows.count > search.limit ? search.offset + search.limit : nil
            )
        }
    }

    package func search(_ search: ModelVersionSearch) async throws(TrackingError) -> RegistryPage<ModelVersion> {
        try await self.database.read(to: "search the model versions") { database in
            let query = try RegistrySearchSQL(search, of: "model_versions", .versions, for: database.dialect)
            let rows = try database.rows(query.statement.sql, query.statement.arguments)
            return RegistryPage(
                items: try rows.prefix(search.limit).map { try ModelVersionRows.version($0, in: database) },
                nextOffset: rows.count > search.limit ? search.offset + search.limit : nil
            )
        }
    }

    package func newestByStage(of models: [String]) async throws(TrackingError) -> [String: [ModelVersion]] {
        try await self.database.read(to: "read the newest versions") { database in
            var newest: [String: [ModelVersion]] = [:]
            for model in models {
                let rows = try database.rows(
                    """
                    SELECT v.* FROM model_versions v WHERE v.model = ? AND v.number = (
                        SELECT max(w.number) FROM model_versions w WHERE w.model = v.model AND w.stage = v.stage
                    ) ORDER BY v.number
                    """,
                    [model]
                )
                newest[model] = try rows.map { try ModelVersionRows.version($0, in: database) }
            }
            return newest
        }
    }

    /// Refuses what would pull a model away from under an endpoint.
    private static func checkNotLive(_ name: String, _ what: String, _ database: any SQLConnection) throws {
        let live = try database.row(
            """
            SELECT e.name, v.number FROM endpoints e JOIN deployment_variants v ON v.revision = e.revision
            WHERE v.model = ? ORDER BY e.name, v.position LIMIT 1
            """,
            [name]
        )
        guard let live else { return }
        throw TrackingError(
            .versionIsDeployed,
            "the model '\(name)' cannot be \(what): its version \(live["number"] as Int) is live at the endpoint "
                + "'\(live["name"] as String)'; deploy another model there first"
        )
    }

    private static func record(
        _ action: LedgerAction,
        _ subject: String,
        _ author: Attribution,
        _ payload: [String: JSONValue],
        _ database: any SQLConnection
    ) throws {
        try SQLLedger.append(LedgerRecord(action, of: "model:\(subject)", author, payload: payload), in: database)
    }
}
