package import MartletCore

/// Something on its way to a receiver.
package protocol QueuedDelivery: Sendable {
    /// Equal for every try, so that a receiver knows what it has had.
    var id: String { get }
    /// Tries so far, the one under way included.
    var attemptCount: Int { get set }
    /// When it is tried next.
    var dueAt: EventTime { get set }
}

/// Keeps what is on its way to receivers.
///
/// Every implementation keeps these rules:
/// - A delivery that was claimed and not finished is due again when its lease ends.
/// - What ended stays as a log until it is pruned.
package protocol DeliveryQueue: Sendable {
    associatedtype Delivery: QueuedDelivery

    /// Returns when the next waiting delivery that may be sent is due, or `nil`.
    func nextDue() async throws(TrackingError) -> EventTime?

    /// Takes deliveries that are due, the oldest first, each with one more try, and keeps others off until `lease`.
    func claimDeliveries(
        at now: EventTime,
        until lease: EventTime,
        limit: Int
    ) async throws(TrackingError) -> [Delivery]

    /// Writes down what came of a try; `retryAt` is `nil` when there is none after it.
    func finish(
        _ id: String,
        _ outcome: WebhookOutcome,
        retryAt: EventTime?,
        at now: EventTime
    ) async throws(TrackingError)

    /// Makes a delivery that ended due again, to be tried anew.
    ///
    /// - Throws: `webhook.notFound`.
    func redeliver(_ id: String, at now: EventTime) async throws(TrackingError)

    /// Forgets deliveries that ended before `moment`, and returns how many.
    @discardableResult
    func pruneDeliveries(before moment: EventTime) async throws(TrackingError) -> Int
}

/// One look at what is due, and one try of each.
package enum DeliveryRound {
    /// The most deliveries under way at one time.
    package static let batchLimit = 16
}

extension DeliveryQueue {
    /// Sends what is due.
    ///
    /// - Parameters:
    ///   - now: asked before and after the tries.
    ///   - lease: how long one try may take before another process takes it over.
    ///   - wait: how long to wait after a try that failed; `nil` gives up.
    ///   - send: tries once; a failure is an outcome.
    /// - Returns: what was tried, with what came of it.
    /// - Throws: what the queue throws; a receiver that fails is no error.
    @discardableResult
    package func sendDue(
        now: @Sendable () -> EventTime,
        lease: TimeSpan = WebhookSchedule.lease,
        wait: (Delivery, WebhookOutcome) -> TimeSpan?,
        send: @escaping @Sendable (Delivery) async -> WebhookOutcome
    ) async throws(TrackingError) -> [(delivery: Delivery, outcome: WebhookOutcome, isOver: Bool)] {
        let start = now()
        guard let due = try await self.nextDue(), due <= start else { return [] }
        let claimed = try await self.claimDeliveries(
            at: start,
            until: start + lease,
            limit: DeliveryRound.batchLimit
        )
        let outcomes = await withTaskGroup(of: (Delivery, WebhookOutcome).self) { tasks in
            for delivery in claimed { tasks.addTask { (delivery, await send(delivery)) } }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        var tried: [(delivery: Delivery, outcome: WebhookOutcome, isOver: Bool)] = []
        for (delivery, outcome) in outcomes {
            let end = now()
            let pause = outcome.isSuccess ? nil : wait(delivery, outcome)
            try await self.finish(delivery.id, outcome, retryAt: pause.map { end + $0 }, at: end)
            tried.append((delivery, outcome, pause == nil))
        }
        return tried
    }
}
