package import MartletCore
package import MartletJobs
import MartletTracking

extension SQLJobStore {
    package func claim(
        as holder: String,
        at now: EventTime,
        until: EventTime,
        only: String?,
        isGone: @escaping @Sendable (String) -> Bool
    ) async throws(JobError) -> StoredJob? {
        // Most looks find nothing, and a look costs no write.
        let isWorthTrying = try await self.read(to: "look for jobs") { database in
            try Self.candidate(only, at: now, isGone, database) != nil
        }
        guard isWorthTrying else { return nil }
        return try await self.write(to: "take a job") { database in
            guard let id = try Self.candidate(only, at: now, isGone, database, locking: true) else { return nil }
            try database.run(
                "UPDATE jobs SET token = token + 1, holder = ?, held_until = ?, not_before = NULL WHERE id = ?",
                [holder, until, id]
            )
            return try Self.require(id, database)
        }
    }

    /// The first job that may be taken: the first open one of its pipeline, wanted now, and held by nobody who lives.
    private static func candidate(
        _ only: String?,
        at now: EventTime,
        _ isGone: (String) -> Bool,
        _ database: any SQLConnection,
        locking: Bool = false
    ) throws -> String? {
        let lock = locking && database.dialect == .postgres ? "FOR UPDATE SKIP LOCKED" : ""
        let rows = try database.rows(
            """
            SELECT id, holder, held_until FROM jobs
            WHERE is_final = 0 AND (not_before IS NULL OR not_before <= ? OR cancelled_by IS NOT NULL)
            AND NOT EXISTS (
                SELECT 1 FROM jobs earlier
                WHERE earlier.pipeline = jobs.pipeline AND earlier.is_final = 0 AND earlier.sequence < jobs.sequence
            )
            ORDER BY sequence LIMIT 1000 \(lock)
            """,
            [now]
        )
        for row in rows {
            let (id, holder): (String, String?) = (row["id"], row["holder"])
            if let only, only != id { continue }
            guard let holder else { return id }
            if let until = row.optionalTime("held_until"), until > now, !isGone(holder) { continue }
            return id
        }
        return nil
    }

    package func prolong(_ id: String, _ lease: JobLease) async throws(JobError) -> Job.Cancellation? {
        try await self.write(to: "prolong the lease of '\(id)'") { database in
            try Self.check(lease, of: id, database)
            try database.run("UPDATE jobs SET held_until = ? WHERE id = ?", [lease.until, id])
            return try database.row("SELECT * FROM jobs WHERE id = ?", [id]).flatMap(JobRows.cancellation)
        }
    }

    package func save(
        _ job: Job,
        _ lease: JobLease,
        keeping: Bool,
        notBefore: EventTime?
    ) async throws(JobError) {
        try await self.write(to: "store the job '\(job.id)'") { database in
            try Self.check(lease, of: job.id, database)
            try Self.update(job, database)
            if job.phase.isFinal || !keeping {
                try database.run(
                    "UPDATE jobs SET holder = NULL, held_until = NULL, not_before = ? WHERE id = ?",
                    [notBefore, job.id]
                )
            }
        }
    }

    package func append(_ lines: [JobLogLine], to id: String, _ lease: JobLease) async throws(JobError) {
        guard !lines.isEmpty else { return }
        try await self.write(to: "write the log of '\(id)'") { database in
            try Self.check(lease, of: id, database)
            try database.run(
                "INSERT INTO job_logs (job, step, start, at, line) VALUES (?, ?, ?, ?, ?)",
                // PostgreSQL keeps no NUL in a text.
                batch: lines.map { [id, $0.step, $0.start, $0.at, $0.text.replacing("\0", with: "\u{FFFD}")] }
            )
        }
    }

    package func cancel(
        _ id: String,
        _ cancellation: Job.Cancellation,
        at now: EventTime
    ) async throws(JobError) -> StoredJob {
        try await self.write(to: "cancel the job '\(id)'") { database in
            let stored = try Self.require(id, database)
            guard !stored.job.phase.isFinal else {
                throw JobError(
                    .jobWrongPhase,
                    "job \(id) is \(stored.job.phase.rawValue) already; there is nothing to cancel"
                )
            }
            if let row = try database.row("SELECT * FROM jobs WHERE id = ?", [id]) {
                try Self.cancel(row, cancellation, at: now, database)
            }
            try Self.record(.jobCancelled, of: stored.job, by: cancellation.by, at: now, cancellation.reason, database)
            return try Self.require(id, database)
        }
    }

