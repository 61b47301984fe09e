import Foundation
package import MartletCore
package import MartletMonitoring
package import MartletTracking

/// Notices on their way to channels, in the metadata database.
///
/// What is told stands in the ledger, in the transaction of the alert's change; from there it is followed, so that it is
/// on its way even when the process ended in between.
package struct SQLAlertDeliveryStore: AlertDeliveryStore, SQLDeliveryQueue {
    let database: MetadataDatabase

    static let noun = (one: "notice", many: "notices")
    static let table = DeliveryTable(
        name: "alert_deliveries",
        isSendable: """
            NOT EXISTS (
                SELECT 1 FROM alert_deliveries e WHERE e.channel = d.channel AND e.alert = d.alert AND e.place < d.place
                    AND e.state = '\(WebhookDelivery.State.waiting.rawValue)'
            )
            """,
        listing: "martlet alerts deliveries"
    )
    private static let follower = LedgerFollower(name: "alert channels")

    /// Keeps deliveries in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    @discardableResult
    package func follow(_ routing: AlertRouting, at now: EventTime) async throws(TrackingError) -> Int {
        var count = 0
        while try await self.database.read(to: "follow the ledger", Self.follower.isBehind) {
            let (added, isMore) = try await self.database.write(to: "put notices on their way") { database in
                var added = 0
                let isMore = try Self.follower.follow(
                    of: [.alertFired, .alertEscalated, .alertResolved],
                    database
                ) { entry in
                    guard let told = AlertNotice(entry) else { return }
                    let notice = try SQLAlertStore.translatable(told, database)
                    for channel in routing.channels(for: notice) {
                        let id = "\(entry.sequence)-\(channel.name)"
                        added += try Self.add(notice, id, channel.name, place: entry.sequence, at: now, database)
                    }
                }
                return (added, isMore)
            }
            count += added
            if !isMore { break }
        }
        return count
    }

    /// Adds a delivery inside a transaction; one that is there already stays as it is.
    ///
    /// - Returns: 1 when it was added, otherwise 0.
    @discardableResult
    private static func add(
        _ notice: AlertNotice,
        _ id: String,
        _ channel: String,
        place: Int64,
        at now: EventTime,
        _ database: any SQLConnection
    ) throws -> Int {
        try database.run(
            """
            INSERT INTO alert_deliveries (id, channel, alert, place, notice, state, attempts, due_at)
            VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING
            """,
            [
                id, channel, notice.alert, place, try JSONValue(encoding: notice).canonicalText,
                WebhookDelivery.State.waiting.rawValue, now,
            ]
        )
    }

    package func send(
        _ notice: AlertNotice,
        to channels: [String],
        id: String,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "put a notice on its way") { database in
            let place = try SQLLedger.head(database).sequence
            for channel in channels {
                try Self.add(notice, "\(id)-\(channel)", channel, place: place, at: now, database)
            }
        }
    }

    package func deliveries(
        to channel: String?,
        of alert: String?,
        limit: Int
    ) async throws(TrackingError) -> [AlertDelivery] {
        let wanted = [("channel", channel), ("alert", alert)].compactMap { column, value in value.map { (column, $0) } }
        let filter = wanted.isEmpty ? "" : "WHERE " + wanted.map { "\($0.0) = ?" }.joined(separator: " AND ")
        return try await self.database.read(to: "list the deliveries") { database in
            try database.rows(
                "SELECT * FROM alert_deliveries \(filter) ORDER BY place DESC, id DESC LIMIT ?",
                wanted.map(\.1) + [limit]
            )
            .compactMap(Self.delivery)
        }
    }

    static func delivery(_ row: SQLRow) throws -> AlertDelivery? {
        let text: String = row["notice"]
        return AlertDelivery(
            id: row["id"],
            channel: row["channel"],
            place: row["place"],
            notice: try JSONDecoder().decode(AlertNotice.self, from: Data(text.utf8)),
            state: WebhookDelivery.State(rawValue: row["state"]) ?? .failed,
            attemptCount: row["attempts"],
            dueAt: row.time("due_at"),
            outcome: DeliveryTable.outcome(row),
            finishedAt: row.optionalTime("finished_at")
        )
    }
}
