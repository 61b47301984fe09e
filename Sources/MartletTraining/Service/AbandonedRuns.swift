import MartletCore
import MartletTracking

/// Closes runs that a killed training left open.
///
/// A run is abandoned when it is still `RUNNING`, was started by `martlet train`, and the process that started it is no
/// longer there. It becomes `KILLED`, with the reason as a tag; its params and metrics stay.
enum AbandonedRuns {
    /// Closes the abandoned runs of one experiment and returns how many there were.
    static func close(
        inExperiment experimentID: String,
        tracking: any TrackingStore,
        context: TrainingContext
    ) async throws -> Int {
        let search = RunSearch(
            experimentIDs: [experimentID],
            conditions: [.text(.status, .equal, RunStatus.running.rawValue), .exists(.tag("martlet.process"))]
        )
        var count = 0
        for run in try await tracking.search(search).runs {
            guard let process = run.tags["martlet.process"], process != context.process, !context.isAlive(process)
            else { continue }
            let tags = ["martlet.failure": "the process that trained it ended before the run did"]
            try await tracking.log(RunBatch(tags: tags), to: run.id)
            _ = try await tracking.updateRun(run.id, RunUpdate(status: .killed, endedAt: context.now()))
            count += 1
        }
        return count
    }
}
