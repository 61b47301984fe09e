import MartletCore
package import MartletTracking

/// What changes a version: each method is one transaction with its ledger entry.
extension SQLModelRegistry {
    package func register(
        _ version: NewModelVersion,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try author.validate()
        try TrackingLimits.checkName(version.model, of: "model", limit: TrackingLimits.modelNameLength)
        for (key, value) in version.tags { try TrackingLimits.checkModelTag(key, value) }
        return try await self.database.write(to: "register a version of '\(version.model)'") { database in
            if let effect = version.tags[NewModelVersion.effectTag],
                let earlier = try Self.version(of: version.model, registeredBy: effect, database)
            {
                return earlier
            }
            try GarbageRows.checkNotRemoved(version, database)
            let model =
                try ModelVersionRows.model(version.model, in: database)
                ?? Self.insertModel(version.model, "", [:], author, database)
            let id = ModelVersionID(model.name, model.lastVersion + 1)
            try database.run(
                "UPDATE models SET last_version = ?, updated_at = ? WHERE name = ?",
                [id.number, author.at.microseconds, id.model]
            )
            try Self.insert(version, as: id, author, database)
            try Self.record(
                .versionRegistered,
                id,
                author,
                [
                    "run": version.runID.map { .string($0.description) } ?? .null,
                    "source": .string(version.source),
                    "stage": .string(version.stage.rawValue), "description": .string(version.description),
                    "tags": .object(Self.ownTags(version).mapValues(JSONValue.string)),
                ],
                database
            )
            return try ModelVersionRows.require(id, in: database)
        }
    }

    /// The version that an effect registered already, so that one carried out twice is one.
    private static func version(
        of model: String,
        registeredBy effect: String,
        _ database: any SQLConnection
    ) throws -> ModelVersion? {
        let row = try database.row(
            "SELECT number FROM model_version_tags WHERE model = ? AND key = ? AND value = ? ORDER BY number LIMIT 1",
            [model, NewModelVersion.effectTag, effect]
        )
        guard let number: Int = row?[0] else { return nil }
        return try ModelVersionRows.require(ModelVersionID(model, number), in: database)
    }

