package import MartletTracking

/// Keeps releases, experiments and every decision about them.
///
/// Every implementation keeps these rules, and `ReleaseStoreContract` holds each one to them:
/// - An endpoint is held by at most one run that has not ended.
/// - A change of a run, the decisions that led to it and their ledger entries are one transaction.
/// - A change names the version it was made from; when another process was first, nothing changes.
package protocol ReleaseStore: Sendable {
    /// Stores a run that begins.
    ///
    /// - Throws: `release.endpointBusy` while another run holds the endpoint.
    func begin(
        _ run: ReleaseRun,
        _ decisions: [DecisionRecord],
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun

    /// Stores a run that moved on, and with `next` a run that takes the endpoint over from it.
    ///
    /// - Throws: `release.changedMeanwhile` unless the stored version is `version`; `release.notFound`.
    func save(
        _ run: ReleaseRun,
        expecting version: Int64,
        _ decisions: [DecisionRecord],
        followedBy next: ReleaseRun?,
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun

    /// Keeps a decision that changed nothing; it is no entry of the ledger.
    func note(_ look: DecisionRecord) async throws(TrackingError)

    /// Returns a run, or `nil`.
    func run(_ id: String) async throws(TrackingError) -> StoredRun?

    /// Returns the runs that have not ended.
    func openRuns() async throws(TrackingError) -> [StoredRun]

    /// Returns runs, the newest first; `endpoint` narrows them.
    func runs(of endpoint: String?, limit: Int) async throws(TrackingError) -> [StoredRun]

    /// Returns the decisions about `subject` after `sequence`, the oldest first.
    func decisions(
        about subject: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [StoredDecision]

    /// Returns the newest decision about `subject`, or `nil`.
    func newestDecision(about subject: String) async throws(TrackingError) -> StoredDecision?
}

extension LedgerAction {
    package static let releaseStarted = LedgerAction("release.started")
    package static let releaseDecided = LedgerAction("release.decided")
    package static let releaseCompleted = LedgerAction("release.completed")
    package static let releaseRolledBack = LedgerAction("release.rolledBack")
    package static let releaseExperimentStarted = LedgerAction("release.experimentStarted")
    package static let releaseExperimentEnded = LedgerAction("release.experimentEnded")
}
