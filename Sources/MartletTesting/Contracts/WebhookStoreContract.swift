import Foundation
import MartletCore
package import MartletTracking

/// The rules every `WebhookStore` keeps, with the registry whose changes it tells of.
package enum WebhookStoreContract {
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1_000))

    /// Returns the rules that the empty `store` broke; `registry` lies in the same store.
    package static func violations(
        of store: any WebhookStore,
        registry: any ModelRegistry
    ) async throws -> [String] {
        var report = ContractReport()
        try await Self.checkWebhooks(store, &report)
        try await Self.checkOutbox(store, registry, &report)
        try await Self.checkDeliveries(store, &report)
        return report.violations
    }

    private static func webhook(_ id: String, events: [WebhookEvent]) -> Webhook {
        Webhook(
            id: id,
            name: "hook \(id)",
            description: "tells",
            url: "https://example.org/\(id)",
            format: .slack,
            events: events,
            sealedSecret: Data([1, 0, 2]),
            author: Self.ada,
            updatedAt: Self.ada.at
        )
    }

    private static func checkWebhooks(_ store: any WebhookStore, _ report: inout ContractReport) async throws {
        var first = Self.webhook("a", events: [.modelVersionCreated, .modelVersionApproved])
        try await store.addWebhook(first)
        try await store.addWebhook(Self.webhook("b", events: [.endpointDeployed]))
        await report.expect(.invalidWebhook, "a webhook needs an address") {
            var broken = first
            broken.url = "nowhere"
            try await store.addWebhook(broken)
        }
        let kept = try await store.webhook("a")
        report.expect(kept == first, "a webhook is kept whole")
        first.name = "renamed"
        first.sealedSecret = nil
        first.updatedAt = EventTime(microseconds: 2_000)
        try await store.updateWebhook(first, Self.ada)
        let changed = try await store.webhook("a")
        report.expect(changed == first, "a webhook can be changed")
        let page = try await store.webhooks(limit: 1, offset: 1).map(\.id)
        report.expect(page == ["b"], "webhooks are listed in pages")
        await report.expect(.webhookNotFound, "a webhook that is not there is not changed") {
            try await store.updateWebhook(Self.webhook("x", events: [.endpointDeployed]), Self.ada)
        }
    }

    private static func checkOutbox(
        _ store: any WebhookStore,
        _ registry: any ModelRegistry,
        _ report: inout ContractReport
    ) async throws {
        let none = try await store.nextDue()
        report.expect(none == nil, "nothing is due before anything happened")
        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
        let version = try await registry.register(new, Self.ada)
        _ = try await registry.decide(.approved, on: version.id, Self.ada)
        await report.expect(.alreadyDecided, "a decision is made once") {
            _ = try await registry.decide(.approved, on: version.id, Self.ada)
        }
        let deliveries = try await store.deliveries(of: nil, limit: 10)
        report.expect(
            deliveries.map(\.notice.event).sorted { $0.description < $1.description }
                == [.modelVersionApproved, .modelVersionCreated],
            "a delivery is there for each event that a webhook waits for, and for a refused change none"
        )
        report.expect(deliveries.allSatisfy { $0.webhookID == "a" }, "a webhook is told what it waits for only")
    }

    private static func checkDeliveries(_ store: any WebhookStore, _ report: inout ContractReport) async throws {
        let now = EventTime(microseconds: 10_000)
        let lease = now + .seconds(60)
        let claimed = try await store.claimDeliveries(at: now, until: lease, limit: 10)
        report.expect(claimed.count == 2 && claimed.allSatisfy { $0.attemptCount == 1 }, "what is due is claimed")
        let again = try await store.claimDeliveries(at: now, until: lease, limit: 10)
        report.expect(again.isEmpty, "what is claimed is not claimed again")
        guard claimed.count == 2 else { return }
        let retryAt = now + .seconds(10)
        try await store.finish(claimed[0].id, WebhookOutcome(status: 200, body: "ok"), retryAt: nil, at: now)
        try await store.finish(claimed[1].id, WebhookOutcome(status: 503), retryAt: retryAt, at: now)
        let due = try await store.nextDue()
        report.expect(due == retryAt, "a try that failed is due when it is tried again")
        let second = try await store.claimDeliveries(at: retryAt, until: lease, limit: 10)
        report.expect(second.map(\.id) == [claimed[1].id] && second.first?.attemptCount == 2, "it is tried again")
        let expired = try await store.claimDeliveries(at: lease, until: lease + .seconds(60), limit: 10)
        report.expect(expired.map(\.id) == [claimed[1].id], "a claim that was never finished is due when it ends")
        try await store.finish(claimed[1].id, WebhookOutcome(status: nil, failure: "gone"), retryAt: nil, at: lease)
        let log = try await store.deliveries(of: "a", limit: 10)
        let delivered = log.first { $0.id == claimed[0].id }
        let failed = log.first { $0.id == claimed[1].id }
        report.expect(
            delivered?.state == .delivered && delivered?.outcome == WebhookOutcome(status: 200, body: "ok"),
            "the log keeps what the receiver answered"
        )
        report.expect(failed?.state == .failed && failed?.outcome?.failure == "gone", "the log keeps what failed")
        try await store.redeliver(claimed[1].id, at: lease)
        let anew = try await store.nextDue()
        report.expect(anew == lease, "a delivery that ended can be made due again")
        let pruned = try await store.pruneDeliveries(before: lease)
        report.expect(pruned == 1, "what ended is forgotten in time, what waits is not")
        var disabled = Self.webhook("a", events: [.modelVersionCreated])
        disabled.status = .disabled
        try await store.updateWebhook(disabled, Self.ada)
        let asleep = try await store.nextDue()
        report.expect(asleep == nil, "a disabled webhook is told nothing")
        try await store.removeWebhook("a", Self.ada)
        let rest = try await store.deliveries(of: nil, limit: 10)
        report.expect(rest.isEmpty, "a webhook is removed with what was on its way to it")
        await report.expect(.webhookNotFound, "a delivery that is not there is not repeated") {
            try await store.redeliver("x", at: lease)
        }
    }
}
