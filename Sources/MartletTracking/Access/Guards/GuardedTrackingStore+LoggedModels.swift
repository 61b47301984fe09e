package import MartletCore

extension GuardedTrackingStore {
    /// Checks `action` on the logged model `id`.
    func require(_ action: AccessAction, onLoggedModel id: String) async throws(TrackingError) {
        guard let principal = Principal.limited(in: action) else { return }
        try await self.index.require(action, onLoggedModel: id, principal)
    }

    package func createLoggedModel(_ model: NewLoggedModel) async throws(TrackingError) -> LoggedModel {
        try await self.require(.write, inExperiment: model.experimentID)
        return try await self.base.createLoggedModel(model)
    }

    package func loggedModel(_ id: String) async throws(TrackingError) -> LoggedModel? {
        guard let model = try await self.base.loggedModel(id) else { return nil }
        try await self.require(.read, inExperiment: model.experimentID)
        return model
    }

    package func setStatus(
        _ status: LoggedModelStatus,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) -> LoggedModel {
        try await self.require(.write, onLoggedModel: id)
        return try await self.base.setStatus(status, ofLoggedModel: id, at: now)
    }

    package func setTags(
        _ tags: [String: String],
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) -> LoggedModel {
        try await self.require(.write, onLoggedModel: id)
        return try await self.base.setTags(tags, ofLoggedModel: id, at: now)
    }

    package func deleteTag(_ key: String, ofLoggedModel id: String, at now: EventTime) async throws(TrackingError) {
        try await self.require(.write, onLoggedModel: id)
        try await self.base.deleteTag(key, ofLoggedModel: id, at: now)
    }

    package func log(
        parameters: [String: String],
        toLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.require(.write, onLoggedModel: id)
        try await self.base.log(parameters: parameters, toLoggedModel: id, at: now)
    }

    package func setLifecycle(
        _ lifecycle: Lifecycle,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.require(.write, onLoggedModel: id)
        try await self.base.setLifecycle(lifecycle, ofLoggedModel: id, at: now)
    }

    package func search(_ search: LoggedModelSearch) async throws(TrackingError) -> LoggedModelPage {
        var search = search
        search.experimentIDs = try await self.readable(search.experimentIDs)
        return try await self.base.search(search)
    }
}
