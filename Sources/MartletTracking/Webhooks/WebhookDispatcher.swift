package import MartletCore

/// Brings waiting deliveries to their webhooks, each at least once.
///
/// Several processes may run one; a lease keeps two from the same delivery at one time. A process that dies between the
/// receiver's answer and the note of it makes the delivery come again, with the same delivery id.
package struct WebhookDispatcher: Sendable {
    private let store: any WebhookStore
    private let sender: any WebhookSender
    private let secret: WorkspaceSecret
    private let now: @Sendable () -> EventTime

    /// The most deliveries under way at one time.
    package static let batchLimit = DeliveryRound.batchLimit
    /// How long ended deliveries stay in the log.
    package static let retention = TimeSpan.days(30)

    /// Stands on a store and a sender; `secret` opens the webhooks' own.
    package init(
        store: any WebhookStore,
        sender: any WebhookSender,
        secret: WorkspaceSecret,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.sender = sender
        self.secret = secret
        self.now = now
    }

    /// Sends what is due.
    ///
    /// - Returns: how many deliveries were tried.
    /// - Throws: what the store throws; a receiver that fails is no error.
    @discardableResult
    package func deliverDue() async throws(TrackingError) -> Int {
        let tried = try await self.store.sendDue(
            now: self.now,
            wait: { delivery, _ in
                WebhookSchedule.wait(after: delivery.attemptCount, jitter: Double.random(in: 0...1))
            },
            send: { delivery in await self.send(delivery) }
        )
        return tried.count
    }

    /// Forgets what ended long ago.
    package func prune() async throws(TrackingError) {
        try await self.store.pruneDeliveries(before: self.now() - Self.retention)
    }

    /// Sends an invented notice of `event` to `webhook`, once, outside the log.
    package func test(_ webhook: Webhook, _ event: WebhookEvent) async -> WebhookOutcome {
        let now = self.now()
        return await self.send(.sample(of: event, at: now), "test-\(now.microseconds)", to: webhook)
    }

    private func send(_ delivery: WebhookDelivery) async -> WebhookOutcome {
        do {
            guard let webhook = try await self.store.webhook(delivery.webhookID) else {
                return WebhookOutcome(status: nil, failure: "the webhook was removed")
            }
            return await self.send(delivery.notice, delivery.id, to: webhook)
        } catch {
            return WebhookOutcome(status: nil, failure: error.message)
        }
    }

    private func send(_ notice: WebhookNotice, _ id: String, to webhook: Webhook) async -> WebhookOutcome {
        var secret: String?
        if let sealed = webhook.sealedSecret {
            guard let opened = self.secret.open(sealed) else {
                return WebhookOutcome(
                    status: nil,
                    failure: "the webhook's secret was sealed with another workspace secret; set it again"
                )
            }
            secret = opened
        }
        let message = WebhookMessage(notice, as: webhook.format, deliveryID: id, secret: secret, at: self.now())
        return await self.sender.send(message, to: webhook.url)
    }
}
