import MartletCore
import MartletTracking

/// Puts events on their way, inside the transaction of the change they tell of.
enum WebhookOutbox {
    /// Adds a delivery for each active webhook that waits for what `entry` records.
    ///
    /// The ids come from the entry's place in the ledger, so that no event is put on its way twice.
    static func add(_ record: LedgerRecord, _ entry: LedgerEntry, in database: any SQLConnection) throws {
        let notices = WebhookNotice.of(record)
        guard !notices.isEmpty else { return }
        let webhooks = try database.rows(
            "SELECT id, events FROM webhooks WHERE status = ? ORDER BY id",
            [Webhook.Status.active.rawValue]
        )
        for row in webhooks {
            let webhook: String = row["id"]
            let events = WebhookRows.events(row["events"])
            for (position, notice) in notices.enumerated() where events.contains(notice.event) {
                try database.run(
                    """
                    INSERT INTO webhook_deliveries (id, webhook, event, actor, at, data, state, attempts, due_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING
                    """,
                    [
                        "\(entry.sequence)-\(position)-\(webhook)", webhook, notice.event.description, notice.actor,
                        notice.at, JSONValue.object(notice.data).canonicalText, WebhookDelivery.State.waiting.rawValue,
                        notice.at,
                    ]
                )
            }
        }
    }
}
