/// Keeps registered models and their versions.
///
/// Every implementation keeps these rules, and `ModelRegistryContract` holds each one to them:
/// - Every change is written to the ledger in the same transaction: both are there or neither.
/// - Version numbers go up and are never given again. The rules of approval are those of ``Approval``.
/// - A version that is live at an endpoint is neither rejected nor deleted.
package protocol ModelRegistry: Sendable {
    /// Creates the registered model `name`.
    ///
    /// - Throws: `registry.modelExists`.
    func createModel(
        named name: String,
        description: String,
        tags: [String: String],
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel

    /// Returns the registered model `name`, or `nil`.
    func model(named name: String) async throws(TrackingError) -> RegisteredModel?

    /// Returns registered models by name.
    func models(limit: Int) async throws(TrackingError) -> [RegisteredModel]

    /// Registers a version, and the model too when it is new.
    func register(_ version: NewModelVersion, _ author: Attribution) async throws(TrackingError) -> ModelVersion

    /// Returns a version, or `nil`.
    func version(_ id: ModelVersionID) async throws(TrackingError) -> ModelVersion?

    /// Returns the versions of `model`, the newest first; of a model that is not there, none.
    func versions(of model: String) async throws(TrackingError) -> [ModelVersion]

    /// Returns the version that `reference` names.
    ///
    /// - Throws: `registry.modelNotFound`, `registry.versionNotFound`, `registry.aliasNotFound`, with the nearest name.
    func resolve(_ reference: ModelReference) async throws(TrackingError) -> ModelVersion

    /// Approves or rejects a version by the rules of ``Approval``.
    ///
    /// - Throws: also `registry.versionIsDeployed` when a live version would be rejected.
    func decide(
        _ status: ApprovalStatus,
        on id: ModelVersionID,
        _ decision: Attribution
    ) async throws(TrackingError) -> ModelVersion

    /// Returns all decisions about a version, the oldest first.
    func decisions(on id: ModelVersionID) async throws(TrackingError) -> [Approval]

    /// Points `alias` at a version, away from any other.
    func setAlias(_ alias: String, to id: ModelVersionID, _ author: Attribution) async throws(TrackingError)

    /// Removes `alias` from `model`; one that is not there is fine.
    func removeAlias(_ alias: String, from model: String, _ author: Attribution) async throws(TrackingError)

    /// Moves a version to `stage`; with `archivingOthers`, the others of that stage become `Archived`.
    func setStage(
        _ stage: ModelStage,
        of id: ModelVersionID,
        archivingOthers: Bool,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion

    /// Sets or, with `nil`, removes a tag of a version.
    func setTag(
        _ key: String,
        to value: String?,
        on id: ModelVersionID,
        _ author: Attribution
    ) async throws(TrackingError)

    /// Deletes a version and the aliases that point at it.
    func deleteVersion(_ id: ModelVersionID, _ author: Attribution) async throws(TrackingError)
}
