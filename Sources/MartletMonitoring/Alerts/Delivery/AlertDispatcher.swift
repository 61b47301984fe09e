package import MartletCore
package import MartletTracking

/// Sends messages to channels.
package protocol AlertSender: Sendable {
    /// Sends `message` once; a failure is an outcome. An answer of SMTP counts as a status.
    func send(_ message: AlertMessage) async -> WebhookOutcome
}

/// Brings notices to channels, each at least once.
///
/// Several processes may run one; a lease keeps two from the same delivery at one time. A process that dies between the
/// receiver's answer and the note of it makes the notice come again, with the same delivery id.
package struct AlertDispatcher: Sendable {
    private let store: any AlertDeliveryStore
    private let sender: any AlertSender
    private let routing: AlertRouting
    private let writer: AlertWriter
    private let now: @Sendable () -> EventTime

    /// How long ended deliveries stay in the log.
    package static let retention = TimeSpan.days(30)

    /// Brings what `store` holds to the channels of `routing`; `now` is the time of receivers, not of the workspace.
    package init(
        store: any AlertDeliveryStore,
        sender: any AlertSender,
        routing: AlertRouting,
        writer: AlertWriter,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.sender = sender
        self.routing = routing
        self.writer = writer
        self.now = now
    }

    /// What was given up in a round.
    package struct Failure: Sendable, Hashable {
        package let channel: String
        package let alert: String
        package let reason: String
    }

    /// What a round did.
    package struct Round: Sendable, Hashable {
        package let triedCount: Int
        package let failures: [Failure]
    }

    /// Puts what the ledger says on its way, and sends what is due.
    ///
    /// - Returns: what was tried, and what was given up.
    /// - Throws: what the store throws; a receiver that fails is no error.
    @discardableResult
    package func deliverDue() async throws(TrackingError) -> Round {
        try await self.store.follow(self.routing, at: self.now())
        let tried = try await self.store.sendDue(
            now: self.now,
            lease: AlertSchedule.lease,
            wait: { delivery, outcome in
                // A channel that left the file waits for nobody.
                guard let channel = self.routing.channel(delivery.channel) else { return nil }
                return AlertSchedule.wait(
                    after: delivery.attemptCount,
                    isRefusal: channel.isRefusal(outcome),
                    jitter: Double.random(in: 0...1)
                )
            },
            send: { delivery in await self.send(delivery.notice, delivery.id, to: delivery.channel) }
        )
        let failures = tried.filter { $0.isOver && !$0.outcome.isSuccess }
            .map { delivery, outcome, _ in
                Failure(channel: delivery.channel, alert: delivery.notice.alert, reason: outcome.reason)
            }
        return Round(triedCount: tried.count, failures: failures)
    }

    /// Tells every Alertmanager again what fires and was told, since it forgets what nobody repeats.
    ///
    /// - Returns: the channels that did not take it, with the reason.
    package func remind(_ open: [Alert]) async -> [Failure] {
        let now = self.now()
        var failures: [Failure] = []
        let notices = open.filter { $0.phase == .firing && $0.toldAt != nil }.map { AlertNotice(.fired, $0, at: now) }
        for channel in self.routing.channels {
            guard case .alertmanager(let manager) = channel.kind else { continue }
            let own = notices.filter { self.routing.channels(for: $0).contains { $0.name == channel.name } }
            guard !own.isEmpty else { continue }
            let outcome: WebhookOutcome
            do throws(AlertWriter.Fault) {
                outcome = await self.sender.send(try self.writer.message(own, to: manager, at: now))
            } catch {
                outcome = WebhookOutcome(status: nil, failure: error.message)
            }
            if !outcome.isSuccess {
                failures.append(Failure(channel: channel.name, alert: "*", reason: outcome.reason))
            }
        }
        return failures
    }

    /// Forgets what ended long ago.
    package func prune() async throws(TrackingError) {
        try await self.store.pruneDeliveries(before: self.now() - Self.retention)
    }

    /// Sends an invented notice to the channel `name`, once, outside the log.
    ///
    /// - Throws: `alert.unknownName` with the nearest name.
    package func test(_ name: String) async throws(TrackingError) -> WebhookOutcome {
        guard self.routing.channel(name) != nil else {
            let known = self.routing.channels.map(\.name)
            throw TrackingError(
                .alertUnknownName,
                known.isEmpty
                    ? "slo.yaml declares no channel; write one under 'channels:'"
                    : "slo.yaml declares no channel '\(name.prefix(80))'." + NearestName.suggestion(name, among: known)
                        + " Channels: \(known.joined(separator: ", "))"
            )
        }
        let now = self.now()
        let text: Remark.Text = "this is a test of the channel '\(name)'; nothing is wrong"
        let summary = Remark("notice.test", text)
        var notice = AlertNotice(
            .fired,
            alert: "Example/endpoint:example",
            rule: "Example",
            subject: "endpoint:example",
            priority: .p3,
            summary: summary.text,
            runbook: "Nothing is to be done.",
            since: now,
            at: now
        )
        notice.remarks = AlertRemarks(summary: summary)
        return await self.send(notice, "test-\(now.microseconds)", to: name)
    }

    private func send(_ notice: AlertNotice, _ id: String, to name: String) async -> WebhookOutcome {
        guard let channel = self.routing.channel(name) else {
            return WebhookOutcome(status: nil, failure: "the channel is no longer in slo.yaml")
        }
        do throws(AlertWriter.Fault) {
            let message = try self.writer.message(notice, to: channel, deliveryID: id, at: self.now())
            return await self.sender.send(message)
        } catch {
            return WebhookOutcome(status: nil, failure: error.message)
        }
    }
}

extension WebhookOutcome {
    /// Why the receiver did not take it, as a person reads it.
    package var reason: String {
        self.failure ?? self.status.map { "the receiver answered \($0)" } ?? "the receiver did not answer"
    }
}