    package func retry(_ id: String, by actor: String, at now: EventTime) async throws(JobError) -> StoredJob {
        try await self.write(to: "retry the job '\(id)'") { database in
            var machine = JobMachine(try Self.require(id, database).job)
            try machine.retry()
            try Self.update(machine.job, database)
            try database.run(
                """
                UPDATE jobs SET not_before = NULL, cancelled_by = NULL, cancelled_at = NULL, cancel_reason = NULL
                WHERE id = ?
                """,
                [id]
            )
            try Self.record(.jobRetried, of: machine.job, by: actor, at: now, nil, database)
            return try Self.require(id, database)
        }
    }

    // MARK: Inside a transaction

    /// Ends a job that nobody carries out; asks the process that does for any other.
    static func cancel(
        _ row: SQLRow,
        _ cancellation: Job.Cancellation,
        at now: EventTime,
        _ database: any SQLConnection
    ) throws {
        let stored = try JobRows.job(row)
        guard stored.job.cancellation == nil else { return }
        try database.run(
            "UPDATE jobs SET cancelled_by = ?, cancelled_at = ?, cancel_reason = ? WHERE id = ?",
            [cancellation.by, cancellation.at, cancellation.reason, stored.job.id]
        )
        guard stored.lease == nil else { return }
        var machine = JobMachine(stored.job)
        machine.wasClaimed(at: now)
        machine.cancel(cancellation)
        try Self.update(machine.job, database)
    }

    static func update(_ job: Job, _ database: any SQLConnection) throws {
        try database.run(
            "UPDATE jobs SET phase = ?, is_final = ?, state = ? WHERE id = ?",
            [job.phase.rawValue, job.phase.isFinal, try JobRows.text(of: job), job.id]
        )
    }

    static func check(_ lease: JobLease, of id: String, _ database: any SQLConnection) throws {
        let row = try database.row("SELECT holder, token FROM jobs WHERE id = ?", [id])
        let (holder, token): (String?, Int64?) = (row?["holder"], row?["token"])
        guard holder == lease.holder, token == lease.token else {
            throw JobError(.jobLeaseLost, "job \(id) is no longer held by this process; another one goes on with it")
        }
    }

    static func require(_ id: String, _ database: any SQLConnection) throws -> StoredJob {
        if let row = try database.row("SELECT * FROM jobs WHERE id = ?", [id]) { return try JobRows.job(row) }
        let known = try database.texts("SELECT id FROM jobs ORDER BY sequence DESC LIMIT 1000")
        throw JobError(.jobNotFound, "there is no job '\(id)'." + NearestName.suggestion(id, among: known))
    }

    static func record(
        _ action: LedgerAction,
        of job: Job,
        by actor: String,
        at now: EventTime,
        _ reason: String?,
        _ database: any SQLConnection
    ) throws {
        let payload: [String: JSONValue] = [
            "pipeline": .string(job.pipeline), "cause": .string(job.cause.kind.rawValue),
        ]
        try SQLLedger.append(
            LedgerRecord(
                action,
                of: "job:\(job.id)",
                Attribution(by: actor, at: now, reason: reason),
                payload: payload
            ),
            in: database
        )
    }

    // MARK: Errors

    func read<Result: Sendable>(
        to attempt: String,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws(JobError) -> Result {
        do {
            return try await self.database.read(to: attempt, body)
        } catch {
            throw Self.jobError(error)
        }
    }

    func write<Result: Sendable>(
        to attempt: String,
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws(JobError) -> Result {
        do {
            return try await self.database.write(to: attempt, body)
        } catch {
            throw Self.jobError(error)
        }
    }

    private static func jobError(_ error: TrackingError) -> JobError {
        error.underlying as? JobError ?? JobError(.jobStoreFailed, error.message, underlying: error)
    }
}

extension LedgerAction {
    static let jobStarted = LedgerAction("job.started")
    static let jobCancelled = LedgerAction("job.cancelled")
    static let jobRetried = LedgerAction("job.retried")
}
