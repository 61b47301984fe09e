import ArgumentParser
import MartletCore
import MartletJobs

/// `martlet jobs`: what is done by itself.
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Run pipelines, see what they did, end and repeat jobs.",
        discussion: """
            A pipeline is a file in pipelines/: steps, and what starts them. A job is one run of it. `martlet up` starts
            jobs when their time comes and carries them out; `martlet jobs work` does so without serving anything, in as
            many processes as there are.

            Examples:
              martlet jobs pipelines
              martlet jobs run nightly
              martlet jobs list --phase failed
              martlet jobs logs j1f2e3d4c5b --step train
            """,
        subcommands: [
            JobsListCommand.self, JobsPipelinesCommand.self, JobsShowCommand.self, JobsLogsCommand.self,
            JobsRunCommand.self, JobsRetryCommand.self, JobsCancelCommand.self, JobsBackfillCommand.self,
            JobsWorkCommand.self, JobsExecuteCommand.self,
        ],
        defaultSubcommand: JobsListCommand.self
    )
}

/// `martlet jobs list`.
struct JobsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List jobs, the newest first.",
        discussion: """
            Examples:
              martlet jobs list --pipeline nightly --limit 100
              martlet jobs list --phase failed --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Option(help: "Only those of this pipeline.")
    var pipeline: String?
    @Option(help: "Only those in this phase: \(JobPhase.allCases.map(\.rawValue).joined(separator: ", ")).")
    var phase: JobPhase?
    @Option(help: "The most to list.")
    var limit = 30

    func run() async throws {
        let application = try self.options.application()
        let filter = JobFilter(pipeline: self.pipeline, phase: self.phase, limit: max(1, self.limit))
        let jobs = try await application.jobStore().jobs(filter)
        application.terminal.show(
            JobTable.jobs(jobs, now: application.clock.now),
            asJSON: self.json.isEnabled,
            emptyNote: "no jobs yet; start one with: martlet jobs run PIPELINE"
        )
    }
}

/// `martlet jobs pipelines`.
struct JobsPipelinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipelines",
        abstract: "List the pipelines of the workspace, what starts them, and when next.",
        discussion: """
            Example:
              martlet jobs pipelines --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let store = try application.jobStore()
        var table = Table([
            .init("pipeline"), .init("steps", nil, .right), .init("triggers"), .init("next"), .init("last_job", "last"),
            .init("last_phase", "phase"), .init("file"),
        ])
        for file in application.workspace.pipelines {
            let pipeline = file.definition
            let last = try await store.jobs(JobFilter(pipeline: pipeline.name, limit: 1)).first
            table.add([
                .text(pipeline.name), .count(pipeline.steps.count),
                .init(
                    pipeline.triggers.map(\.sentence).joined(separator: "; "),
                    json: .array(pipeline.triggers.map { .string($0.sentence) })
                ),
                .time(pipeline.nextTick(after: application.clock.now)), .text(last?.job.id),
                .text(last?.job.phase.rawValue),
                .text(file.path),
            ])
        }
        application.terminal.show(
            table,
            asJSON: self.json.isEnabled,
            emptyNote: "no pipelines yet; write one in pipelines/NAME.yaml (martlet schema pipeline)"
        )
    }
}

/// `martlet jobs show`.
struct JobsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a job with its steps, and what they did.",
        discussion: """
            Examples:
              martlet jobs show j1f2e3d4c5b
              martlet jobs show j1f2e3d4c5b --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a job.")
    var id: String

    func run() async throws {
        let application = try self.options.application()
        let stored = try await application.jobStore().require(self.id)
        if self.json.isEnabled {
            application.terminal.line(stored.json.prettyText)
            return
        }
        application.terminal.line("job \(stored.job.id) of \(stored.job.pipeline): \(stored.job.phase.rawValue)")
        application.terminal.line(stored.job.cause.sentence)
        if let lease = stored.lease {
            application.terminal.line("held by \(JobHolder.short(lease.holder)) until \(Quantity.moment(lease.until))")
        }
        if let cancellation = stored.job.cancellation {
            let reason = cancellation.reason.map { ": \($0)" } ?? ""
            application.terminal.line("cancelled by \(cancellation.by)\(reason)")
        }
        application.terminal.line()
        application.terminal.show(JobTable.steps(stored.job, now: application.clock.now), asJSON: false)
    }
}

/// `martlet jobs logs`.
struct JobsLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what the steps of a job wrote.",
        discussion: """
            Examples:
              martlet jobs logs j1f2e3d4c5b
              martlet jobs logs j1f2e3d4c5b --step train --follow
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The id of a job.")
    var id: String
    @Option(help: "Only this step.")
    var step: String?
    @Flag(help: "Go on until the job ends.")
    var follow = false

    func run() async throws {
        let application = try self.options.application()
        let store = try application.jobStore()
        let stored = try await store.require(self.id)
        if let step = self.step, stored.job.index(of: step) == nil {
            let names = stored.job.plan.steps.map(\.name)
            throw CommandError(
                .commandNotFound,
                "job \(self.id) has no step '\(step)'." + WorkspaceChecker.hint(step, names),
                status: .invalid
            )
        }
        var sequence: Int64 = 0
        while true {
            let isOver = try await store.require(self.id).job.phase.isFinal
            while true {
                let lines = try await store.log(of: self.id, step: self.step, after: sequence, limit: 1_000)
                guard let last = lines.last else { break }
                for line in lines { application.terminal.line(self.text(of: line)) }
                sequence = last.sequence
            }
            if isOver || !self.follow { return }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func text(of line: JobLogLine) -> String {
        guard self.json.isEnabled else {
            let step = self.step == nil ? "\(line.step)  " : ""
            return "\(line.at.description.prefix(19))  \(step)\(line.text)"
        }
        return
            JSONValue.object([
                "sequence": .integer(line.sequence), "step": .string(line.step), "start": .integer(Int64(line.start)),
                "at": .string(line.at.description), "text": .string(line.text),
            ])
            .canonicalText
    }
}

extension JobPhase: ExpressibleByArgument {}

extension JobStore {
    /// The job of that id.
    ///
    /// - Throws: `CommandError` with the nearest id.
    func require(_ id: String) async throws -> StoredJob {
        if let stored = try await self.job(id) { return stored }
        let known = try await self.jobs(JobFilter(limit: 1_000)).map(\.job.id)
        throw CommandError(
            .commandNotFound,
            "there is no job '\(id)'; martlet jobs list shows them."
                + NearestName.suggestion(id, among: known),
            status: .invalid
        )
    }
}
