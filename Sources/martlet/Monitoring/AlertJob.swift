import Foundation
import MartletCore
import MartletJobs
import MartletMonitoring
import MartletTracking

/// An action that takes its time, as a job: it is tried again, logged and seen like every other.
struct AlertJob {
    let application: Application
    let record: AlertActionRecord

    /// Asks for the job; a second time for the same action begins nothing.
    func begin(_ name: String) async throws -> Remark {
        let pipeline = Pipeline(
            name: "alert-\(self.record.order.action.replacing("_", with: "-"))",
            steps: [self.step(name)]
        )
        let by = "\(self.record.asked.actor) for the alert \(self.record.notice.alert)"
        let cause = JobCause(.person, by: by, tick: self.record.asked.at)
        let tick = JobTick(trigger: "alert action", key: self.record.id)
        switch try await self.application.jobDesk().begin(pipeline, cause, ticks: [tick], rule: .queue) {
        case .created(let stored):
            let id = stored.job.id
            return Remark("action.jobAsked", "job \(id) is asked for: martlet jobs show \(id)")
        case .repeated(let known):
            let id = known ?? ""
            return Remark("action.jobAskedBefore", "job \(id) was asked for: martlet jobs show \(id)")
        case .skipped(let reason): return Remark("action.noJob", "no job was begun: \(reason)")
        }
    }

    private func step(_ name: String) -> StepPlan {
        switch self.record.order.action {
        case "retrain" where self.record.order.isAtOnce == true:
            // As a person asks for it: no trigger is needed; the same rows are not trained twice.
            return StepPlan(name: "retrain", work: .retrainNow(name))
        case "retrain": return StepPlan(name: "retrain", work: .retrain(name))
        case "fallback":
            let words = [Application.ownExecutable.path, "ingest", name, "--fallback"]
            return StepPlan(name: "load-fallback", work: .command(words))
        default:
            return StepPlan(name: "scale", work: .command(self.record.order.command ?? []), timeout: .seconds(600))
        }
    }
}
