import Foundation
package import MartletCore
package import MartletMonitoring
package import MartletTracking

/// What promises are measured by, in the metadata database.
package struct SQLServiceLevelStore: ServiceLevelStore {
    let database: MetadataDatabase

    /// Keeps it in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func add(_ minutes: [ServiceMinute]) async throws(TrackingError) {
        guard !minutes.isEmpty else { return }
        try await self.database.write(to: "count requests by the minute") { database in
            // One statement for each, as one minute may stand twice.
            for minute in minutes {
                try database.run(
                    """
                    INSERT INTO service_minutes (endpoint, minute, requests, faults, late, slow) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (endpoint, minute) DO UPDATE SET
                        requests = service_minutes.requests + excluded.requests,
                        faults = service_minutes.faults + excluded.faults,
                        late = service_minutes.late + excluded.late,
                        slow = service_minutes.slow + excluded.slow
                    """,
                    [
                        minute.endpoint, minute.minute, minute.requestCount, minute.faultCount, minute.lateCount,
                        minute.slowCount,
                    ]
                )
            }
        }
    }

    package func minutes(from: Int64, to: Int64) async throws(TrackingError) -> [ServiceMinute] {
        try await self.database.read(to: "read the requests by the minute") { database in
            try database.rows(
                """
                SELECT endpoint, minute, requests, faults, late, slow FROM service_minutes
                WHERE minute >= ? AND minute < ? ORDER BY endpoint, minute
                """,
                [from, to]
            )
            .map { row in
                ServiceMinute(
                    endpoint: row[0],
                    minute: row[1],
                    requestCount: row[2],
                    faultCount: row[3],
                    lateCount: row[4],
                    slowCount: row[5]
                )
            }
        }
    }

    package func sums(
        since begins: [Int64],
        to end: Int64
    ) async throws(TrackingError) -> [String: [ServiceMinute]] {
        guard let first = begins.min() else { return [:] }
        return try await self.database.read(to: "sum up the requests by the minute") { database in
            let sums = begins.map { _ in
                ["requests", "faults", "late", "slow"]
                    .map { "CAST(SUM(CASE WHEN minute >= ? THEN \($0) ELSE 0 END) AS BIGINT)" }.joined(separator: ", ")
            }
            let rows = try database.rows(
                """
                SELECT endpoint, \(sums.joined(separator: ", ")) FROM service_minutes
                WHERE minute >= ? AND minute < ? GROUP BY endpoint ORDER BY endpoint
                """,
                begins.flatMap { [$0, $0, $0, $0] } + [first, end]
            )
            return Dictionary(
                rows.map { row in
                    let endpoint: String = row[0]
                    let list = begins.indices.map { index in
                        ServiceMinute(
                            endpoint: endpoint,
                            minute: begins[index],
                            requestCount: row[1 + index * 4],
                            faultCount: row[2 + index * 4],
                            lateCount: row[3 + index * 4],
                            slowCount: row[4 + index * 4]
                        )
                    }
                    return (endpoint, list)
                },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    package func note(_ attempt: DataAttempt) async throws(TrackingError) {
        try await self.database.write(to: "keep how '\(attempt.subject)' went") { database in
            let text = try JSONValue(encoding: attempt).canonicalText
            let added = try database.run(
                """
                INSERT INTO data_attempts (subject, at, outcome, state) VALUES (?, ?, ?, ?)
                ON CONFLICT (subject, at) DO NOTHING
                """,
                [attempt.subject, attempt.at, attempt.outcome.rawValue, text]
            )
            guard added > 0 else { return }
            let isFresh = attempt.outcome == .fresh || attempt.outcome == .fallback
            try database.run(
                """
                INSERT INTO data_standings (subject, last, last_at, fresh_at, succeeded_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (subject) DO UPDATE SET
                    last = CASE WHEN excluded.last_at >= data_standings.last_at
                        THEN excluded.last ELSE data_standings.last END,
                    last_at = CASE WHEN excluded.last_at >= data_standings.last_at
                        THEN excluded.last_at ELSE data_standings.last_at END,
                    fresh_at = COALESCE(excluded.fresh_at, data_standings.fresh_at),
                    succeeded_at = COALESCE(excluded.succeeded_at, data_standings.succeeded_at)
                """,
                [
                    attempt.subject, text, attempt.at, isFresh ? attempt.at : nil,
                    attempt.outcome.isSuccess ? attempt.at : nil,
                ]
            )
        }
    }

    package func attempts(from: EventTime, to: EventTime) async throws(TrackingError) -> [DataAttempt] {
        try await self.database.read(to: "read how data was brought up to date") { database in
            try database.rows(
                "SELECT state FROM data_attempts WHERE at >= ? AND at < ? ORDER BY at, subject",
                [from, to]
            )
            .map { try Self.attempt($0[0]) }
        }
    }

    package func standings() async throws(TrackingError) -> [String: DataStanding] {
        try await self.database.read(to: "read how fresh data is") { database in
            let rows = try database.rows(
                "SELECT subject, last, fresh_at, succeeded_at FROM data_standings ORDER BY subject",
                []
            )
            return Dictionary(
                try rows.map { row in
                    let standing = DataStanding(
                        last: try Self.attempt(row["last"]),
                        freshAt: row.optionalTime("fresh_at"),
                        succeededAt: row.optionalTime("succeeded_at")
                    )
                    return (row["subject"], standing)
                },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    package func put(_ readings: [LevelReading]) async throws(TrackingError) {
        guard !readings.isEmpty else { return }
        try await self.database.write(to: "keep figures of models") { database in
            for reading in readings {
                try database.run(
                    """
                    INSERT INTO level_readings (kind, subject, value, at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (kind, subject) DO UPDATE SET value = excluded.value, at = excluded.at
                    """,
                    [reading.kind.rawValue, reading.subject, reading.value, reading.at]
                )
            }
        }
    }

    package func readings() async throws(TrackingError) -> [LevelReading] {
        try await self.database.read(to: "read figures of models") { database in
            try database.rows("SELECT kind, subject, value, at FROM level_readings ORDER BY kind, subject", [])
                .compactMap { row in
                    // A kind that a newer program keeps is nothing to this one.
                    LevelReading.Kind(rawValue: row["kind"])
                        .map { LevelReading($0, of: row["subject"], row["value"], at: row.time("at")) }
                }
        }
    }

    package func forget(before moment: EventTime) async throws(TrackingError) {
        try await self.database.write(to: "forget old counts") { database in
            try database.run("DELETE FROM service_minutes WHERE minute < ?", [ServiceMinute.holding(moment)])
            try database.run("DELETE FROM data_attempts WHERE at < ?", [moment])
            try database.run("DELETE FROM host_minutes WHERE minute < ?", [ServiceMinute.holding(moment)])
            try database.run("DELETE FROM variant_outages WHERE seen_at < ?", [moment])
        }
    }

    private static func attempt(_ text: String) throws -> DataAttempt {
        try JSONDecoder().decode(DataAttempt.self, from: Data(text.utf8))
    }
}
