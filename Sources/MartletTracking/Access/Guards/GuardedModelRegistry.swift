/// A registry that lets each request do only what the roles of its account allow.
///
/// Who asks is ``Principal/current``; where there is none, as in commands and background work, everything is allowed.
/// Lists are narrowed to the models the account may read; a page may so hold fewer than were asked for.
package struct GuardedModelRegistry: ModelRegistry {
    private let base: any ModelRegistry

    /// Stands before `base`.
    package init(_ base: any ModelRegistry) { self.base = base }

    private func require(_ action: AccessAction, _ name: String) throws(TrackingError) {
        try Principal.require(action, on: .model(name))
    }

    // MARK: Models

    package func createModel(
        named name: String,
        description: String,
        tags: [String: String],
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel {
        try self.require(.write, name)
        return try await self.base.createModel(named: name, description: description, tags: tags, author)
    }

    package func model(named name: String) async throws(TrackingError) -> RegisteredModel? {
        try self.require(.read, name)
        return try await self.base.model(named: name)
    }

    package func models(limit: Int) async throws(TrackingError) -> [RegisteredModel] {
        Self.readable(try await self.base.models(limit: limit)) { $0.name }
    }

    /// Another name may fit other patterns, so that a rename takes the role that deletes the old name.
    package func renameModel(
        _ name: String,
        to next: String,
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel {
        try self.require(.remove, name)
        try self.require(.write, next)
        return try await self.base.renameModel(name, to: next, author)
    }

    package func describeModel(
        _ name: String,
        as description: String,
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel {
        try self.require(.write, name)
        return try await self.base.describeModel(name, as: description, author)
    }

    package func setModelTag(
        _ key: String,
        to value: String?,
        on name: String,
        _ author: Attribution
    ) async throws(TrackingError) {
        try self.require(.write, name)
        try await self.base.setModelTag(key, to: value, on: name, author)
    }

    package func deleteModel(_ name: String, _ author: Attribution) async throws(TrackingError) {
        try self.require(.remove, name)
        try await self.base.deleteModel(name, author)
    }

    package func search(
        _ search: RegisteredModelSearch
    ) async throws(TrackingError) -> RegistryPage<RegisteredModel> {
        var page = try await self.base.search(search)
        page.items = Self.readable(page.items) { $0.name }
        return page
    }

    // MARK: Versions

    package func search(_ search: ModelVersionSearch) async throws(TrackingError) -> RegistryPage<ModelVersion> {
        var page = try await self.base.search(search)
        page.items = Self.readable(page.items) { $0.id.model }
        return page
    }

    package func newestByStage(of models: [String]) async throws(TrackingError) -> [String: [ModelVersion]] {
        try await self.base.newestByStage(of: Self.readable(models) { $0 })
    }

    package func register(
        _ version: NewModelVersion,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try self.require(.write, version.model)
        return try await self.base.register(version, author)
    }

    package func version(_ id: ModelVersionID) async throws(TrackingError) -> ModelVersion? {
        try self.require(.read, id.model)
        return try await self.base.version(id)
    }

    package func versions(of model: String) async throws(TrackingError) -> [ModelVersion] {
        try self.require(.read, model)
        return try await self.base.versions(of: model)
    }

    package func resolve(_ reference: ModelReference) async throws(TrackingError) -> ModelVersion {
        try self.require(.read, reference.model)
        return try await self.base.resolve(reference)
    }

    package func decide(
        _ status: ApprovalStatus,
        on id: ModelVersionID,
        _ decision: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try self.require(.decide, id.model)
        return try await self.base.decide(status, on: id, decision)
    }

    package func decisions(on id: ModelVersionID) async throws(TrackingError) -> [Approval] {
        try self.require(.read, id.model)
        return try await self.base.decisions(on: id)
    }

    package func setAlias(
        _ alias: String,
        to id: ModelVersionID,
        _ author: Attribution
    ) async throws(TrackingError) {
        try self.require(.write, id.model)
        try await self.base.setAlias(alias, to: id, author)
    }

    package func removeAlias(
        _ alias: String,
        from model: String,
        _ author: Attribution
    ) async throws(TrackingError) {
        try self.require(.write, model)
        try await self.base.removeAlias(alias, from: model, author)
    }

    package func describeVersion(
        _ id: ModelVersionID,
        as description: String,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try self.require(.write, id.model)
        return try await self.base.describeVersion(id, as: description, author)
    }

    package func setStage(
        _ stage: ModelStage,
        of id: ModelVersionID,
        archivingOthers: Bool,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion {
        try self.require(.write, id.model)
        return try await self.base.setStage(stage, of: id, archivingOthers: archivingOthers, author)
    }

    package func setTag(
        _ key: String,
        to value: String?,
        on id: ModelVersionID,
        _ author: Attribution
    ) async throws(TrackingError) {
        try self.require(.write, id.model)
        try await self.base.setTag(key, to: value, on: id, author)
    }

    package func deleteVersion(_ id: ModelVersionID, _ author: Attribution) async throws(TrackingError) {
        try self.require(.remove, id.model)
        try await self.base.deleteVersion(id, author)
    }

    private static func readable<Item>(_ items: [Item], name: (Item) -> String) -> [Item] {
        guard let principal = Principal.limited(in: .read) else { return items }
        return items.filter { principal.may(.read, on: .model(name($0))) }
    }
}
