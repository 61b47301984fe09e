import Foundation
import Logging
import MartletCore
import MartletJobs
import ServiceLifecycle
import UnixSignals

/// Shows a job's progress until it ends, and carries it out when no other process does.
struct JobFollower {
    private let application: Application
    private let isJSON: Bool

    init(_ application: Application, isJSON: Bool) {
        self.application = application
        self.isJSON = isJSON
    }

    /// Sees the job `id` through.
    ///
    /// - Throws: `QuietExit` when it does not succeed.
    func seeThrough(_ id: String) async throws {
        let application = self.application
        let worker = try application.jobWorker(limit: 1, isScheduling: false, quiet: true)
        if !self.isJSON { application.terminal.note("job \(id)") }
        let isSilent = self.isJSON
        try await SignalledWork.run {
            let work = Task { await worker.run(only: id) }
            await withTaskCancellationHandler {
                await Self.show(id, application, isSilent: isSilent)
                await work.value
            } onCancel: {
                work.cancel()
            }
        }
        let stored = try await application.jobStore().require(id)
        if self.isJSON {
            application.terminal.line(stored.json.prettyText)
        } else {
            application.terminal.line(
                JobTable.steps(stored.job, now: application.clock.now).lines(style: application.terminal.output)
                    .joined(separator: "\n")
            )
            application.terminal.line("job \(id) \(stored.job.phase.rawValue)")
        }
        if stored.job.phase != .succeeded { throw QuietExit(status: .failed) }
    }

    /// Writes each change of a step and each line of the log.
    private static func show(_ id: String, _ application: Application, isSilent: Bool) async {
        var phases: [StepPhase] = []
        var sequence: Int64 = 0
        var looks = 0
        while !Task.isCancelled {
            guard let store = try? application.jobStore(), let stored = try? await store.job(id) else { return }
            if !isSilent {
                let lines = (try? await store.log(of: id, step: nil, after: sequence, limit: 1_000)) ?? []
                for line in lines { application.terminal.note("  \(line.step)  \(line.text)") }
                sequence = lines.last?.sequence ?? sequence
                for (index, step) in stored.job.steps.enumerated()
                where phases.indices.contains(index) ? phases[index] != step.phase : step.phase != .waiting {
                    let plan = stored.job.plan.steps[index]
                    application.terminal.note("\(plan.name): \(step.phase.rawValue)" + Self.detail(plan, step))
                }
                phases = stored.job.steps.map(\.phase)
                looks += stored.job.phase == .queued ? 1 : 0
                if stored.job.phase == .queued, looks == 8 {
                    application.terminal.note("waits for its turn; earlier jobs of the pipeline go first")
                }
            }
            if stored.job.phase.isFinal { return }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    private static func detail(_ plan: StepPlan, _ step: StepState) -> String {
        switch step.phase {
        case .running: "  (\(plan.work.sentence))"
        case .succeeded: "  (\(JobTable.sentence(plan, step)))"
        default: step.message.map { ": \($0)" } ?? ""
        }
    }
}

/// Work that SIGTERM or SIGINT ends in order.
enum SignalledWork {
    /// Runs `body`; on a signal its task is cancelled and waited for.
    static func run(_ body: @escaping @Sendable () async -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: Work(body: body),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "martlet", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        )
        try await group.run()
    }

    private struct Work: Service {
        let body: @Sendable () async -> Void

        func run() async throws {
            await cancelWhenGracefulShutdown { await self.body() }
        }
    }
}
