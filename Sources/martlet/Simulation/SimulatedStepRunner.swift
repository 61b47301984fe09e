import MartletCore
import MartletJobs

/// Carries out steps in this process, one at a time, and lets the time pass that the plan says they take.
struct SimulatedStepRunner: StepRunner {
    let application: Application
    let durations: StepDurations
    /// Told of each step that ended; returns when its time has passed.
    let ended: @Sendable (StepOrder, StepOutcome, TimeSpan) async -> Void

    func run(_ order: StepOrder, log: @escaping @Sendable (String) -> Void) async -> StepOutcome {
        var application = self.application
        application.processEnvironment.merge(ProcessStepRunner.variables(of: order)) { $1 }
        let report = await StepExecution(application: application, order: order).carryOut()
        let outcome = report.outcome
        await self.ended(order, outcome, self.duration(order.plan.work))
        return outcome
    }

    private func duration(_ work: StepWork) -> TimeSpan {
        switch work {
        case .ingest: self.durations.ingest
        case .materialize: self.durations.materialize
        case .train, .retrain, .retrainNow: self.durations.train
        case .command: self.durations.command
        }
    }
}

extension Pipeline {
    /// The pipeline as a simulation carries it out: by its clocks alone, and one step after the other, so that the same seed
    /// gives the same order.
    var simulated: Pipeline {
        var pipeline = self
        pipeline.triggers = self.triggers.filter { $0.schedule != nil }
        pipeline.parallel = 1
        return pipeline
    }
}
