import MartletCore
import MartletJobs
import MartletTracking

/// The pipelines with what starts them and when next, and the newest jobs.
struct PipelinesPage: Sendable {
    static let liveInterval = 3_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        try Principal.require(.read, on: .unnamed)
        let mayRun = (try? Principal.require(.write, on: .unnamed)) != nil
        var pipelines: [View] = []
        var jobs: [View] = []
        var fault: String?
        if let source = self.context.jobs {
            do {
                for pipeline in try source.pipelines() { pipelines.append(try await self.view(of: pipeline, source)) }
            } catch {
                fault = readableMessage(of: error)
            }
            jobs = try await source.store.jobs(JobFilter(limit: 50)).map { JobBadge.view($0.job, self.visit) }
        }
        return ConsolePage(
            template: "pipelines",
            title: self.visit.words["pipelines"],
            section: .pipelines,
            view: [
                "pipelines": pipelines, "hasPipelines": !pipelines.isEmpty, "jobs": jobs, "hasJobs": !jobs.isEmpty,
                "fault": fault, "liveInterval": String(Self.liveInterval), "mayRun": mayRun,
            ]
        )
    }

    /// Begins a job of the pipeline, and shows it.
    func run() async throws -> ConsoleAnswer {
        try Principal.require(.write, on: .unnamed)
        let name = self.visit.component(1)
        guard let source = self.context.jobs else {
            throw ConsoleProblem.missing(self.visit.words, "missing.pipeline", name)
        }
        let author = Principal.attribution(orClaimed: self.visit.rememberedName, at: self.visit.now)
        let stored = try await source.desk.begin(try source.pipeline(name), by: author.actor)
        return .redirect(Address.of("jobs", stored.job.id) + "?notice=begun")
    }

    private func view(of pipeline: Pipeline, _ source: JobContext) async throws -> View {
        let last = try await source.store.jobs(JobFilter(pipeline: pipeline.name, limit: 1)).first?.job
        let triggers = pipeline.triggers.map { self.visit.words($0) }
        return [
            "pipeline": pipeline.name, "runAddress": Address.of("pipelines", pipeline.name, "run"),
            "description": pipeline.description,
            "stepsText": pipeline.steps.map(\.name).joined(separator: " → "),
            "triggersText": triggers.isEmpty ? self.visit.words["pipelines.byHand"] : triggers.joined(separator: " · "),
            "next": pipeline.nextTick(after: self.visit.now).map { self.visit.figures.next($0) },
            "last": last.map { JobBadge.view($0, self.visit) },
        ]
    }
}

/// How a job is named and marked wherever it is mentioned.
enum JobBadge {
    /// Name, address, phase and figures of `job`.
    static func view(_ job: Job, _ visit: ConsoleVisit) -> View {
        let end = job.endedAt ?? visit.now
        let seconds = job.startedAt.map { Double(end.microseconds - $0.microseconds) / 1_000_000 }
        let progress = job.progress
        return [
            "jobID": job.id, "jobAddress": Address.of("jobs", job.id), "jobPipeline": job.pipeline,
            "phaseText": visit.words["job.\(job.phase.rawValue)"], "phaseStyle": Self.style(job.phase),
            "progressText": "\(progress.done) / \(progress.all)",
            "tookText": seconds.map { visit.figures.duration($0) }, "createdAt": visit.figures.view(job.createdAt),
            "whyText": job.failureRemark.map { visit.words($0) } ?? visit.words(job.cause),
        ]
    }

    private static func style(_ phase: JobPhase) -> String {
        switch phase {
        case .queued: "pending"
        case .running: "running"
        case .succeeded: "approved"
        case .failed: "rejected"
        case .cancelled: "plain"
        }
    }

    /// The style class of a step's phase.
    static func style(_ phase: StepPhase) -> String {
        switch phase {
        case .waiting: "pending"
        case .running: "running"
        case .succeeded: "approved"
        case .failed: "rejected"
        case .skipped, .cancelled: "plain"
        }
    }
}
