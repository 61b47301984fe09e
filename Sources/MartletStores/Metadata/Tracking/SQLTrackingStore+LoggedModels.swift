package import MartletCore
package import MartletTracking

extension SQLTrackingStore {
    package func createLoggedModel(_ model: NewLoggedModel) async throws(TrackingError) -> LoggedModel {
        try TrackingLimits.checkName(model.name, of: "logged model", limit: TrackingLimits.experimentNameLength)
        try RunBatch(parameters: model.parameters, tags: model.tags).validate()
        return try await self.database.write(to: "create a logged model") { database in
            let experiment = try ExperimentRows.requireActive(id: model.experimentID, in: database)
            guard try LoggedModelRows.row(of: model.id, in: database) == nil else {
                throw TrackingError(.loggedModelExists, "a logged model \(model.id) is there already; use a new id")
            }
            try database.run(
                """
                INSERT INTO logged_models (
                    id, experiment, name, type, source_run, status, created_at, updated_at, lifecycle, artifact_location
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    model.id, Int64(experiment.id), model.name, model.type, model.sourceRunID?.description,
                    LoggedModelStatus.pending.rawValue, model.createdAt, model.createdAt, Lifecycle.active.rawValue,
                    experiment.artifactLocation.map { "\($0)/models/\(model.id)/artifacts" },
                ]
            )
            try RunBatchRows.write(model.parameters, to: .loggedModel(model.id), in: database)
            try LoggedModelRows.write(model.tags, model: model.id, in: database)
            return try LoggedModelRows.require(model.id, in: database)
        }
    }

    package func loggedModel(_ id: String) async throws(TrackingError) -> LoggedModel? {
        try await self.database.read(to: "read a logged model") { database in
            try LoggedModelRows.row(of: id, in: database).map { try LoggedModelRows.models([$0], in: database)[0] }
        }
    }

    package func setStatus(
        _ status: LoggedModelStatus,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) -> LoggedModel {
        try await self.change(id, at: now) { database in
            try database.run("UPDATE logged_models SET status = ? WHERE id = ?", [status.rawValue, id])
            return try LoggedModelRows.require(id, in: database)
        }
    }

    package func setTags(
        _ tags: [String: String],
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) -> LoggedModel {
        try RunBatch(tags: tags).validate()
        return try await self.change(id, at: now) { database in
            try LoggedModelRows.write(tags, model: id, in: database)
            return try LoggedModelRows.require(id, in: database)
        }
    }

    package func deleteTag(
        _ key: String,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.change(id, at: now) { database in
            guard try database.run("DELETE FROM logged_model_tags WHERE model = ? AND key = ?", [id, key]) == 1 else {
                throw TrackingError(.tagNotFound, "the logged model \(id) has no tag '\(key)'")
            }
        }
    }

    package func log(
        parameters: [String: String],
        toLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try RunBatch(parameters: parameters).validate()
        try await self.change(id, at: now) { database in
            try RunBatchRows.write(parameters, to: .loggedModel(id), in: database)
        }
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "change a logged model") { database in
            guard try LoggedModelRows.row(of: id, in: database) != nil else { throw LoggedModelRows.notFound(id) }
            try database.run(
                "UPDATE logged_models SET lifecycle = ?, deleted_at = ?, updated_at = ? WHERE id = ? AND lifecycle != ?",
                [lifecycle.rawValue, lifecycle == .deleted ? now : nil, now, id, lifecycle.rawValue]
            )
        }
    }

    package func search(_ search: LoggedModelSearch) async throws(TrackingError) -> LoggedModelPage {
        try SearchLimits.check(limit: search.limit, offset: search.offset, of: "logged models")
        return try await self.database.read(to: "search the logged models") { database in
            let query = try LoggedModelSearchSQL.query(search, database.dialect)
            var rows = try database.rows(query.sql, query.arguments)
            let hasMore = rows.count > search.limit
            if hasMore { rows.removeLast() }
            return LoggedModelPage(
                models: try LoggedModelRows.models(rows, in: database),
                nextOffset: hasMore ? search.offset + search.limit : nil
            )
        }
    }

    /// Changes an active logged model and notes when.
    private func change<Result: Sendable>(
        _ id: String,
        at now: EventTime,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws(TrackingError) -> Result {
        try await self.database.write(to: "change a logged model") { database in
            try LoggedModelRows.requireWritable([id], in: database)
            try database.run("UPDATE logged_models SET updated_at = ? WHERE id = ?", [now, id])
            return try body(database)
        }
    }
}
