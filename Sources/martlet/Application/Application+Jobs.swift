import Foundation
import MartletCore
import MartletJobs
import MartletServer
import MartletStores
import MartletTracking
import ServiceLifecycle

extension Application {
    /// Jobs, the processes that hold them, and their logs.
    func jobStore() throws -> any JobStore { SQLJobStore(try self.metadata.database()) }

    /// Where jobs are asked for.
    func jobDesk() throws -> JobDesk {
        let (clock, identifiers) = (self.clock, self.identifiers)
        return JobDesk(store: try self.jobStore(), newID: { identifiers.next("j") }, now: { clock.now })
    }

    /// What the routes and pages of jobs stand on.
    func jobContext() throws -> JobContext {
        let files = PipelineFiles(self)
        let clock = self.clock
        return JobContext(
            store: try self.jobStore(),
            desk: try self.jobDesk(),
            pipelines: { files.current() },
            now: { clock.now }
        )
    }

    /// The pipeline `name` of the workspace.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func pipeline(named name: String) throws -> Pipeline {
        let pipelines = self.workspace.pipelines
        if let found = pipelines.first(where: { $0.definition.name == name || $0.path == name }) {
            return found.definition
        }
        throw CommandError(
            .workspaceUnknownName,
            "the workspace has no pipeline '\(name)'; pipelines are files in pipelines/."
                + WorkspaceChecker.hint(name, pipelines.map(\.definition.name)),
            status: .invalid
        )
    }

    /// What carries jobs out in this process.
    ///
    /// - Parameters:
    ///   - limit: the most jobs at a time.
    ///   - isScheduling: whether it begins jobs too.
    ///   - quiet: leaves out what is said of jobs that begin and end.
    ///   - simulated: carries out steps in a simulation, in place of a process for each.
    /// - Returns: a worker that has not started.
    /// - Throws: what keeps the metadata from being opened.
    func jobWorker(
        limit: Int,
        isScheduling: Bool = true,
        quiet: Bool = false,
        simulated: SimulatedStepRunner? = nil
    ) throws -> JobWorker {
        let store = try self.jobStore()
        let (terminal, clock, identifiers) = (self.terminal, self.clock, self.identifiers)
        let files = PipelineFiles(self)
        let scheduler = JobScheduler(
            store: store,
            desk: try self.jobDesk(),
            watch: WorkspaceWatch(folder: self.workspace.folder),
            pipelines: { simulated == nil ? files.current() : files.current().map(\.simulated) },
            now: { clock.now },
            pace: clock.pace,
            report: { report in
                switch report {
                case .began(let job):
                    if !quiet { terminal.line("job \(job.id) of \(job.pipeline) waits: \(job.cause.sentence)") }
                case .leftOut(let pipeline, let reason): terminal.note("pipeline \(pipeline): \(reason)")
                case .stuck(let pipeline, let reason): terminal.note("pipeline \(pipeline): \(reason)")
                }
            }
        )
        var runner: any StepRunner = ProcessStepRunner(
            executable: Self.ownExecutable,
            folder: self.workspace.folder,
            environment: self.processEnvironment
        )
        if let simulated { runner = simulated }
        // Where a simulation says when time passes, a job that waits must not be waited for.
        let timing = clock.isStepped ? JobTiming(idle: .seconds(0)) : JobTiming(pace: clock.pace)
        return JobWorker(
            store: store,
            runner: runner,
            scheduler: isScheduling ? scheduler : nil,
            holder: JobHolder.own.name,
            limit: limit,
            timing: timing,
            now: { clock.now },
            chance: { identifiers.fraction() },
            isGone: JobHolder.isGone,
            report: { report in
                switch report {
                case .began(let job):
                    if !quiet { terminal.line("job \(job.id) of \(job.pipeline) began") }
                case .ended(let job):
                    let failure = job.failure.map { ": \($0)" } ?? ""
                    if !quiet { terminal.line("job \(job.id) of \(job.pipeline) \(job.phase.rawValue)\(failure)") }
                case .lost(let id): terminal.note("job \(id) is carried on by another process")
                case .stuck(let reason): terminal.note("jobs wait: \(reason)")
                case .recovered: terminal.note("jobs go on")
                }
            }
        )
    }

    /// This program's file.
    static var ownExecutable: URL {
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            return URL(filePath: path)
        }
        return Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
    }
}

/// Carries jobs out while the server runs; what is under way at its end is given back.
struct JobService: Service {
    let worker: JobWorker

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.worker.run() }
    }
}
