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

    /// Gives the model `name` another name; its versions, tags and aliases go with it.
    ///
    /// - Throws: `registry.modelNotFound`, `registry.modelExists`, and `registry.versionIsDeployed` while a version of it
    ///   is live.
    func renameModel(
        _ name: String,
        to next: String,
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel

    /// Changes the description of the model `name`.
    func describeModel(
        _ name: String,
        as description: String,
        _ author: Attribution
    ) async throws(TrackingError) -> RegisteredModel

    /// Sets or, with `nil`, removes a tag of the model `name`.
    func setModelTag(
        _ key: String,
        to value: String?,
        on name: String,
        _ author: Attribution
    ) async throws(TrackingError)

    /// Deletes the model `name` with all its versions.
    ///
    /// - Throws: `registry.modelNotFound`, and `registry.versionIsDeployed` while a version of it is live.
    func deleteModel(_ name: String, _ author: Attribution) async throws(TrackingError)

    /// Returns a page of the registered models that meet `search`.
    func search(_ search: RegisteredModelSearch) async throws(TrackingError) -> RegistryPage<RegisteredModel>

    /// Returns a page of the versions that meet `search`.
    func search(_ search: ModelVersionSearch) async throws(TrackingError) -> RegistryPage<ModelVersion>

    /// Returns, by model, the version with the highest number of each stage.
    func newestByStage(of models: [String]) async throws(TrackingError) -> [String: [ModelVersion]]

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

    /// Changes the description of a version.
    func describeVersion(
        _ id: ModelVersionID,
        as description: String,
        _ author: Attribution
    ) async throws(TrackingError) -> ModelVersion

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
