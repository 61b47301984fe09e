import MartletCore
package import MartletReleases
package import MartletTracking

/// Releases and experiments in the metadata database.
package struct SQLReleaseStore: ReleaseStore {
    private let database: MetadataDatabase

    /// Keeps releases in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func begin(
        _ run: ReleaseRun,
        _ decisions: [DecisionRecord],
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun {
        try author.validate()
        return try await self.database.write(to: "start \(run.subject)") { database in
            try Self.insert(run, database)
            try Self.record(decisions, author, database)
            return StoredRun(run: run, version: 1)
        }
    }

    package func save(
        _ run: ReleaseRun,
        expecting version: Int64,
        _ decisions: [DecisionRecord],
        followedBy next: ReleaseRun?,
        _ author: Attribution
    ) async throws(TrackingError) -> StoredRun {
        try author.validate()
        return try await self.database.write(to: "change \(run.subject)") { database in
            let before = try Self.run(run.id, database)
            guard let before else { throw Self.notFound(run.id, try database.texts("SELECT id FROM release_runs")) }
            guard before.version == version else {
                throw TrackingError(
                    .releaseChangedMeanwhile,
                    "\(run.subject) was changed by another process meanwhile; look at it again, then repeat"
                )
            }
            try database.run(
                "UPDATE release_runs SET phase = ?, is_final = ?, version = ?, state = ? WHERE id = ?",
                [run.phase, run.isFinal, version + 1, try ReleaseRows.text(of: run), run.id]
            )
            try Self.record(decisions, author, database)
            if run.isFinal, !before.run.isFinal {
                try database.run("DELETE FROM release_holds WHERE run = ?", [run.id])
                try SQLLedger.append(Self.end(of: run, author), in: database)
            }
            if let next { try Self.insert(next, database) }
            return StoredRun(run: run, version: version + 1)
        }
    }

    package func note(_ look: DecisionRecord) async throws(TrackingError) {
        try await self.database.write(to: "note a look at \(look.subject)") { database in
            try Self.insert(look, isInLedger: false, database)
        }
    }

    package func run(_ id: String) async throws(TrackingError) -> StoredRun? {
        try await self.database.read(to: "read the release '\(id)'") { try Self.run(id, $0) }
    }

    package func openRuns() async throws(TrackingError) -> [StoredRun] {
        try await self.database.read(to: "read the releases under way") { database in
            try database.rows(
                "SELECT r.* FROM release_holds h JOIN release_runs r ON r.id = h.run ORDER BY r.started_at, r.id",
                []
            )
            .map(ReleaseRows.run)
        }
    }

    package func runs(of endpoint: String?, limit: Int) async throws(TrackingError) -> [StoredRun] {
        try await self.database.read(to: "list the releases") { database in
            let rows =
                if let endpoint {
                    try database.rows(
                        "SELECT * FROM release_runs WHERE endpoint = ? ORDER BY started_at DESC, id DESC LIMIT ?",
                        [endpoint, limit]
                    )
                } else {
                    try database.rows(
                        "SELECT * FROM release_runs ORDER BY started_at DESC, id DESC LIMIT ?",
                        [limit]
                    )
                }
            return try rows.map(ReleaseRows.run)
        }
    }

    package func decisions(
        about subject: String,
        after sequence: Int64,
        limit: Int
    ) async throws(TrackingError) -> [StoredDecision] {
        try await self.database.read(to: "read the decisions about \(subject)") { database in
            try database.rows(
                "SELECT * FROM release_decisions WHERE subject = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                [subject, sequence, limit]
            )
            .map(ReleaseRows.decision)
        }
    }

    package func newestDecision(about subject: String) async throws(TrackingError) -> StoredDecision? {
        try await self.database.read(to: "read the decisions about \(subject)") { database in
            try database.row(
                "SELECT * FROM release_decisions WHERE subject = ? ORDER BY sequence DESC LIMIT 1",
                [subject]
            )
            .map(ReleaseRows.decision)
        }
    }

    private static func run(_ id: String, _ database: any SQLConnection) throws -> StoredRun? {
        try database.row("SELECT * FROM release_runs WHERE id = ?", [id]).map(ReleaseRows.run)
    }

    /// Inserts a run that takes its endpoint.
    private static func insert(_ run: ReleaseRun, _ database: any SQLConnection) throws {
        if let holder = try database.row("SELECT run FROM release_holds WHERE endpoint = ?", [run.endpoint]) {
            let other: String = holder["run"]
            throw TrackingError(
                .releaseEndpointBusy,
                "'\(run.endpoint)' is held by '\(other)', which has not ended; wait for it, or end it with "
                    + "`martlet release abort \(other)`"
            )
        }
        try database.run("INSERT INTO release_holds (endpoint, run) VALUES (?, ?)", [run.endpoint, run.id])
        try database.run(
            """
            INSERT INTO release_runs (id, kind, endpoint, phase, is_final, version, started_at, state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                run.id, run.kind, run.endpoint, run.phase, false, 1, run.startedBy.at,
                try ReleaseRows.text(of: run),
            ]
        )
        let isRelease = run.kind == "release"
        try SQLLedger.append(
            LedgerRecord(
                isRelease ? .releaseStarted : .releaseExperimentStarted,
                of: run.subject,
                run.startedBy,
                payload: [
                    "endpoint": .string(run.endpoint), "plan": .string(run.plan.name),
                    "before": .string(run.old.version.description), "version": .string(run.new.version.description),
                    "unit": .string(run.new.id.description), "policy": .string(run.new.policy.description),
                ]
            ),
            in: database
        )
    }

    private static func record(
        _ decisions: [DecisionRecord],
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws {
        for decision in decisions {
            try Self.insert(decision, isInLedger: true, database)
            let by = Attribution(by: author.actor, at: decision.at, reason: author.reason)
            try SQLLedger.append(
                LedgerRecord(
                    .releaseDecided,
                    of: decision.subject,
                    by,
                    payload: [
                        "decision": .string(decision.id), "rule": .string(decision.rule.description),
                        "inputs_hash": .string(decision.inputsHash.description),
                        "verdict": .string(decision.verdict),
                        "reasons": .array(decision.reasons.map(JSONValue.string)),
                    ]
                ),
                in: database
            )
        }
    }

    private static func insert(
        _ decision: DecisionRecord,
        isInLedger: Bool,
        _ database: any SQLConnection
    ) throws {
        try database.run(
            """
            INSERT INTO release_decisions
            (id, subject, rule, rule_version, inputs, inputs_hash, verdict, reasons, at, is_in_ledger)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                decision.id, decision.subject, decision.rule.name, decision.rule.version,
                decision.inputs.canonicalText, decision.inputsHash.description, decision.verdict,
                JSONValue.array(decision.reasons.map(JSONValue.string)).canonicalText, decision.at, isInLedger,
            ]
        )
    }

    private static func end(of run: ReleaseRun, _ author: Attribution) -> LedgerRecord {
        let action: LedgerAction =
            switch run {
            case .release(let state): state.phase == .completed ? .releaseCompleted : .releaseRolledBack
            case .experiment: .releaseExperimentEnded
            }
        return LedgerRecord(
            action,
            of: run.subject,
            Attribution(by: author.actor, at: run.phaseSince, reason: author.reason),
            payload: [
                "endpoint": .string(run.endpoint), "version": .string(run.new.version.description),
                "outcome": run.outcome.map(JSONValue.string) ?? .null,
            ]
        )
    }

    private static func notFound(_ id: String, _ known: [String]) -> TrackingError {
        TrackingError(.releaseNotFound, "there is no release '\(id)'." + NearestName.suggestion(id, among: known))
    }
}
