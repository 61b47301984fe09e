package import MartletCore

/// One event on its way to one webhook.
package struct WebhookDelivery: QueuedDelivery, Hashable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, CaseIterable {
        case waiting, delivered
        /// Given up after the last try.
        case failed
    }

    package var id: String
    package var webhookID: String
    package var notice: WebhookNotice
    package var state: State
    /// Tries so far, the one under way included.
    package var attemptCount: Int
    /// When it is tried next.
    package var dueAt: EventTime
    /// What came of the last try.
    package var outcome: WebhookOutcome?
    package var finishedAt: EventTime?

    /// Describes a delivery as a store holds it.
    package init(
        id: String,
        webhookID: String,
        notice: WebhookNotice,
        state: State = .waiting,
        attemptCount: Int = 0,
        dueAt: EventTime,
        outcome: WebhookOutcome? = nil,
        finishedAt: EventTime? = nil
    ) {
        self.id = id
        self.webhookID = webhookID
        self.notice = notice
        self.state = state
        self.attemptCount = attemptCount
        self.dueAt = dueAt
        self.outcome = outcome
        self.finishedAt = finishedAt
    }
}

/// What came of one try.
package struct WebhookOutcome: Sendable, Hashable {
    /// The status the receiver answered with; `nil` when there was no answer.
    package var status: Int?
    /// The beginning of the answer.
    package var body: String
    /// Why there was no answer; never the address.
    package var failure: String?

    /// Describes one try; of the body 500 characters are kept.
    package init(status: Int?, body: String = "", failure: String? = nil) {
        self.status = status
        self.body = String(body.prefix(500))
        self.failure = failure
    }

    /// Whether the receiver took it.
    package var isSuccess: Bool { self.status.map { (200..<300).contains($0) } ?? false }
}

/// When a delivery that failed is tried again.
package enum WebhookSchedule {
    /// The most tries; with the waits between them they last about 15 hours.
    package static let attemptLimit = 10
    /// How long one try may take before another process takes it over.
    package static let lease = TimeSpan.seconds(60)

    /// How long to wait after try number `attempt`, or `nil` after the last.
    ///
    /// 10 seconds, then three times as long each, at most 6 hours; `jitter`, 0 to 1, moves it within a fifth up or down
    /// so that many failures are not repeated at one moment.
    package static func wait(after attempt: Int, jitter: Double) -> TimeSpan? {
        guard attempt < Self.attemptLimit else { return nil }
        var seconds = 10.0
        for _ in 1..<max(1, attempt) { seconds = min(seconds * 3, 21_600) }
        return TimeSpan(microseconds: Int64(seconds * (0.8 + 0.4 * min(max(jitter, 0), 1)) * 1_000_000))
    }
}

/// Sends messages to addresses.
package protocol WebhookSender: Sendable {
    /// Posts `message` to `url` once, following no redirect; a failure is an outcome.
    func send(_ message: WebhookMessage, to url: String) async -> WebhookOutcome
}

/// Keeps webhooks, and the events on their way to them.
///
/// Every implementation keeps these rules, and `WebhookStoreContract` holds each one to them:
/// - A delivery is there exactly when the change it tells of is: both were written in one transaction.
/// - What a ``DeliveryQueue`` keeps; only deliveries of active webhooks may be sent.
package protocol WebhookStore: DeliveryQueue where Delivery == WebhookDelivery {
    /// Adds a webhook.
    ///
    /// - Throws: `webhook.invalid`.
    func addWebhook(_ webhook: Webhook) async throws(TrackingError)

    /// Replaces the webhook of the same id.
    ///
    /// - Throws: `webhook.notFound`, `webhook.invalid`.
    func updateWebhook(_ webhook: Webhook, _ author: Attribution) async throws(TrackingError)

    /// Removes a webhook and what was on its way to it.
    ///
    /// - Throws: `webhook.notFound`.
    func removeWebhook(_ id: String, _ author: Attribution) async throws(TrackingError)

    /// Returns the webhook `id`, or `nil`.
    func webhook(_ id: String) async throws(TrackingError) -> Webhook?

    /// Returns webhooks, the newest first.
    func webhooks(limit: Int, offset: Int) async throws(TrackingError) -> [Webhook]

    /// Returns deliveries, the newest first; `nil` as `webhookID` is all.
    func deliveries(of webhookID: String?, limit: Int) async throws(TrackingError) -> [WebhookDelivery]
}

extension ErrorCode {
    /// No event has that name.
    package static let unknownWebhookEvent = ErrorCode("webhook.unknownEvent")
    /// A webhook whose name, address or events cannot be used.
    package static let invalidWebhook = ErrorCode("webhook.invalid")
    /// A webhook or delivery of that id is not there.
    package static let webhookNotFound = ErrorCode("webhook.notFound")
}

extension LedgerAction {
    package static let webhookAdded = LedgerAction("webhook.added")
    package static let webhookChanged = LedgerAction("webhook.changed")
    package static let webhookRemoved = LedgerAction("webhook.removed")
}
