import MartletCore
import MartletJobs

/// Jobs and steps as tables.
enum JobTable {
    /// One row for each job.
    static func jobs(_ jobs: [StoredJob], now: EventTime) -> Table {
        var table = Table([
            .init("job"), .init("pipeline"), .init("phase"), .init("steps", nil, .right),
            .init("created_at", "created"),
            .init("seconds", "took", .right), .init("why"),
        ])
        for job in jobs.map(\.job) {
            let progress = job.progress
            table.add([
                .text(job.id), .text(job.pipeline), .text(job.phase.rawValue),
                .init("\(progress.done)/\(progress.all)", json: .integer(Int64(progress.done))),
                .time(job.createdAt), .seconds(Self.seconds(job.startedAt, job.endedAt ?? now)),
                .text(job.failure ?? job.cause.sentence),
            ])
        }
        return table
    }

    /// One row for each step.
    static func steps(_ job: Job, now: EventTime) -> Table {
        var table = Table([
            .init("step"), .init("phase"), .init("tries", nil, .right), .init("interruptions", nil, .right),
            .init("started_at", "started"), .init("seconds", "took", .right), .init("result"),
        ])
        for (plan, state) in zip(job.plan.steps, job.steps) {
            table.add([
                .text(plan.name), .text(state.phase.rawValue), .count(state.tries), .count(state.interruptions),
                .time(state.startedAt), .seconds(Self.seconds(state.startedAt, state.endedAt ?? now)),
                .text(Self.sentence(plan, state)),
            ])
        }
        return table
    }

    /// What a step did, or why not.
    static func sentence(_ plan: StepPlan, _ state: StepState) -> String {
        if let message = state.message, state.phase != .succeeded {
            let again = state.notBefore.map { "; again at \(Quantity.moment($0))" } ?? ""
            return message + again
        }
        let figures = state.result.sorted { $0.key < $1.key }
            .compactMap { key, value -> String? in
                switch value {
                case .integer(let number): "\(key) \(Quantity.count(Int(number)))"
                case .string(let text): "\(key) \(text.count == 64 ? String(text.prefix(12)) : text)"
                default: nil
                }
            }
        return figures.isEmpty ? plan.work.sentence : figures.joined(separator: ", ")
    }

    private static func seconds(_ start: EventTime?, _ end: EventTime) -> Double? {
        start.map { Double(end.microseconds - $0.microseconds) / 1_000_000 }
    }
}
