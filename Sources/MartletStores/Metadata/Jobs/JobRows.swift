import Foundation
import MartletCore
import MartletJobs

/// Jobs as rows.
enum JobRows {
    static func text(of job: Job) throws -> String { try JSONValue(encoding: job).canonicalText }

    static func job(_ row: SQLRow) throws -> StoredJob {
        let text: String = row["state"]
        var job = try JSONDecoder().decode(Job.self, from: Data(text.utf8))
        if job.cancellation == nil, !job.phase.isFinal { job.cancellation = Self.cancellation(row) }
        let holder: String? = row["holder"]
        let lease = holder.map { holder in
            JobLease(holder: holder, token: row["token"], until: row.time("held_until"))
        }
        return StoredJob(job: job, sequence: row["sequence"], lease: lease)
    }

    /// Who wants the job of the row to end.
    static func cancellation(_ row: SQLRow) -> Job.Cancellation? {
        let by: String? = row["cancelled_by"]
        guard let by, let at = row.optionalTime("cancelled_at") else { return nil }
        return Job.Cancellation(by: by, at: at, reason: row["cancel_reason"])
    }

    static func line(_ row: SQLRow) -> JobLogLine {
        JobLogLine(
            sequence: row["sequence"],
            step: row["step"],
            start: row["start"],
            at: row.time("at"),
            text: row["line"]
        )
    }
}
