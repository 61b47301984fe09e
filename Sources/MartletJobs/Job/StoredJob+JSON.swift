package import MartletCore

extension StoredJob {
    /// The job as the API and `--json` show it.
    package var json: JSONValue {
        let job = self.job
        var members: [String: JSONValue] = [
            "id": .string(job.id), "pipeline": .string(job.pipeline), "phase": .string(job.phase.rawValue),
            "created_at": .string(job.createdAt.description), "started_at": Self.time(job.startedAt),
            "ended_at": Self.time(job.endedAt), "failure": job.failure.map { .string($0) } ?? .null,
            "cause": Self.cause(job.cause), "sequence": .integer(self.sequence),
            "steps": .array(zip(job.plan.steps, job.steps).map { Self.step($0, $1) }),
        ]
        if let cancellation = job.cancellation {
            members["cancellation"] = .object([
                "by": .string(cancellation.by), "at": .string(cancellation.at.description),
                "reason": cancellation.reason.map { .string($0) } ?? .null,
            ])
        }
        return .object(members)
    }

    private static func cause(_ cause: JobCause) -> JSONValue {
        .object([
            "kind": .string(cause.kind.rawValue), "by": .string(cause.by), "tick": .string(cause.tick.description),
            "date": .string(cause.date), "missed": .integer(Int64(cause.missed)),
            "files": .array(cause.files.map(JSONValue.string)),
            "commit": cause.commit.map { .string($0.id) } ?? .null, "sentence": .string(cause.sentence),
        ])
    }

    private static func step(_ plan: StepPlan, _ state: StepState) -> JSONValue {
        .object([
            "name": .string(plan.name), "kind": .string(plan.work.kind), "does": .string(plan.work.sentence),
            "needs": .array(plan.needs.map(JSONValue.string)), "phase": .string(state.phase.rawValue),
            "tries": .integer(Int64(state.tries)), "starts": .integer(Int64(state.starts)),
            "interruptions": .integer(Int64(state.interruptions)), "started_at": Self.time(state.startedAt),
            "ended_at": Self.time(state.endedAt), "not_before": Self.time(state.notBefore),
            "message": state.message.map { .string($0) } ?? .null, "result": .object(state.result),
        ])
    }

    private static func time(_ moment: EventTime?) -> JSONValue { moment.map { .string($0.description) } ?? .null }
}