    package func decide(
        _ status: ApprovalStatus,
        on id: ModelVersionID,
        _ decision: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        let rule = self.rule
        return try await self.database.write(to: "decide on \(id)") { database in
            let version = try ModelVersionRows.require(id, in: database)
            try rule.check(
                decider: try AccountRows.person(decision.actor, in: database),
                registrant: try AccountRows.person(version.createdBy, in: database),
                of: id
            )
            let approval = try version.approval.deciding(status, decision, of: id)
            if status == .rejected { try Self.checkNotLive(id, "rejected", database) }
            try database.run(
                """
                UPDATE model_versions
                SET approval = ?, decided_by = ?, decided_at = ?, decided_because = ?, updated_at = ?
                WHERE model = ? AND number = ?
                """,
                [
                    approval.status.rawValue, decision.actor, decision.at.microseconds, decision.reason,
                    decision.at.microseconds, id.model, id.number,
                ]
            )
            try database.run(
                """
                INSERT INTO approval_decisions (model, number, position, status, decided_by, decided_at, decided_because)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    id.model, id.number, try Self.nextPosition(id, database), approval.status.rawValue, decision.actor,
                    decision.at.microseconds,
                    decision.reason,
                ]
            )
            try Self.showApproval(approval, of: id, database)
            let action: LedgerAction = status == .approved ? .versionApproved : .versionRejected
            try Self.record(action, id, decision, ["before": .string(version.approval.status.rawValue)], database)
            return try ModelVersionRows.require(id, in: database)
        }
    }

    package func setAlias(
        _ alias: String,
        to id: ModelVersionID,
        _ author: Attribution
    ) async throws(TrackingError) {
        try RegistryNames.checkAlias(alias)
        try author.validate()
        try await self.database.write(to: "point '\(alias)' at \(id)") { database in
            _ = try ModelVersionRows.require(id, in: database)
            let before = try Self.number(of: alias, id.model, database)
            try database.run(
                """
                INSERT INTO model_aliases (model, alias, number) VALUES (?, ?, ?)
                ON CONFLICT (model, alias) DO UPDATE SET number = excluded.number
                """,
                [id.model, alias, id.number]
            )
            try Self.record(
                .aliasSet,
                id,
                author,
                ["alias": .string(alias), "before": before.map { .integer(Int64($0)) } ?? .null],
                database
            )
        }
    }

    package func removeAlias(
        _ alias: String,
        from model: String,
        _ author: Attribution
    ) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "remove the alias '\(alias)' of '\(model)'") { database in
            _ = try ModelVersionRows.requireModel(model, in: database)
            guard let number = try Self.number(of: alias, model, database) else { return }
            try database.run("DELETE FROM model_aliases WHERE model = ? AND alias = ?", [model, alias])
            try Self.record(.aliasRemoved, ModelVersionID(model, number), author, ["alias": .string(alias)], database)
        }
    }

    package func setStage(
        _ stage: ModelStage,
        of id: ModelVersionID,
        archivingOthers: Bool,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try author.validate()
        return try await self.database.write(to: "move \(id) to \(stage.rawValue)") { database in
            let version = try ModelVersionRows.require(id, in: database)
            var others: [Int] = []
            if archivingOthers, stage == .staging || stage == .production {
                others =
                    try database.rows(
                        "SELECT number FROM model_versions WHERE model = ? AND stage = ? AND number != ? ORDER BY number",
                        [id.model, stage.rawValue, id.number]
                    )
                    .map { $0[0] }
            }
            for other in others {
                try Self.move(ModelVersionID(id.model, other), from: stage, to: .archived, author, database)
            }
            try Self.move(id, from: version.stage, to: stage, author, database)
            return try ModelVersionRows.require(id, in: database)
        }
    }

    package func setTag(
        _ key: String,
        to value: String?,
        on id: ModelVersionID,
        _ author: Attribution
    ) async throws(TrackingError) {
        try author.validate()
        try TrackingLimits.checkModelTag(key, value ?? "")
        try Approval.checkTag(key)
        try await self.database.write(to: "tag \(id)") { database in
            _ = try ModelVersionRows.require(id, in: database)
            if let value {
                try database.run(
                    """
                    INSERT INTO model_version_tags (model, number, key, value) VALUES (?, ?, ?, ?)
                    ON CONFLICT (model, number, key) DO UPDATE SET value = excluded.value
                    """,
                    [id.model, id.number, key, value]
                )
            } else {
                try database.run(
                    "DELETE FROM model_version_tags WHERE model = ? AND number = ? AND key = ?",
                    [id.model, id.number, key]
                )
            }
            let text: JSONValue = value.map { .string($0) } ?? .null
            try Self.record(.versionTagged, id, author, ["key": .string(key), "value": text], database)
        }
    }

    package func deleteVersion(_ id: ModelVersionID, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "delete \(id)") { database in
            let version = try ModelVersionRows.require(id, in: database)
            try Self.checkNotLive(id, "deleted", database)
            try database.run("DELETE FROM model_versions WHERE model = ? AND number = ?", [id.model, id.number])
            let aliases = JSONValue.array(version.aliases.map { .string($0) })
            try Self.record(.versionDeleted, id, author, ["aliases": aliases], database)
        }
    }

    private static func insert(
        _ version: NewModelVersion,
        as id: ModelVersionID,
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws {
        try database.run(
            """
            INSERT INTO model_versions (
                model, number, created_at, created_by, updated_at, description, run_id, source, stage, approval,
                location, model_id, run_link
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id.model, id.number, author.at.microseconds, author.actor, author.at.microseconds, version.description,
                version.runID?.description, version.source, version.stage.rawValue, Approval().status.rawValue,
                version.location, version.modelID, version.runLink,
            ]
        )
        let tags = Self.ownTags(version).merging(Approval().tags) { $1 }
        for (key, value) in tags {
            try database.run(
                "INSERT INTO model_version_tags (model, number, key, value) VALUES (?, ?, ?, ?)",
                [id.model, id.number, key, value]
            )
        }
    }

    /// The tags of a version to be, without those of an approval that it brings along from a copy.
    private static func ownTags(_ version: NewModelVersion) -> [String: String] {
        version.tags.filter { !$0.key.hasPrefix(Approval.Tag.prefix) }
    }

    /// Writes the approval as tags, in place of the tags of the approval before it.
    private static func showApproval(
        _ approval: Approval,
        of id: ModelVersionID,
        _ database: any SQLConnection
    ) throws {
        for key in [Approval.Tag.status, Approval.Tag.decidedBy, Approval.Tag.decidedAt, Approval.Tag.reason] {
            try database.run(
                "DELETE FROM model_version_tags WHERE model = ? AND number = ? AND key = ?",
                [id.model, id.number, key]
            )
        }
        for (key, value) in approval.tags {
            try database.run(
                "INSERT INTO model_version_tags (model, number, key, value) VALUES (?, ?, ?, ?)",
                [id.model, id.number, key, value]
            )
        }
    }

    private static func move(
        _ id: ModelVersionID,
        from before: ModelStage,
        to stage: ModelStage,
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws {
        try database.run(
            "UPDATE model_versions SET stage = ?, updated_at = ? WHERE model = ? AND number = ?",
            [stage.rawValue, author.at.microseconds, id.model, id.number]
        )
        let payload: [String: JSONValue] = ["before": .string(before.rawValue), "stage": .string(stage.rawValue)]
        try Self.record(.versionStaged, id, author, payload, database)
    }

    private static func nextPosition(_ id: ModelVersionID, _ database: any SQLConnection) throws -> Int {
        let newest = try database.row(
            "SELECT max(position) AS position FROM approval_decisions WHERE model = ? AND number = ?",
            [id.model, id.number]
        )
        return (newest?["position"] as Int? ?? 0) + 1
    }

    private static func number(of alias: String, _ model: String, _ database: any SQLConnection) throws -> Int? {
        try database.row("SELECT number FROM model_aliases WHERE model = ? AND alias = ?", [model, alias])?["number"]
    }

    private static func checkNotLive(_ id: ModelVersionID, _ what: String, _ database: any SQLConnection) throws {
        let endpoints = try ModelVersionRows.endpoints(serving: id, in: database)
        guard let endpoint = endpoints.first else { return }
        throw TrackingError(
            .versionIsDeployed,
            "\(id) cannot be \(what): it is live at the endpoint '\(endpoint)'; deploy another version there first"
        )
    }

    private static func record(
        _ action: LedgerAction,
        _ id: ModelVersionID,
        _ author: Attribution,
        _ payload: [String: JSONValue],
        _ database: any SQLConnection
    ) throws {
        try SQLLedger.append(LedgerRecord(action, of: "model:\(id)", author, payload: payload), in: database)
    }
}
