import Foundation
import MartletCore
package import MartletTracking

/// Webhooks and deliveries in the metadata database.
package struct SQLWebhookStore: WebhookStore, SQLDeliveryQueue {
    let database: MetadataDatabase

    static let noun = (one: "delivery", many: "deliveries")
    static let table = DeliveryTable(
        name: "webhook_deliveries",
        isSendable: "d.webhook IN (SELECT w.id FROM webhooks w WHERE w.status = '\(Webhook.Status.active.rawValue)')",
        listing: "martlet webhooks deliveries"
    )

    /// Keeps webhooks in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func addWebhook(_ webhook: Webhook) async throws(TrackingError) {
        try webhook.validate()
        try webhook.author.validate()
        try await self.database.write(to: "add the webhook '\(webhook.name)'") { database in
            try database.run(
                """
                INSERT INTO webhooks (
                    name, description, url, format, events, status, sealed_secret, updated_at, created_at, created_by, id
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                WebhookRows.columns(webhook) + [webhook.author.at, webhook.author.actor, webhook.id]
            )
            try Self.record(.webhookAdded, webhook, webhook.author, database)
        }
    }

    package func updateWebhook(_ webhook: Webhook, _ author: Attribution) async throws(TrackingError) {
        try webhook.validate()
        try author.validate()
        try await self.database.write(to: "change the webhook '\(webhook.name)'") { database in
            _ = try WebhookRows.require(webhook.id, in: database)
            try database.run(
                """
                UPDATE webhooks SET name = ?, description = ?, url = ?, format = ?, events = ?, status = ?,
                    sealed_secret = ?, updated_at = ? WHERE id = ?
                """,
                WebhookRows.columns(webhook) + [webhook.id]
            )
            try Self.record(.webhookChanged, webhook, author, database)
        }
    }

    package func removeWebhook(_ id: String, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "remove the webhook '\(id)'") { database in
            let webhook = try WebhookRows.require(id, in: database)
            try database.run("DELETE FROM webhook_deliveries WHERE webhook = ?", [id])
            try database.run("DELETE FROM webhooks WHERE id = ?", [id])
            try Self.record(.webhookRemoved, webhook, author, database)
        }
    }

    package func webhook(_ id: String) async throws(TrackingError) -> Webhook? {
        try await self.database.read(to: "read the webhook '\(id)'") { try WebhookRows.webhook(id, in: $0) }
    }

    package func webhooks(limit: Int, offset: Int) async throws(TrackingError) -> [Webhook] {
        try await self.database.read(to: "list the webhooks") { database in
            try database.rows(
                "SELECT * FROM webhooks ORDER BY created_at DESC, id LIMIT ? OFFSET ?",
                [limit, offset]
            )
            .map(WebhookRows.webhook)
        }
    }

    package func deliveries(of webhookID: String?, limit: Int) async throws(TrackingError) -> [WebhookDelivery] {
        try await self.database.read(to: "list the deliveries") { database in
            let filter = webhookID == nil ? "" : "WHERE webhook = ?"
            return
                try database.rows(
                    "SELECT * FROM webhook_deliveries \(filter) ORDER BY at DESC, id DESC LIMIT ?",
                    webhookID.map { [$0, limit] } ?? [limit]
                )
                .compactMap(WebhookRows.delivery)
        }
    }

    static func delivery(_ row: SQLRow) -> WebhookDelivery? { WebhookRows.delivery(row) }

    /// The address is not written down: it may be a secret itself.
    private static func record(
        _ action: LedgerAction,
        _ webhook: Webhook,
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws {
        let payload: [String: JSONValue] = [
            "name": .string(webhook.name), "status": .string(webhook.status.rawValue),
            "events": .array(webhook.events.map { .string($0.description) }),
            "signed": .boolean(webhook.sealedSecret != nil),
        ]
        try SQLLedger.append(LedgerRecord(action, of: "webhook:\(webhook.id)", author, payload: payload), in: database)
    }
}

/// Reads webhooks and deliveries inside a transaction.
enum WebhookRows {
    /// The webhook `id`, or an error.
    static func require(_ id: String, in database: any SQLConnection) throws -> Webhook {
        if let webhook = try Self.webhook(id, in: database) { return webhook }
        throw TrackingError(
            .webhookNotFound,
            "there is no webhook '\(id.prefix(60))'; `martlet webhooks list` shows what there is"
        )
    }

    /// The webhook `id`, or `nil`.
    static func webhook(_ id: String, in database: any SQLConnection) throws -> Webhook? {
        try database.row("SELECT * FROM webhooks WHERE id = ?", [id]).map(Self.webhook)
    }

    /// The webhook of a row.
    static func webhook(_ row: SQLRow) -> Webhook {
        Webhook(
            id: row["id"],
            name: row["name"],
            description: row["description"],
            url: row["url"],
            format: Webhook.Format(rawValue: row["format"]) ?? .mlflow,
            events: Self.events(row["events"]),
            status: Webhook.Status(rawValue: row["status"]) ?? .disabled,
            sealedSecret: row["sealed_secret"],
            author: Attribution(by: row["created_by"], at: row.time("created_at")),
            updatedAt: row.time("updated_at")
        )
    }

    /// What may change, in the order the statements write it.
    static func columns(_ webhook: Webhook) -> [(any SQLBindable)?] {
        [
            webhook.name, webhook.description, webhook.url, webhook.format.rawValue,
            webhook.events.map(\.description).joined(separator: " "), webhook.status.rawValue, webhook.sealedSecret,
            webhook.updatedAt,
        ]
    }

    /// The events of a column; names that this program does not know are passed over.
    static func events(_ text: String) -> [WebhookEvent] {
        text.split(separator: " ").compactMap { try? WebhookEvent(String($0)) }
    }

    /// The delivery of a row, or `nil` when this program does not know its event.
    static func delivery(_ row: SQLRow) -> WebhookDelivery? {
        let text: String = row["data"]
        guard let event = try? WebhookEvent(row["event"]),
            case .object(let data)? = try? JSONValue(parsing: Data(text.utf8))
        else { return nil }
        return WebhookDelivery(
            id: row["id"],
            webhookID: row["webhook"],
            notice: WebhookNotice(event, at: row.time("at"), by: row["actor"], data: data),
            state: WebhookDelivery.State(rawValue: row["state"]) ?? .failed,
            attemptCount: row["attempts"],
            dueAt: row.time("due_at"),
            outcome: DeliveryTable.outcome(row),
            finishedAt: row.optionalTime("finished_at")
        )
    }
}
