package import MartletCore
package import MartletTracking

/// A notice on its way to one channel.
package struct AlertDelivery: QueuedDelivery, Hashable {
    package let id: String
    package let channel: String
    /// The place in the ledger of what is told; notices of one alert reach a channel in this order.
    package let place: Int64
    package let notice: AlertNotice
    package var state: WebhookDelivery.State
    package var attemptCount: Int
    /// When it is tried next.
    package var dueAt: EventTime
    /// What came of the last try.
    package var outcome: WebhookOutcome?
    package var finishedAt: EventTime?

    /// Describes a delivery as a store holds it.
    package init(
        id: String,
        channel: String,
        place: Int64,
        notice: AlertNotice,
        state: WebhookDelivery.State = .waiting,
        attemptCount: Int = 0,
        dueAt: EventTime,
        outcome: WebhookOutcome? = nil,
        finishedAt: EventTime? = nil
    ) {
        self.id = id
        self.channel = channel
        self.place = place
        self.notice = notice
        self.state = state
        self.attemptCount = attemptCount
        self.dueAt = dueAt
        self.outcome = outcome
        self.finishedAt = finishedAt
    }
}

/// Keeps notices on their way to channels.
///
/// Every implementation keeps these rules, and `AlertDeliveryStoreContract` holds each one to them:
/// - What the ledger says of an alert is put on its way once, however often and by however many processes it is followed.
/// - A notice may be sent to a channel only when no earlier one of the same alert waits for that channel.
package protocol AlertDeliveryStore: DeliveryQueue where Delivery == AlertDelivery {
    /// Puts what the ledger says since the last call on its way; the first call ever begins at the ledger's end.
    ///
    /// - Returns: how many deliveries were added.
    @discardableResult
    func follow(_ routing: AlertRouting, at now: EventTime) async throws(TrackingError) -> Int

    /// Puts `notice` on its way to `channels`, whatever the routes say; what `id` names is put on its way once.
    func send(_ notice: AlertNotice, to channels: [String], id: String, at now: EventTime) async throws(TrackingError)

    /// Returns deliveries, the newest first; `nil` as `channel` or as the name of an alert is all.
    func deliveries(to channel: String?, of alert: String?, limit: Int) async throws(TrackingError) -> [AlertDelivery]
}

extension AlertDeliveryStore {
    /// Returns deliveries of all alerts, the newest first; `nil` as `channel` is all.
    package func deliveries(to channel: String?, limit: Int) async throws(TrackingError) -> [AlertDelivery] {
        try await self.deliveries(to: channel, of: nil, limit: limit)
    }
}

/// When a notice that did not arrive is sent again.
///
/// After 5 seconds, then twice as long each, at most 10 minutes, for about a day. A receiver that refuses is asked three
/// times in all: it would say the same, until a person changes something.
package enum AlertSchedule {
    /// The most tries.
    package static let attemptLimit = 150
    /// The most tries at a receiver that refuses.
    package static let refusalLimit = 3
    /// How long one try may take before another process, or the next start, takes it over.
    ///
    /// Short, since somebody waits for the news; a receiver that takes longer may have it twice, by the same id.
    package static let lease = TimeSpan.seconds(20)

    /// How long to wait after try number `attempt`, or `nil` after the last; `jitter`, 0 to 1, moves it within a fifth.
    package static func wait(after attempt: Int, isRefusal: Bool, jitter: Double) -> TimeSpan? {
        guard attempt < (isRefusal ? Self.refusalLimit : Self.attemptLimit) else { return nil }
        var seconds = 5.0
        for _ in 1..<max(1, attempt) { seconds = min(seconds * 2, 600) }
        return TimeSpan(microseconds: Int64(seconds * (0.8 + 0.4 * min(max(jitter, 0), 1)) * 1_000_000))
    }
}

extension AlertChannel {
    /// Whether `outcome` is a refusal that a later try will meet again.
    package func isRefusal(_ outcome: WebhookOutcome) -> Bool {
        guard let status = outcome.status else { return false }
        if case .email = self.kind { return (500..<600).contains(status) }
        // Too early, too slow and too much are no refusals.
        return (300..<500).contains(status) && ![408, 425, 429].contains(status)
    }
}
