import Foundation
package import MartletCore
package import MartletRetraining
package import MartletTracking

/// Retrainings in the metadata database.
package struct SQLRetrainingStore: RetrainingStore {
    private let database: MetadataDatabase

    /// Keeps retrainings in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func begin(_ attempt: RetrainingAttempt, _ decision: RetrainingRecord) async throws(TrackingError) {
        try attempt.startedBy.validate()
        try await self.database.write(to: "begin a training of plan '\(attempt.plan)'") { database in
            try Self.checkFree(attempt, database)
            try database.run(
                "INSERT INTO retraining_holds (plan, attempt, held_until) VALUES (?, ?, ?)",
                [attempt.plan, attempt.id, attempt.leaseUntil]
            )
            try database.run(
                """
                INSERT INTO retraining_attempts (id, plan, data_hash, recipe_hash, status, started_at, state)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    attempt.id, attempt.plan, attempt.dataHash.description, attempt.recipeHash.description,
                    attempt.status.rawValue, attempt.startedBy.at, try Self.text(of: attempt),
                ]
            )
            try Self.insert(decision, database)
            try SQLLedger.append(
                LedgerRecord(
                    .retrainingStarted,
                    of: "retraining:\(attempt.id)",
                    attempt.startedBy,
                    payload: [
                        "plan": .string(attempt.plan), "recipe": .string(attempt.recipe),
                        "data": .string(attempt.dataHash.description), "decision": .string(decision.id),
                        "rule": .string(decision.rule), "inputs_hash": .string(decision.inputsHash.description),
                        "reasons": .array(decision.reasons.map(JSONValue.string)),
                    ]
                ),
                in: database
            )
        }
    }

    package func end(_ attempt: RetrainingAttempt, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "end the training \(attempt.id)") { database in
            try Self.end(attempt, author, database)
        }
    }

    package func prolong(_ attempt: RetrainingAttempt, until moment: EventTime) async throws(TrackingError) {
        try await self.database.write(to: "prolong the lease of the training \(attempt.id)") { database in
            let prolonged = try database.run(
                "UPDATE retraining_holds SET held_until = ? WHERE plan = ? AND attempt = ?",
                [moment, attempt.plan, attempt.id]
            )
            guard prolonged > 0 else { throw Self.notUnderWay(attempt) }
        }
    }

    package func close(
        _ attempt: RetrainingAttempt,
        withLease lease: EventTime?,
        _ author: Attribution
    ) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "close the training \(attempt.id)") { database in
            let hold = try database.row(
                "SELECT held_until FROM retraining_holds WHERE plan = ? AND attempt = ?",
                [attempt.plan, attempt.id]
            )
            guard let hold, hold.optionalTime("held_until") == lease else { throw Self.notUnderWay(attempt) }
            try Self.end(attempt, author, database)
        }
    }

    private static func end(
        _ attempt: RetrainingAttempt,
        _ author: Attribution,
        _ database: any SQLConnection
    ) throws {
        let ended = try database.run(
            "DELETE FROM retraining_holds WHERE plan = ? AND attempt = ?",
            [attempt.plan, attempt.id]
        )
        guard ended > 0 else { throw Self.notUnderWay(attempt) }
        try database.run(
            "UPDATE retraining_attempts SET status = ?, state = ? WHERE id = ?",
            [attempt.status.rawValue, try Self.text(of: attempt), attempt.id]
        )
        try SQLLedger.append(
            LedgerRecord(
                .retrainingEnded,
                of: "retraining:\(attempt.id)",
                author,
                payload: [
                    "plan": .string(attempt.plan), "status": .string(attempt.status.rawValue),
                    "version": attempt.version.map { .string($0.description) } ?? .null,
                    "outcome": attempt.outcome.map(JSONValue.string) ?? .null,
                ]
            ),
            in: database
        )
    }

    private static func notUnderWay(_ attempt: RetrainingAttempt) -> TrackingError {
        TrackingError(
            .retrainingNotFound,
            "the training \(attempt.id) of plan '\(attempt.plan)' is not under way; it was ended before, or its process "
                + "gives signs again"
        )
    }

    package func settle(_ attempt: RetrainingAttempt, _ author: Attribution) async throws(TrackingError) {
        try author.validate()
        try await self.database.write(to: "end the follow-up of the training \(attempt.id)") { database in
            let row = try database.row("SELECT state FROM retraining_attempts WHERE id = ?", [attempt.id])
            guard let row, try Self.attempt(row).isFollowUpDue else {
                throw TrackingError(
                    .retrainingNotFound,
                    "nothing is left to do for the training \(attempt.id) of plan '\(attempt.plan)'; it was ended before"
                )
            }
            try database.run(
                "UPDATE retraining_attempts SET state = ? WHERE id = ?",
                [try Self.text(of: attempt), attempt.id]
            )
            try SQLLedger.append(
                LedgerRecord(
                    .retrainingFollowedUp,
                    of: "retraining:\(attempt.id)",
                    author,
                    payload: [
                        "plan": .string(attempt.plan),
                        "version": attempt.version.map { .string($0.description) } ?? .null,
                        "status": attempt.followUp.map { .string($0.status.rawValue) } ?? .null,
                        "run": attempt.followUp?.run.map(JSONValue.string) ?? .null,
                        "outcome": attempt.followUp?.outcome.map(JSONValue.string) ?? .null,
                    ]
                ),
                in: database
            )
        }
    }

    package func note(_ decision: RetrainingRecord) async throws(TrackingError) {
        try await self.database.write(to: "note a decision about plan '\(decision.plan)'") { database in
            try Self.insert(decision, database)
        }
    }

    package func attempts(of plan: String, limit: Int) async throws(TrackingError) -> [RetrainingAttempt] {
        try await self.database.read(to: "list the trainings of plan '\(plan)'") { database in
            try database.rows(
                """
                SELECT a.state AS state, h.held_until AS held_until FROM retraining_attempts a
                LEFT JOIN retraining_holds h ON h.plan = a.plan AND h.attempt = a.id
                WHERE a.plan = ? ORDER BY a.started_at DESC, a.id DESC LIMIT ?
                """,
                [plan, limit]
            )
            .map { row in
                var attempt = try Self.attempt(row)
                attempt.leaseUntil = row.optionalTime("held_until")
                return attempt
            }
        }
    }

    package func decisions(of plan: String, limit: Int) async throws(TrackingError) -> [RetrainingRecord] {
        try await self.database.read(to: "read the decisions about plan '\(plan)'") { database in
            try database.rows(
                "SELECT * FROM retraining_decisions WHERE plan = ? ORDER BY sequence DESC LIMIT ?",
                [plan, limit]
            )
            .map(Self.record)
        }
    }

    private static func checkFree(_ attempt: RetrainingAttempt, _ database: any SQLConnection) throws {
        if let hold = try database.row("SELECT attempt FROM retraining_holds WHERE plan = ?", [attempt.plan]) {
            let other: String = hold["attempt"]
            throw TrackingError(
                .retrainingUnderWay,
                "the training \(other) of plan '\(attempt.plan)' is under way; wait for it to end"
            )
        }
        let same = try database.row(
            """
            SELECT id FROM retraining_attempts
            WHERE plan = ? AND data_hash = ? AND recipe_hash = ? AND status <> 'failed'
            """,
            [attempt.plan, attempt.dataHash.description, attempt.recipeHash.description]
        )
        guard let same else { return }
        let other: String = same["id"]
        throw TrackingError(
            .retrainingSameData,
            "plan '\(attempt.plan)' trained these rows with this recipe before, as \(other); there is nothing new to learn"
        )
    }

    private static func insert(_ decision: RetrainingRecord, _ database: any SQLConnection) throws {
        try database.run(
            """
            INSERT INTO retraining_decisions (id, plan, rule, inputs, inputs_hash, verdict, reasons, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                decision.id, decision.plan, decision.rule, decision.inputs.canonicalText,
                decision.inputsHash.description, decision.verdict,
                JSONValue.array(decision.reasons.map(JSONValue.string)).canonicalText, decision.at,
            ]
        )
    }

    /// All but the lease, which has a place of its own.
    private static func text(of attempt: RetrainingAttempt) throws -> String {
        var attempt = attempt
        attempt.leaseUntil = nil
        return try JSONValue(encoding: attempt).canonicalText
    }

    private static func attempt(_ row: SQLRow) throws -> RetrainingAttempt {
        let text: String = row["state"]
        return try JSONDecoder().decode(RetrainingAttempt.self, from: Data(text.utf8))
    }

    private static func record(_ row: SQLRow) throws -> RetrainingRecord {
        let inputs: String = row["inputs"]
        let reasons: String = row["reasons"]
        let hash: String = row["inputs_hash"]
        return RetrainingRecord(
            id: row["id"],
            plan: row["plan"],
            rule: row["rule"],
            inputs: try JSONValue(parsing: Data(inputs.utf8)),
            inputsHash: ContentHash(hex: hash) ?? ContentHash(of: "not a hash: \(hash)"),
            verdict: row["verdict"],
            reasons: try JSONDecoder().decode([String].self, from: Data(reasons.utf8)),
            at: row.time("at")
        )
    }
}
