import ArgumentParser
import Foundation
import MartletCore
import MartletJobs
import MartletTracking

/// `martlet jobs run`.
struct JobsRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Start a job of a pipeline, and see it through.",
        discussion: """
            The job is carried out by this command, unless another process takes it first; its progress is shown either
            way. With --detach it is only queued for `martlet up` or `martlet jobs work`. Ends with status 1 when the
            job does not succeed. Ctrl-C leaves the job to the next process; martlet jobs cancel ends it.

            Examples:
              martlet jobs run nightly
              martlet jobs run nightly --detach --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Argument(help: "The pipeline.")
    var pipeline: String
    @Flag(help: "Queue the job and return at once.")
    var detach = false

    func run() async throws {
        let application = try self.options.application()
        let pipeline = try application.pipeline(named: self.pipeline)
        let actor = try await application.actor(self.actor.name, .write, on: .unnamed)
        let stored = try await application.jobDesk().begin(pipeline, by: actor)
        if self.detach {
            application.terminal.line(self.json.isEnabled ? stored.json.prettyText : stored.job.id)
            return
        }
        try await JobFollower(application, isJSON: self.json.isEnabled).seeThrough(stored.job.id)
    }
}

/// `martlet jobs retry`.
struct JobsRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Do again what failed or was cancelled in a job; what succeeded stays.",
        discussion: """
            Examples:
              martlet jobs retry j1f2e3d4c5b
              martlet jobs retry j1f2e3d4c5b --detach
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Argument(help: "The id of a job.")
    var id: String
    @Flag(help: "Queue the job and return at once.")
    var detach = false

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .write, on: .unnamed)
        let stored = try await application.jobStore().retry(self.id, by: actor, at: application.clock.now)
        if self.detach {
            application.terminal.line(self.json.isEnabled ? stored.json.prettyText : "job \(stored.job.id) waits")
            return
        }
        try await JobFollower(application, isJSON: self.json.isEnabled).seeThrough(stored.job.id)
    }
}

/// `martlet jobs cancel`.
struct JobsCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End a job: its running steps are ended, and no other starts.",
        discussion: """
            What succeeded stays done. A program of the job has 5 seconds to end itself after SIGTERM.

            Example:
              martlet jobs cancel j1f2e3d4c5b --reason "wrong day"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @OptionGroup var actor: ActorOption
    @Argument(help: "The id of a job.")
    var id: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .write, on: .unnamed)
        let cancellation = Job.Cancellation(by: actor, at: application.clock.now, reason: self.reason)
        let stored = try await application.jobStore().cancel(self.id, cancellation, at: application.clock.now)
        if self.json.isEnabled {
            application.terminal.line(stored.json.prettyText)
        } else {
            let isOver = stored.job.phase.isFinal
            application.terminal.line(
                isOver
                    ? "job \(self.id) is cancelled" : "job \(self.id) is asked to end; its process does so in seconds"
            )
        }
    }
}

/// `martlet jobs work`.
struct JobsWorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Start jobs when their time comes and carry them out, without serving anything.",
        discussion: """
            As many processes as wanted may do so on one workspace, and on several machines when the metadata is in
            PostgreSQL. A process that dies is replaced: its jobs go on in another one at once on the same machine, and
            within 10 seconds on another. Ctrl-C or SIGTERM gives jobs back.

            Examples:
              martlet jobs work
              martlet jobs work --jobs 4
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Option(help: "The most jobs at a time.")
    var jobs = 2
    @Flag(help: "End when nothing is left to do, and start no jobs by clocks, files or branches.")
    var untilIdle = false

    func validate() throws {
        if !(1...64).contains(self.jobs) { throw ValidationError("--jobs is \(self.jobs); it must be 1 to 64") }
    }

    func run() async throws {
        let application = try self.options.application()
        let worker = try application.jobWorker(limit: self.jobs, isScheduling: !self.untilIdle)
        if self.untilIdle {
            await worker.runUntilIdle()
        } else {
            application.terminal.line("working on jobs as \(JobHolder.short(JobHolder.own.name))")
            try await SignalledWork.run { await worker.run() }
        }
    }
}

/// `martlet jobs execute`: one step, in a process of its own; for workers only.
struct JobsExecuteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "execute",
        abstract: "Carry out one step, as a worker ordered.",
        shouldDisplay: false
    )

    @OptionGroup var options: WorkspaceOptions

    func run() async throws {
        let order = try StepParent.order()
        let report: StepReport
        do {
            report = await StepExecution(application: try self.options.application(), order: order).carryOut()
        } catch let error as WorkspaceInvalid {
            Terminal().show(error.diagnostics)
            let reason = Remark("step.workspaceInvalid", "the workspace is not valid; martlet check says why")
            report = .failed(reason, isFinal: true)
        }
        Terminal().line(try JSONValue(encoding: report).canonicalText)
        if !report.succeeded { throw QuietExit(status: .failed) }
    }
}
