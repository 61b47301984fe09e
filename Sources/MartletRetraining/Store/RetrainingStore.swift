package import MartletCore
package import MartletTracking

/// Keeps trainings that plans began, and the decisions that led to them.
///
/// Every implementation keeps these rules, and `RetrainingStoreContract` holds each one to them:
/// - A plan has at most one training under way.
/// - The same rows are trained with the same recipe once by a plan; only what failed may be tried again.
/// - A training under way has a lease, which its process prolongs; whoever finds it over may close the training, and one
///   that was closed is prolonged and ended no more.
/// - A training, the decision that began it and their ledger entries are one transaction.
package protocol RetrainingStore: Sendable {
    /// Begins a training.
    ///
    /// - Throws: `retraining.underWay`, `retraining.sameData`.
    func begin(_ attempt: RetrainingAttempt, _ decision: RetrainingRecord) async throws(TrackingError)

    /// Ends a training that is under way.
    ///
    /// - Throws: `retraining.notFound` when it is not.
    func end(_ attempt: RetrainingAttempt, _ author: Attribution) async throws(TrackingError)

    /// Says that the process of a training is at work, and is trusted to be until `moment`.
    ///
    /// - Throws: `retraining.notFound` when the training is not under way: others closed it.
    func prolong(_ attempt: RetrainingAttempt, until moment: EventTime) async throws(TrackingError)

    /// Ends a training whose process is gone, unless it gave a sign since the training was read.
    ///
    /// - Parameters:
    ///   - attempt: how it ended.
    ///   - lease: its lease as it was read.
    ///   - author: who found it.
    /// - Throws: `retraining.notFound` when it is not under way, or its lease is another one.
    func close(
        _ attempt: RetrainingAttempt,
        withLease lease: EventTime?,
        _ author: Attribution
    ) async throws(TrackingError)

    /// Keeps how the follow-up of a training ended.
    ///
    /// - Throws: `retraining.notFound` unless it is due; two processes may carry it out, and one of them writes it down.
    func settle(_ attempt: RetrainingAttempt, _ author: Attribution) async throws(TrackingError)

    /// Keeps a decision to wait; it is no entry of the ledger.
    func note(_ decision: RetrainingRecord) async throws(TrackingError)

    /// Returns the trainings of `plan`, the newest first.
    func attempts(of plan: String, limit: Int) async throws(TrackingError) -> [RetrainingAttempt]

    /// Returns the decisions about `plan`, the newest first.
    func decisions(of plan: String, limit: Int) async throws(TrackingError) -> [RetrainingRecord]
}

extension ErrorCode {
    /// A training of the plan is under way.
    package static let retrainingUnderWay = ErrorCode("retraining.underWay")
    /// The rows were trained on before.
    package static let retrainingSameData = ErrorCode("retraining.sameData")
    /// The training, or its follow-up, is not under way.
    package static let retrainingNotFound = ErrorCode("retraining.notFound")
}

extension LedgerAction {
    package static let retrainingStarted = LedgerAction("retraining.started")
    package static let retrainingEnded = LedgerAction("retraining.ended")
    package static let retrainingFollowedUp = LedgerAction("retraining.followedUp")
}
