/// Where a spool keeps calls until a server has carried them out.
package protocol SpoolJournal: Sendable {
    /// Adds a call at the end, durable on return, with what is to be known of the objects it makes or changes.
    ///
    /// - Returns: its place in the order.
    func append(_ call: SpooledCall, knowing objects: [SpoolObject]) async throws(TrackingError) -> Int64

    /// The first call that waits, or `nil`.
    func first() async throws(TrackingError) -> SpooledCall?

    /// How many calls wait, and how many were refused.
    func counts() async throws(TrackingError) -> (waiting: Int, refused: Int)

    /// Takes a call out because it was carried out; `realID` is what the server calls what it made.
    func finish(_ call: SpooledCall, realID: String?) async throws(TrackingError)

    /// Deletes the file of a call that was never kept.
    func discard(_ call: SpooledCall)

    /// Sets a call aside that the server refuses, with its answer; nothing is deleted.
    func refuse(_ call: SpooledCall, _ answer: SpoolAnswer) async throws(TrackingError)

    /// The calls that were refused, the oldest first, with the status and the text of the answers.
    func refusals(limit: Int) async throws(TrackingError) -> [(call: SpooledCall, status: Int, answer: String)]

    /// The server's ids by those the spool gave.
    func names() async throws(TrackingError) -> [String: String]

    /// What is known of an object, or `nil`.
    func object(_ kind: SpoolObject.Kind, _ id: String) async throws(TrackingError) -> SpoolObject?

    /// The waiting calls whose target or body holds `text`, in order.
    func waitingCalls(mentioning text: String) async throws(TrackingError) -> [SpooledCall]

    /// Keeps what is known of an object; it may be forgotten in a crash of the machine.
    func remember(_ object: SpoolObject) async throws(TrackingError)
}

/// The server a spool sends to.
package protocol SpoolUpstream: Sendable {
    /// Sends a call and returns the answer.
    ///
    /// - Parameters:
    ///   - call: what to send.
    ///   - authorization: how a client showed who it is, for a spool that was given no key of its own.
    /// - Returns: the answer, whatever its status.
    /// - Throws: `spool.unreachable` when there was no answer; whether the call was carried out is then not known.
    func send(_ call: SpooledCall, authorization: String?) async throws(TrackingError) -> SpoolAnswer
}
