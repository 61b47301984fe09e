import Foundation
package import MartletCore
package import MartletMonitoring
package import MartletTracking

/// Actions that alerts gave rise to, in the metadata database; each that ended is in the ledger too.
package struct SQLAlertActionStore: AlertActionStore {
    private let database: MetadataDatabase

    /// Keeps actions in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    @discardableResult
    package func ask(
        _ records: [AlertActionRecord],
        ignoringCoolDown: Bool
    ) async throws(TrackingError) -> [AlertActionRecord] {
        // While an alert goes on, its actions are there already, and nothing is written.
        let new = try await self.database.read(to: "read the actions of alerts") { database in
            try records.filter { try !Self.isThere($0.id, database) }
        }
        if new.isEmpty { return [] }
        return try await self.database.write(to: "ask for actions of alerts") { database in
            try new.compactMap { record in
                var record = record
                if !ignoringCoolDown, record.state == .waiting, let last = try Self.last(before: record, database) {
                    let reason: Remark.Text =
                        "the same was asked for at \(last), and it cools down for \(record.coolDown)"
                    record.end(.skipped, Remark("action.coolDown", reason), at: record.asked.at)
                }
                let added = try database.run(
                    """
                    INSERT INTO alert_actions (id, alert, action, state, asked_at, due_at, body)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
                    """,
                    [
                        record.id, record.notice.alert, record.key, record.state.rawValue, record.asked.at,
                        EventTime(microseconds: 0), try Self.text(of: record),
                    ]
                )
                return added == 1 ? record : nil
            }
        }
    }

    package func claim(
        _ id: String?,
        at now: EventTime,
        until lease: EventTime,
        limit: Int
    ) async throws(TrackingError) -> [AlertActionRecord] {
        let waiting = AlertActionRecord.State.waiting.rawValue
        let filter = "state = ? AND due_at <= ?" + (id == nil ? "" : " AND id = ?")
        let arguments: [(any SQLBindable)?] = [waiting, now] + (id.map { [$0] } ?? [])
        let isIdle = try await self.database.read(to: "look for actions that are due") { database in
            try database.row("SELECT id FROM alert_actions WHERE \(filter) LIMIT 1", arguments) == nil
        }
        if isIdle { return [] }
        return try await self.database.write(to: "take actions that are due") { database in
            try database.rows(
                "SELECT * FROM alert_actions WHERE \(filter) ORDER BY asked_at, id LIMIT ?",
                arguments + [limit]
            )
            .compactMap { row in
                let record = try Self.record(row).tried()
                // Another process that took it meanwhile has moved its moment.
                let changed = try database.run(
                    "UPDATE alert_actions SET due_at = ?, body = ? WHERE id = ? AND state = ? AND due_at = ?",
                    [lease, try Self.text(of: record), record.id, waiting, row.time("due_at")]
                )
                return changed == 1 ? record : nil
            }
        }
    }

    package func save(_ record: AlertActionRecord, dueAt: EventTime) async throws(TrackingError) {
        try await self.database.write(to: "keep what came of an action") { database in
            try database.run(
                "UPDATE alert_actions SET state = ?, due_at = ?, body = ? WHERE id = ?",
                [record.state.rawValue, dueAt, try Self.text(of: record), record.id]
            )
            guard let end = record.finishedAt else { return }
            let author = Attribution(by: record.asked.actor, at: end, reason: record.asked.reason)
            try SQLLedger.append(
                LedgerRecord(.alertActed, of: "alert:\(record.notice.alert)", author, payload: record.ledgerPayload),
                in: database
            )
        }
    }

    package func actions(of alert: String?, limit: Int) async throws(TrackingError) -> [AlertActionRecord] {
        try await self.database.read(to: "list the actions of alerts") { database in
            // The id of an action begins with that of its alert, which is followed by a dash.
            try database.rows(
                """
                SELECT * FROM alert_actions \(alert == nil ? "" : "WHERE id >= ? AND id < ?")
                ORDER BY asked_at DESC, id DESC LIMIT ?
                """,
                (alert.map { ["\($0)-", "\($0)."] } ?? []) + [limit]
            )
            .map(Self.record)
        }
    }

    private static func isThere(_ id: String, _ database: any SQLConnection) throws -> Bool {
        try database.row("SELECT id FROM alert_actions WHERE id = ?", [id]) != nil
    }

    /// When the same was last asked for, if that is too recent to ask again.
    private static func last(
        before record: AlertActionRecord,
        _ database: any SQLConnection
    ) throws -> EventTime? {
        let row = try database.row(
            """
            SELECT max(asked_at) AS asked_at FROM alert_actions
            WHERE alert = ? AND action = ? AND state <> ? AND id <> ?
            """,
            [
                record.notice.alert, record.key, AlertActionRecord.State.skipped.rawValue, record.id,
            ]
        )
        guard let last = row?.optionalTime("asked_at"), record.asked.at < last + record.coolDown else { return nil }
        return last
    }

    private static func record(_ row: SQLRow) throws -> AlertActionRecord {
        let text: String = row["body"]
        return try JSONDecoder().decode(AlertActionRecord.self, from: Data(text.utf8))
    }

    private static func text(of record: AlertActionRecord) throws -> String {
        try JSONValue(encoding: record).canonicalText
    }
}
