import MartletCore
package import MartletTracking

/// Registered models in the metadata database; each change and its ledger entry are one transaction.
package struct SQLModelRegistry: ModelRegistry {
    let database: MetadataDatabase
    let rule: ApprovalRule

    /// Keeps registered models in `database`; `rule` says who may decide on a version.
    package init(_ database: MetadataDatabase, rule: ApprovalRule = .anyone) {
        self.database = database
        self.rule = rule
    }

    package func createModel(
        named name: String,
        description: String,
        tags: [String: String],
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel {
        try author.validate()
        try TrackingLimits.checkName(name, of: "model", limit: TrackingLimits.modelNameLength)
        for (key, value) in tags { try TrackingLimits.checkModelTag(key, value) }
        return try await self.database.write(to: "create the model '\(name)'") { database in
            guard try ModelVersionRows.model(name, in: database) == nil else {
                throw TrackingError(.modelExists, "a model '\(name)' is registered already; register a version of it")
            }
            return try Self.insertModel(name, description, tags, author, database)
        }
    }

    package func model(named name: String) async throws(TrackingError) -> RegisteredModel? {
        try await self.database.read(to: "read the model '\(name)'") { try ModelVersionRows.model(name, in: $0) }
    }

    package func models(limit: Int) async throws(TrackingError) -> [RegisteredModel] {
        try await self.database.read(to: "list the models") { database in
            try database.rows("SELECT * FROM models ORDER BY name LIMIT ?", [limit])
                .map { try ModelVersionRows.model($0, in: database) }
        }
    }

    package func version(_ id: ModelVersionID) async throws(TrackingError) -> ModelVersion? {
        try await self.database.read(to: "read \(id)") { try ModelVersionRows.version(id, in: $0) }
    }

    package func versions(of model: String) async throws(TrackingError) -> [ModelVersion] {
        try await self.database.read(to: "list the versions of '\(model)'") { database in
            try database.rows("SELECT * FROM model_versions WHERE model = ? ORDER BY number DESC", [model])
                .map { try ModelVersionRows.version($0, in: database) }
        }
    }

    package func resolve(_ reference: ModelReference) async throws(TrackingError) -> ModelVersion {
        try await self.database.read(to: "read \(reference)") { database in
            switch reference {
            case .version(let id):
                return try ModelVersionRows.require(id, in: database)
            case .alias(let name, let alias):
                let model = try ModelVersionRows.requireModel(name, in: database)
                guard let number = model.aliases[alias] else {
                    throw TrackingError(
                        .aliasNotFound,
                        "the model '\(name)' has no alias '\(alias)'."
                            + NearestName.suggestion(alias, among: model.aliases.keys)
                    )
                }
                return try ModelVersionRows.require(ModelVersionID(name, number), in: database)
            case .newest(let name):
                let model = try ModelVersionRows.requireModel(name, in: database)
                let newest = try database.row(
                    "SELECT * FROM model_versions WHERE model = ? ORDER BY number DESC LIMIT 1",
                    [name]
                )
                guard let newest else {
                    return try ModelVersionRows.require(ModelVersionID(name, model.lastVersion), in: database)
                }
                return try ModelVersionRows.version(newest, in: database)
            }
        }
    }

    package func decisions(on id: ModelVersionID) async throws(TrackingError) -> [Approval] {
        try await self.database.read(to: "read the decisions on \(id)") { database in
            try database.rows(
                "SELECT * FROM approval_decisions WHERE model = ? AND number = ? ORDER BY position",
                [id.model, id.number]
            )
            .map { ModelVersionRows.approval($0, status: $0["status"]) }
        }
    }

    static func insertModel(
        _ name: String,
        _ description: String,
        _ tags: [String: String],
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws -> RegisteredModel {
        let now = author.at.microseconds
        try database.run(
            "INSERT INTO models (name, description, created_at, updated_at, last_version) VALUES (?, ?, ?, ?, 0)",
            [name, description, now, now]
        )
        for (key, value) in tags {
            try database.run("INSERT INTO model_tags (model, key, value) VALUES (?, ?, ?)", [name, key, value])
        }
        try SQLLedger.append(
            LedgerRecord(
                .modelCreated,
                of: "model:\(name)",
                author,
                payload: ["description": .string(description), "tags": .object(tags.mapValues(JSONValue.string))]
            ),
            in: database
        )
        return try ModelVersionRows.requireModel(name, in: database)
    }
}
