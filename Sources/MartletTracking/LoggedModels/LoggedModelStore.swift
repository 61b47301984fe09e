package import MartletCore

/// Keeps logged models.
///
/// Every implementation keeps these rules, and `LoggedModelContract` holds each one to them:
/// - A call that returns is durable; a call that throws changed nothing.
/// - A param never changes once logged. Metrics arrive with a run's batch, by ``Metric/modelID``.
/// - A deleted model answers reads by id, refuses writes and is not found by a search.
package protocol LoggedModelStore: Sendable {
    /// Creates a logged model.
    ///
    /// - Throws: `tracking.experimentNotFound`; `tracking.loggedModelExists` when the id is taken.
    func createLoggedModel(_ model: NewLoggedModel) async throws(TrackingError) -> LoggedModel

    /// Returns the logged model `id`, active or deleted, or `nil`.
    func loggedModel(_ id: String) async throws(TrackingError) -> LoggedModel?

    /// Sets whether the files of the logged model `id` are there.
    ///
    /// - Throws: `tracking.loggedModelNotFound`, here and below, when it is not there or deleted.
    func setStatus(
        _ status: LoggedModelStatus,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) -> LoggedModel

    /// Sets tags of the logged model `id`.
    func setTags(
        _ tags: [String: String],
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError) -> LoggedModel

    /// Deletes the tag `key` of the logged model `id`.
    ///
    /// - Throws: `tracking.tagNotFound`.
    func deleteTag(_ key: String, ofLoggedModel id: String, at now: EventTime) async throws(TrackingError)

    /// Adds params to the logged model `id`.
    ///
    /// - Throws: `tracking.parameterChanged`.
    func log(
        parameters: [String: String],
        toLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError)

    /// Deletes or restores the logged model `id`.
    func setLifecycle(
        _ lifecycle: Lifecycle,
        ofLoggedModel id: String,
        at now: EventTime
    ) async throws(TrackingError)

    /// Returns a page of logged models that meet `search`.
    func search(_ search: LoggedModelSearch) async throws(TrackingError) -> LoggedModelPage
}
