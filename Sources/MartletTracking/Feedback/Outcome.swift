package import MartletCore

/// What came true of what was predicted: a price that was paid, a part that broke or held.
package struct Outcome: Sendable, Hashable {
    /// Given by the caller; the same id is the same outcome, however often it is sent.
    package var id: String
    /// When it came true.
    package var at: EventTime
    package var endpoint: String
    /// The prediction it answers, when the caller knows.
    package var requestID: String?
    /// The entity it is about, as the entity keys of the predictions name it; several keys joined by `|`.
    package var entity: String?
    /// What was to be predicted.
    package var value: Double

    /// Describes an outcome.
    package init(
        id: String,
        at: EventTime,
        endpoint: String,
        requestID: String? = nil,
        entity: String? = nil,
        value: Double
    ) {
        self.id = id
        self.at = at
        self.endpoint = endpoint
        self.requestID = requestID
        self.entity = entity
        self.value = value
    }

    /// Checks lengths, numbers, and that it can be joined to a prediction.
    ///
    /// - Parameter now: the moment it arrived; it cannot lie more than a day behind it.
    /// - Throws: `feedback.invalid` with what to change.
    package func validate(now: EventTime) throws(TrackingError) {
        let rule = FeedbackRule(what: "outcome", id: self.id)
        try rule.checkIdentity(self.endpoint, self.at, now: now)
        try rule.checkLength(self.requestID, "request_id")
        try rule.checkLength(self.entity, "entity")
        guard self.requestID != nil || self.entity != nil else {
            throw rule.error("it has neither a 'request_id' nor an 'entity', so no prediction can be found for it")
        }
        guard self.value.isFinite else { throw rule.error("its value is not a finite number") }
    }

    /// Whether `other`, of the same id, says the same; the time is not compared, since the server may have given it.
    package func agrees(with other: Outcome) -> Bool {
        var copy = other
        copy.at = self.at
        return copy == self
    }
}
