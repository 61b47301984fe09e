package import MartletCore
package import MartletJobs
import MartletTracking

/// Jobs in the metadata database, which several processes may share.
package struct SQLJobStore: JobStore {
    /// The most jobs of a pipeline that wait.
    private static let queueLimit = 1_000

    let database: MetadataDatabase

    /// Keeps jobs in `database`.
    package init(_ database: MetadataDatabase) { self.database = database }

    package func job(_ id: String) async throws(JobError) -> StoredJob? {
        try await self.read(to: "read the job '\(id)'") { database in
            try database.row("SELECT * FROM jobs WHERE id = ?", [id]).map(JobRows.job)
        }
    }

    package func jobs(_ filter: JobFilter) async throws(JobError) -> [StoredJob] {
        try await self.read(to: "list the jobs") { database in
            var conditions: [String] = []
            var arguments: [(any SQLBindable)?] = []
            if let pipeline = filter.pipeline {
                conditions.append("pipeline = ?")
                arguments.append(pipeline)
            }
            if let phase = filter.phase {
                conditions.append("phase = ?")
                arguments.append(phase.rawValue)
            }
            if let before = filter.before {
                conditions.append("sequence < ?")
                arguments.append(before)
            }
            let narrowed = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            arguments.append(filter.limit)
            return try database.rows("SELECT * FROM jobs \(narrowed) ORDER BY sequence DESC LIMIT ?", arguments)
                .map(JobRows.job)
        }
    }

    package func log(
        of id: String,
        step: String?,
        after sequence: Int64,
        limit: Int
    ) async throws(JobError) -> [JobLogLine] {
        try await self.read(to: "read the log of '\(id)'") { database in
            let rows =
                if let step {
                    try database.rows(
                        "SELECT * FROM job_logs WHERE job = ? AND sequence > ? AND step = ? ORDER BY sequence LIMIT ?",
                        [id, sequence, step, limit]
                    )
                } else {
                    try database.rows(
                        "SELECT * FROM job_logs WHERE job = ? AND sequence > ? ORDER BY sequence LIMIT ?",
                        [id, sequence, limit]
                    )
                }
            return rows.map(JobRows.line)
        }
    }

    // MARK: Beginning

    package func create(
        _ job: Job,
        ticks: [JobTick],
        rule: ConcurrencyRule
    ) async throws(JobError) -> JobCreation {
        try await self.write(to: "begin a job of '\(job.pipeline)'") { database in
            let unseen = try ticks.filter { try !Self.isSeen($0, of: job.pipeline, database) }
            if !ticks.isEmpty, unseen.isEmpty {
                let earlier = try database.row(
                    "SELECT job FROM job_ticks WHERE pipeline = ? AND trigger_name = ? AND tick = ?",
                    [job.pipeline, ticks[0].trigger, ticks[0].key]
                )
                return .repeated(earlier?["job"])
            }
            let open = try database.rows(
                "SELECT * FROM jobs WHERE pipeline = ? AND is_final = 0 ORDER BY sequence",
                [job.pipeline]
            )
            if let reason = Self.obstacle(open.count, rule) {
                for tick in unseen where tick.moment != nil {
                    try Self.note(tick, job: nil, job.createdAt, job.pipeline, database)
                }
                return .skipped(reason)
            }
            if rule == .replace {
                let cancellation = Job.Cancellation(
                    by: "martlet",
                    at: job.createdAt,
                    reason: "replaced by \(job.id)"
                )
                for row in open { try Self.cancel(row, cancellation, at: job.createdAt, database) }
            }
            for tick in unseen { try Self.note(tick, job: job.id, job.createdAt, job.pipeline, database) }
            try database.run(
                "INSERT INTO jobs (id, pipeline, phase, is_final, state, token) VALUES (?, ?, ?, ?, ?, 0)",
                [job.id, job.pipeline, job.phase.rawValue, false, try JobRows.text(of: job)]
            )
            if job.cause.kind == .person || job.cause.kind == .backfill {
                try Self.record(.jobStarted, of: job, by: job.cause.by, at: job.createdAt, nil, database)
            }
            return .created(try Self.require(job.id, database))
        }
    }

    private static func obstacle(_ openCount: Int, _ rule: ConcurrencyRule) -> String? {
        if rule == .skip, openCount > 0 { return "an earlier job goes on, and the pipeline's concurrency is skip" }
        if openCount >= Self.queueLimit { return "\(openCount) jobs of the pipeline wait already, which is the limit" }
        return nil
    }

    private static func isSeen(_ tick: JobTick, of pipeline: String, _ database: any SQLConnection) throws -> Bool {
        if let moment = tick.moment {
            let clock = try database.row(
                "SELECT newest FROM job_clocks WHERE pipeline = ? AND trigger_name = ?",
                [pipeline, tick.trigger]
            )
            if let clock, moment <= clock.time("newest") { return true }
        }
        return try database.row(
            "SELECT 1 FROM job_ticks WHERE pipeline = ? AND trigger_name = ? AND tick = ?",
            [pipeline, tick.trigger, tick.key]
        ) != nil
    }

    private static func note(
        _ tick: JobTick,
        job: String?,
        _ now: EventTime,
        _ pipeline: String,
        _ database: any SQLConnection
    ) throws {
        try database.run(
            "INSERT INTO job_ticks (pipeline, trigger_name, tick, job, seen_at) VALUES (?, ?, ?, ?, ?)",
            [pipeline, tick.trigger, tick.key, job, now]
        )
        guard let moment = tick.moment else { return }
        try database.run(
            """
            INSERT INTO job_clocks (pipeline, trigger_name, newest) VALUES (?, ?, ?)
            ON CONFLICT (pipeline, trigger_name) DO UPDATE SET newest = excluded.newest
            """,
            [pipeline, tick.trigger, moment]
        )
    }

    package func position(
        of trigger: String,
        in pipeline: String,
        at now: EventTime
    ) async throws(JobError) -> EventTime {
        let known = try await self.read(to: "read the clocks of '\(pipeline)'") { database in
            try Self.newest(trigger, pipeline, database)
        }
        if let known { return known }
        return try await self.write(to: "note the clock of '\(pipeline)'") { database in
            try database.run(
                """
                INSERT INTO job_clocks (pipeline, trigger_name, newest) VALUES (?, ?, ?)
                ON CONFLICT (pipeline, trigger_name) DO NOTHING
                """,
                [pipeline, trigger, now]
            )
            return try Self.newest(trigger, pipeline, database) ?? now
        }
    }

    private static func newest(
        _ trigger: String,
        _ pipeline: String,
        _ database: any SQLConnection
    ) throws -> EventTime? {
        try database.row(
            "SELECT newest FROM job_clocks WHERE pipeline = ? AND trigger_name = ?",
            [pipeline, trigger]
        )?
        .time("newest")
    }

    package func pass(_ tick: JobTick, in pipeline: String, at now: EventTime) async throws(JobError) {
        try await self.write(to: "note a tick of '\(pipeline)'") { database in
            if try !Self.isSeen(tick, of: pipeline, database) { try Self.note(tick, job: nil, now, pipeline, database) }
        }
    }

    package func seen(
        _ keys: [String],
        by trigger: String,
        in pipeline: String
    ) async throws(JobError) -> Set<String> {
        try await self.read(to: "read the ticks of '\(pipeline)'") { database in
            var seen: Set<String> = []
            for page in SQLList.pages(of: keys) {
                let found = try database.texts(
                    "SELECT tick FROM job_ticks WHERE pipeline = ? AND trigger_name = ? AND tick IN (\(page.placeholders))",
                    [pipeline, trigger] + page.arguments
                )
                seen.formUnion(found)
            }
            return seen
        }
    }
}
