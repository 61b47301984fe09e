package import MartletCore

/// How much of the hosts was used in one minute: the most that any process read.
package struct HostMinute: Sendable, Hashable {
    /// Minutes since 1970-01-01T00:00:00Z.
    package let minute: Int64
    package let use: HostUse

    /// Describes a minute.
    package init(minute: Int64, use: HostUse) {
        self.minute = minute
        self.use = use
    }
}

/// A time in which a variant of an endpoint was out.
package struct OutageSpan: Sendable, Hashable {
    package let endpoint: String
    package let variant: String
    package let reason: String
    /// When it was taken out.
    package let at: EventTime
    /// When it was seen to be out last.
    package let seenAt: EventTime

    /// For how long after it was seen to be out it counts as out: a little more than the time between two looks.
    static let patience = TimeSpan.seconds(30)

    /// Describes a time out.
    package init(endpoint: String, variant: String, reason: String, at moment: EventTime, seenAt: EventTime) {
        self.endpoint = endpoint
        self.variant = variant
        self.reason = reason
        self.at = moment
        self.seenAt = seenAt
    }

    func holds(at now: EventTime) -> Bool { self.at <= now && now <= self.seenAt + Self.patience }
}

/// An A/B test, from when both variants were served.
package struct PastExperiment: Sendable, Hashable {
    package let endpoint: String
    package let id: String
    package let since: EventTime
    /// When it ended; `nil` while it goes on.
    package let until: EventTime?

    /// Describes an A/B test.
    package init(endpoint: String, id: String, since: EventTime, until: EventTime?) {
        self.endpoint = endpoint
        self.id = id
        self.since = since
        self.until = until
    }
}

/// A change of what an endpoint serves.
package struct PastChange: Sendable, Hashable {
    package let endpoint: String
    package let at: EventTime

    /// Describes a change.
    package init(endpoint: String, at moment: EventTime) {
        self.endpoint = endpoint
        self.at = moment
    }
}

/// What one look at live traffic found.
package struct PastLook: Sendable {
    package let at: EventTime
    package let comparisons: [AlertFacts.Comparison]

    /// Describes a look.
    package init(at moment: EventTime, comparisons: [AlertFacts.Comparison]) {
        self.at = moment
        self.comparisons = comparisons
    }
}
