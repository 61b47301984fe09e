package import MartletCore

/// Something a person did that may have come of a prediction: saw it, clicked, asked, signed.
package struct Interaction: Sendable, Hashable {
    /// Given by the caller; the same id is the same interaction, however often it is sent.
    package var id: String
    package var at: EventTime
    /// What happened, such as `impression`, `click`, `inquiry`, `contract`, or a word of the caller's own.
    package var kind: String
    /// Who did it: the unit that predictions were asked for.
    package var unit: String?
    /// The prediction it came of, when the caller knows.
    package var requestID: String?
    /// How much, such as the amount of a contract.
    package var amount: Double?
    package var endpoint: String

    /// Describes an interaction.
    package init(
        id: String,
        at: EventTime,
        kind: String,
        unit: String? = nil,
        requestID: String? = nil,
        amount: Double? = nil,
        endpoint: String
    ) {
        self.id = id
        self.at = at
        self.kind = kind
        self.unit = unit
        self.requestID = requestID
        self.amount = amount
        self.endpoint = endpoint
    }

    /// Checks lengths, numbers, and that it can be joined to a prediction.
    ///
    /// - Parameter now: the moment it arrived; it cannot lie more than a day behind it.
    /// - Throws: `feedback.invalid` with what to change.
    package func validate(now: EventTime) throws(TrackingError) {
        let rule = FeedbackRule(what: "interaction", id: self.id)
        try rule.checkIdentity(self.endpoint, self.at, now: now)
        guard RegistryNames.isWord(self.kind, limit: 64) else {
            throw rule.error("its kind is no name; use 1 to 64 letters, digits, '-', '_' and '.', such as click")
        }
        try rule.checkLength(self.unit, "unit")
        try rule.checkLength(self.requestID, "request_id")
        guard self.unit != nil || self.requestID != nil else {
            throw rule.error("it has neither a 'unit' nor a 'request_id', so no prediction can be found for it")
        }
        guard self.amount?.isFinite ?? true else { throw rule.error("its amount is not a finite number") }
    }

    /// Whether `other`, of the same id, says the same; the time is not compared, since the server may have given it.
    package func agrees(with other: Interaction) -> Bool {
        var copy = other
        copy.at = self.at
        return copy == self
    }
}
