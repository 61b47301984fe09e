package import MartletCore
package import MartletMonitoring
package import MartletTracking

extension SQLServiceLevelStore {
    package func note(_ minute: HostMinute) async throws(TrackingError) {
        try await self.database.write(to: "keep how much of the host is used") { database in
            let columns = ["disk", "memory", "processor", "files"]
            let most = columns.map { name in
                "\(name) = CASE WHEN host_minutes.\(name) IS NULL OR excluded.\(name) > host_minutes.\(name) "
                    + "THEN excluded.\(name) ELSE host_minutes.\(name) END"
            }
            try database.run(
                """
                INSERT INTO host_minutes (minute, \(columns.joined(separator: ", "))) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (minute) DO UPDATE SET \(most.joined(separator: ", "))
                """,
                [minute.minute, minute.use.disk, minute.use.memory, minute.use.processor, minute.use.files]
            )
        }
    }

    package func hostMinutes(from: Int64, to: Int64) async throws(TrackingError) -> [HostMinute] {
        try await self.database.read(to: "read how much of the host was used") { database in
            try database.rows(
                """
                SELECT minute, disk, memory, processor, files FROM host_minutes
                WHERE minute >= ? AND minute < ? ORDER BY minute
                """,
                [from, to]
            )
            .map { row in
                var use = HostUse()
                (use.disk, use.memory, use.processor, use.files) = (row[1], row[2], row[3], row[4])
                return HostMinute(minute: row[0], use: use)
            }
        }
    }

    package func note(_ outages: [OutageSpan]) async throws(TrackingError) {
        guard !outages.isEmpty else { return }
        try await self.database.write(to: "keep which variants are out") { database in
            for outage in outages {
                try database.run(
                    """
                    INSERT INTO variant_outages (endpoint, variant, at, seen_at, reason) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (endpoint, variant, at) DO UPDATE SET seen_at =
                        CASE WHEN excluded.seen_at > variant_outages.seen_at
                            THEN excluded.seen_at ELSE variant_outages.seen_at END
                    """,
                    [outage.endpoint, outage.variant, outage.at, outage.seenAt, outage.reason]
                )
            }
        }
    }

    package func outages(from: EventTime, to: EventTime) async throws(TrackingError) -> [OutageSpan] {
        try await self.database.read(to: "read which variants were out") { database in
            try database.rows(
                """
                SELECT endpoint, variant, at, seen_at, reason FROM variant_outages
                WHERE seen_at >= ? AND at < ? ORDER BY at, endpoint, variant
                """,
                [from, to]
            )
            .map { row in
                OutageSpan(
                    endpoint: row["endpoint"],
                    variant: row["variant"],
                    reason: row["reason"],
                    at: row.time("at"),
                    seenAt: row.time("seen_at")
                )
            }
        }
    }
}
