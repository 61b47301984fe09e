import Foundation
package import MartletCore
package import MartletMonitoring
package import MartletTracking

/// Alerts in the metadata database; what somebody is told of is in the ledger, and on its way to webhooks, in the same
/// transaction.
package struct SQLAlertStore: AlertStore {
    private let database: MetadataDatabase

    /// Who the program is in the ledger.
    private static let actor = "martlet"

    /// Keeps alerts in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func step(
        _ findings: [AlertFinding],
        _ timing: AlertTiming,
        at now: EventTime
    ) async throws(TrackingError) -> [AlertTransition] {
        // Most of the time nothing is wrong, and nothing is written.
        if findings.isEmpty, try await self.openAlerts().isEmpty { return [] }
        return try await self.database.write(to: "update the alerts") { database in
            let before = try Self.open(database)
            var machine = AlertMachine(open: before)
            let transitions = machine.step(findings, silences: try Self.silences(database, now), timing, at: now)
            for alert in machine.open.values { try Self.put(alert, isOpen: true, now, database) }
            for alert in before where machine.open[alert.key] == nil {
                let ended = transitions.first { $0.alert.key == alert.key }?.alert ?? alert
                if alert.phase == .pending {
                    try database.run(
                        "DELETE FROM alerts WHERE alert = ? AND first_found_at = ?",
                        [alert.key, alert.firstFoundAt]
                    )
                } else {
                    try Self.put(ended, isOpen: false, now, database)
                }
            }
            for transition in transitions { try Self.record(transition, now, database) }
            return transitions
        }
    }

    package func openAlerts() async throws(TrackingError) -> [Alert] {
        try await self.database.read(to: "read the alerts", Self.open)
    }

    package func history(limit: Int) async throws(TrackingError) -> [Alert] {
        try await self.database.read(to: "read the alerts") { database in
            try database.rows(
                "SELECT state FROM alerts WHERE is_open = 0 ORDER BY changed_at DESC LIMIT ?",
                [limit]
            )
            .map(Self.alert)
        }
    }

    package func alert(_ name: String) async throws(TrackingError) -> Alert {
        let found = try await self.database.read(to: "read the alert '\(name)'") {
            database -> Result<Alert, TrackingError> in
            let open = try Self.open(database)
            if let alert = open.first(where: { $0.key == name || $0.id == name }) { return .success(alert) }
            let past =
                try database.rows(
                    "SELECT state FROM alerts WHERE is_open = 0 ORDER BY changed_at DESC",
                    []
                )
                .map(Self.alert)
            if let alert = past.first(where: { $0.key == name || $0.id == name }) { return .success(alert) }
            let near = NearestName.suggestion(name, among: (open + past).map(\.key))
            return .failure(
                TrackingError(
                    .alertNotFound,
                    "there is and was no alert '\(name)'." + near
                        + " 'martlet alerts list' and 'martlet alerts history' show them"
                )
            )
        }
        return try found.get()
    }

    package func acknowledge(_ name: String, _ author: Attribution) async throws(TrackingError) -> Alert {
        try author.validate()
        return try await self.database.write(to: "acknowledge the alert '\(name)'") { database in
            let open = try Self.open(database).filter { $0.phase == .firing }
            guard var alert = open.first(where: { $0.key == name || $0.id == name }) else {
                throw TrackingError(
                    .alertNotFound,
                    "no alert '\(name)' is firing." + NearestName.suggestion(name, among: open.map(\.key))
                        + " 'martlet alerts list' shows what is"
                )
            }
            let isFirst = alert.acknowledgement == nil
            alert.acknowledge(by: author.actor, at: author.at)
            guard isFirst else { return alert }
            try Self.put(alert, isOpen: true, author.at, database)
            try SQLLedger.append(
                LedgerRecord(.alertAcknowledged, of: "alert:\(alert.key)", author, payload: ["id": .string(alert.id)]),
                in: database
            )
            return alert
        }
    }

    package func add(_ silence: AlertSilence, at now: EventTime) async throws(TrackingError) {
        let author = Attribution(by: silence.by, at: now, reason: silence.reason)
        try author.validate()
        try await self.database.write(to: "silence '\(silence.pattern)'") { database in
            try database.run(
                "INSERT INTO alert_silences (id, until, state) VALUES (?, ?, ?)",
                [silence.id, silence.until, try Self.text(of: silence)]
            )
            try SQLLedger.append(
                LedgerRecord(
                    .alertSilenced,
                    of: "silence:\(silence.id)",
                    author,
                    payload: [
                        "pattern": .string(silence.pattern), "until": .string(silence.until.description),
                    ]
                ),
                in: database
            )
        }
    }

    package func lift(_ silence: String, _ author: Attribution) async throws(TrackingError) -> AlertSilence {
        try author.validate()
        return try await self.database.write(to: "end the silence '\(silence)'") { database in
            let held = try Self.silences(database, author.at)
            guard let found = held.first(where: { $0.id == silence }) else {
                throw TrackingError(
                    .alertSilenceNotFound,
                    "no silence '\(silence)' holds." + NearestName.suggestion(silence, among: held.map(\.id))
                        + " 'martlet alerts silences' shows what does"
                )
            }
            let ended = AlertSilence(
                id: found.id,
                pattern: found.pattern,
                until: author.at,
                by: found.by,
                reason: found.reason
            )
            try database.run(
                "UPDATE alert_silences SET until = ?, state = ? WHERE id = ?",
                [ended.until, try Self.text(of: ended), ended.id]
            )
            try SQLLedger.append(
                LedgerRecord(
                    .alertSilenceLifted,
                    of: "silence:\(ended.id)",
                    author,
                    payload: ["pattern": .string(ended.pattern)]
                ),
                in: database
            )
            return ended
        }
    }

    package func silences(at now: EventTime) async throws(TrackingError) -> [AlertSilence] {
        try await self.database.read(to: "read the silences") { try Self.silences($0, now) }
    }

    private static func open(_ database: any SQLConnection) throws -> [Alert] {
        try database.rows("SELECT state FROM alerts WHERE is_open = 1 ORDER BY alert", []).map(Self.alert)
    }

    private static func alert(_ row: SQLRow) throws -> Alert {
        let text: String = row["state"]
        return try JSONDecoder().decode(Alert.self, from: Data(text.utf8))
    }

    /// `notice` with the codes and values that the alert keeps beside its texts.
    static func translatable(_ notice: AlertNotice, _ database: any SQLConnection) throws -> AlertNotice {
        let row = try database.row(
            "SELECT state FROM alerts WHERE alert = ? AND first_found_at = ?",
            [notice.alert, notice.since]
        )
        return try row.map { notice.translatable(by: try Self.alert($0)) } ?? notice
    }

    private static func silences(_ database: any SQLConnection, _ now: EventTime) throws -> [AlertSilence] {
        try database.rows("SELECT state FROM alert_silences WHERE until > ? ORDER BY id", [now])
            .map { row in
                let text: String = row["state"]
                return try JSONDecoder().decode(AlertSilence.self, from: Data(text.utf8))
            }
    }

    private static func put(
        _ alert: Alert,
        isOpen: Bool,
        _ now: EventTime,
        _ database: any SQLConnection
    ) throws {
        try database.run(
            """
            INSERT INTO alerts (alert, first_found_at, is_open, changed_at, state) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (alert, first_found_at) DO UPDATE SET
                is_open = excluded.is_open, changed_at = excluded.changed_at, state = excluded.state
            """,
            [alert.key, alert.firstFoundAt, isOpen, now, try Self.text(of: alert)]
        )
    }

    private static func text(of value: some Encodable) throws -> String {
        try JSONValue(encoding: value).canonicalText
    }

    private static func record(
        _ transition: AlertTransition,
        _ now: EventTime,
        _ database: any SQLConnection
    ) throws {
        let alert = transition.alert
        let action: LedgerAction =
            switch transition.kind {
            case .fired: .alertFired
            case .escalated: .alertEscalated
            case .resolved: .alertResolved
            }
        var payload: [String: JSONValue] = [
            "rule": .string(alert.rule), "about": .string(alert.subject),
            "priority": .string(alert.priority.rawValue), "summary": .string(alert.summary),
            "causes": .array(alert.causes.map(JSONValue.string)), "runbook": .string(alert.runbook),
            "since": .string(alert.firstFoundAt.description), "id": .string(alert.id),
            "rules": .array(alert.rules.map(JSONValue.string)),
            "endpoints": .array(alert.endpoints.map(JSONValue.string)),
            "consequences": .array((alert.consequences ?? []).map(JSONValue.string)),
        ]
        if transition.kind == .escalated { payload["worse"] = .boolean(transition.isWorse) }
        try SQLLedger.append(
            LedgerRecord(action, of: "alert:\(alert.key)", Attribution(by: Self.actor, at: now), payload: payload),
            in: database
        )
    }
}
