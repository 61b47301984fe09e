import MartletCore
import MartletJobs
import MartletMonitoring

extension PastJob {
    /// What alerts look at of `job`.
    init(_ job: Job) {
        let trainings = zip(job.plan.steps, job.steps)
            .compactMap { plan, state -> Training? in
                guard let start = state.firstStartedAt ?? state.startedAt else { return nil }
                // A step that waits for another try is not under way.
                let end = state.phase == .running ? nil : state.endedAt ?? state.startedAt ?? start
                switch plan.work {
                case .train(let name), .retrain(let name), .retrainNow(let name):
                    return Training(recipe: name, startedAt: start, endedAt: end)
                case .ingest, .materialize, .command: return nil
                }
            }
        self.init(
            id: job.id,
            createdAt: job.createdAt,
            startedAt: job.startedAt,
            endedAt: job.phase.isFinal ? job.endedAt : nil,
            failure: job.phase == .failed ? job.failureRemark ?? Remark("job.failed", "it failed") : nil,
            tick: job.cause.kind == .schedule ? job.cause.tick : nil,
            trainings: trainings
        )
    }
}
