import MartletCore
import MartletTracking

/// A table of things on their way to receivers, with the columns that trying and logging need.
///
/// The columns are `id`, `state`, `attempts`, `due_at`, `last_status`, `last_body`, `last_failure` and `finished_at`.
struct DeliveryTable: Sendable {
    /// The table's name.
    let name: String
    /// A condition on a row `d` that may be sent.
    let isSendable: String
    /// The command that lists the rows.
    let listing: String

    /// When the next row that waits and may be sent is due.
    func nextDue(_ database: any SQLConnection) throws -> EventTime? {
        try database.row(
            "SELECT min(d.due_at) AS due_at FROM \(self.name) d WHERE d.state = ? AND \(self.isSendable)",
            [WebhookDelivery.State.waiting.rawValue]
        )?
        .optionalTime("due_at")
    }

    /// Takes rows that are due, the oldest first, and keeps others off until `lease`; the rows are as they were before.
    func claim(
        at now: EventTime,
        until lease: EventTime,
        limit: Int,
        _ database: any SQLConnection
    ) throws -> [SQLRow] {
        let rows = try database.rows(
            """
            SELECT d.* FROM \(self.name) d WHERE d.state = ? AND d.due_at <= ? AND \(self.isSendable)
            ORDER BY d.due_at, d.id LIMIT ?
            """,
            [WebhookDelivery.State.waiting.rawValue, now, limit]
        )
        return try rows.filter { row in
            let (id, dueAt): (String, EventTime) = (row["id"], row.time("due_at"))
            // Another process that took it meanwhile has moved its moment.
            return try database.run(
                "UPDATE \(self.name) SET attempts = attempts + 1, due_at = ? WHERE id = ? AND state = ? AND due_at = ?",
                [lease, id, WebhookDelivery.State.waiting.rawValue, dueAt]
            ) == 1
        }
    }

    /// Writes down what came of a try.
    func finish(
        _ id: String,
        _ outcome: WebhookOutcome,
        retryAt: EventTime?,
        at now: EventTime,
        _ database: any SQLConnection
    ) throws {
        let state: WebhookDelivery.State = outcome.isSuccess ? .delivered : retryAt == nil ? .failed : .waiting
        try database.run(
            """
            UPDATE \(self.name) SET state = ?, due_at = ?, last_status = ?, last_body = ?, last_failure = ?,
                finished_at = ? WHERE id = ?
            """,
            [
                state.rawValue, state == .waiting ? retryAt : now, outcome.status, outcome.body, outcome.failure,
                state == .waiting ? nil : now, id,
            ]
        )
    }

    /// Makes a row that ended due again.
    func redeliver(_ id: String, at now: EventTime, _ database: any SQLConnection) throws {
        let changed = try database.run(
            "UPDATE \(self.name) SET state = ?, attempts = 0, due_at = ?, finished_at = NULL WHERE id = ?",
            [WebhookDelivery.State.waiting.rawValue, now, id]
        )
        guard changed == 1 else {
            throw TrackingError(
                .webhookNotFound,
                "there is no delivery '\(id.prefix(60))'; `\(self.listing)` shows what there is"
            )
        }
    }

    /// Forgets rows that ended before `moment`.
    func prune(before moment: EventTime, _ database: any SQLConnection) throws -> Int {
        try database.run(
            "DELETE FROM \(self.name) WHERE state != ? AND finished_at < ?",
            [WebhookDelivery.State.waiting.rawValue, moment]
        )
    }

    /// What came of the last try of a row; `nil` before the first.
    static func outcome(_ row: SQLRow) -> WebhookOutcome? {
        let status: Int? = row["last_status"]
        let failure: String? = row["last_failure"]
        guard status != nil || failure != nil else { return nil }
        return WebhookOutcome(status: status, body: row["last_body"] as String? ?? "", failure: failure)
    }
}

/// A delivery queue on a ``DeliveryTable``.
protocol SQLDeliveryQueue: DeliveryQueue {
    var database: MetadataDatabase { get }
    static var table: DeliveryTable { get }
    /// What is kept, as errors name it, such as `notice`.
    static var noun: (one: String, many: String) { get }

    /// The delivery of a row, or `nil` when this program does not know what it tells of.
    static func delivery(_ row: SQLRow) throws -> Delivery?
}

extension SQLDeliveryQueue {
    package func nextDue() async throws(TrackingError) -> EventTime? {
        try await self.database.read(to: "look for \(Self.noun.many) that are due", Self.table.nextDue)
    }

    package func claimDeliveries(
        at now: EventTime,
        until lease: EventTime,
        limit: Int
    ) async throws(TrackingError) -> [Delivery] {
        try await self.database.write(to: "take \(Self.noun.many) that are due") { database in
            try Self.table.claim(at: now, until: lease, limit: limit, database)
                .compactMap { row in
                    guard var delivery = try Self.delivery(row) else { return nil }
                    delivery.attemptCount += 1
                    delivery.dueAt = lease
                    return delivery
                }
        }
    }

    package func finish(
        _ id: String,
        _ outcome: WebhookOutcome,
        retryAt: EventTime?,
        at now: EventTime
    ) async throws(TrackingError) {
        try await self.database.write(to: "note what came of a \(Self.noun.one)") { database in
            try Self.table.finish(id, outcome, retryAt: retryAt, at: now, database)
        }
    }

    package func redeliver(_ id: String, at now: EventTime) async throws(TrackingError) {
        try await self.database.write(to: "deliver '\(id)' again") { try Self.table.redeliver(id, at: now, $0) }
    }

    @discardableResult
    package func pruneDeliveries(before moment: EventTime) async throws(TrackingError) -> Int {
        try await self.database.write(to: "forget old \(Self.noun.many)") { try Self.table.prune(before: moment, $0) }
    }
}
