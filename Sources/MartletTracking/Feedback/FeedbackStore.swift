/// What became of a batch of interactions or outcomes.
package struct FeedbackReceipt: Sendable, Hashable {
    /// How many were new.
    package var acceptedCount: Int
    /// How many were there already, or twice in the batch.
    package var duplicateCount: Int

    /// Counts a batch.
    package init(acceptedCount: Int, duplicateCount: Int) {
        self.acceptedCount = acceptedCount
        self.duplicateCount = duplicateCount
    }
}

/// An interaction or outcome with its place in the order of arrival.
package struct Arrival<Value: Sendable & Hashable>: Sendable, Hashable {
    /// 1 for the first that arrived, then one more each.
    package var sequence: Int64
    package var value: Value

    /// Gives `value` its place.
    package init(sequence: Int64, value: Value) {
        self.sequence = sequence
        self.value = value
    }
}

/// Keeps interactions and outcomes in the order of arrival.
///
/// Every implementation keeps these rules, and `FeedbackStoreContract` holds each one to them:
/// - A batch is recorded whole or not at all, and durably before the call returns.
/// - An id is recorded once; sending it again changes nothing. Another content under a known id refuses the batch.
/// - Sequences have no gaps and grow in the order in which batches become visible, so that a reader who goes on after the
///   last sequence it saw misses nothing.
package protocol FeedbackStore: Sendable {
    /// Records interactions.
    ///
    /// - Throws: `feedback.conflict`.
    func record(_ interactions: [Interaction]) async throws(TrackingError) -> FeedbackReceipt

    /// Records outcomes.
    ///
    /// - Throws: `feedback.conflict`.
    func record(_ outcomes: [Outcome]) async throws(TrackingError) -> FeedbackReceipt

    /// Returns the interactions at `endpoint` after `sequence`, in the order of arrival.
    func interactions(
        at endpoint: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [Arrival<Interaction>]

    /// Returns the outcomes at `endpoint` after `sequence`, in the order of arrival.
    func outcomes(
        at endpoint: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [Arrival<Outcome>]
}
