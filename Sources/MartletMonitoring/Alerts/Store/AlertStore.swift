package import MartletCore
package import MartletTracking

/// Keeps alerts, those that are over too, and the times in which nobody is told of some.
///
/// Every implementation keeps these rules, and `AlertStoreContract` holds each one to them:
/// - A step takes in what one process finds, and is one transaction with the ledger entries of all that somebody is told:
///   what is returned was kept, and what was not kept is told by nobody.
/// - Several processes may step at the same time; each transition is returned to one of them only.
/// - Nothing is forgotten: alerts that are over stay, but those that nobody was told of because they held too shortly.
package protocol AlertStore: Sendable {
    /// Takes in all that one process finds at `now`, and returns what somebody is told.
    ///
    /// An alert is over when no process found it for a while.
    func step(
        _ findings: [AlertFinding],
        _ timing: AlertTiming,
        at now: EventTime
    ) async throws(TrackingError) -> [AlertTransition]

    /// The alerts that are not over, in the order of keys.
    func openAlerts() async throws(TrackingError) -> [Alert]

    /// The alerts that are over, the last to end first.
    func history(limit: Int) async throws(TrackingError) -> [Alert]

    /// The alert that `name` names: by its key the one that is not over, else the last; by its id that one.
    ///
    /// - Throws: `alert.notFound` with the nearest name.
    func alert(_ name: String) async throws(TrackingError) -> Alert

    /// Notes that somebody takes on a firing alert, named by its key or id.
    ///
    /// - Throws: `alert.notFound` when none of that name is firing.
    func acknowledge(_ name: String, _ author: Attribution) async throws(TrackingError) -> Alert

    /// Keeps a time in which nobody is told of what `silence` names.
    func add(_ silence: AlertSilence, at now: EventTime) async throws(TrackingError)

    /// Ends a silence before its time.
    ///
    /// - Throws: `alert.silenceNotFound` when it does not hold.
    func lift(_ silence: String, _ author: Attribution) async throws(TrackingError) -> AlertSilence

    /// The silences that hold at `now`, in the order of ids.
    func silences(at now: EventTime) async throws(TrackingError) -> [AlertSilence]
}

extension ErrorCode {
    /// No alert of that name is firing, or ever was.
    package static let alertNotFound = ErrorCode("alert.notFound")
    /// No silence of that id holds.
    package static let alertSilenceNotFound = ErrorCode("alert.silenceNotFound")
    /// Something asked of alerts that cannot be meant so.
    package static let alertInvalid = ErrorCode("alert.invalid")
}

extension LedgerAction {
    package static let alertSilenceLifted = LedgerAction("alert.silence_lifted")
}
