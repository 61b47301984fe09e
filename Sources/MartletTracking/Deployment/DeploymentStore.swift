/// Keeps which model versions each endpoint serves.
///
/// Every implementation keeps these rules, and `DeploymentStoreContract` holds each one to them:
/// - Only an approved version answers, and each change is in the ledger, all in one transaction.
/// - A version behind an endpoint, a shadow among them, is neither rejected nor deleted.
/// - The revision grows with every change of any endpoint, so that a gateway polls one number.
package protocol DeploymentStore: Sendable {
    /// Puts one version behind `endpoint` for everybody; the endpoint is made when it is new.
    ///
    /// Deploying what is already there makes a new revision too, so that a gateway loads it afresh.
    ///
    /// - Throws: `deployment.versionNotApproved`, `registry.versionNotFound`, `deployment.invalidEndpointName`.
    func deploy(
        _ version: ModelVersionID,
        to endpoint: String,
        _ author: Attribution
    ) async throws(TrackingError) -> Deployment

    /// Sets the variants of `endpoint`; the endpoint is made when it is new.
    ///
    /// Every version is approved; that of a shadow is only registered. The buckets grow out of those before
    /// (``EndpointTraffic/following(_:)``). The ledger entry is `endpoint.routed`. `revision` is the
    /// ``Deployment/revision`` of the endpoint that the caller knows, 0 for none, or `nil` for whatever is there.
    ///
    /// - Throws: `deployment.changedMeanwhile` when the endpoint's revision is another, `deployment.invalidTraffic`,
    ///   `deployment.versionNotApproved`, `registry.versionNotFound`, `deployment.invalidEndpointName`.
    func route(
        _ traffic: EndpointTraffic,
        at endpoint: String,
        expecting revision: Int64?,
        _ author: Attribution
    ) async throws(TrackingError) -> Deployment

    /// Takes `endpoint` down.
    ///
    /// - Throws: `deployment.endpointNotFound` when it is not live.
    func remove(endpoint: String, _ author: Attribution) async throws(TrackingError)

    /// Returns what `endpoint` serves, or `nil`.
    func deployment(of endpoint: String) async throws(TrackingError) -> Deployment?

    /// Returns all that is live, in one snapshot.
    func snapshot() async throws(TrackingError) -> DeploymentSnapshot

    /// Returns the deployments `endpoint` ever had, the newest first.
    func history(of endpoint: String, limit: Int) async throws(TrackingError) -> [Deployment]

    /// Returns the revision: 0 before the first change; cheap enough to ask many times a second.
    func revision() async throws(TrackingError) -> Int64
}
