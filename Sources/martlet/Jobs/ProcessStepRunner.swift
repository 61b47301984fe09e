import Foundation
import MartletCore
import MartletEngines
import MartletJobs
import Synchronization

/// Carries out each step in a process of its own, so that a step that crashes or takes all memory takes nothing with it,
/// and one that hangs can be ended.
///
/// The order goes in as the first line of standard input, which then stays open: when this process dies, however it
/// dies, the step sees the end of its input and ends too. Standard error is the log; the last line of standard output
/// is the result.
struct ProcessStepRunner: StepRunner {
    /// This program.
    let executable: URL
    /// The workspace.
    let folder: URL
    let environment: [String: String]

    func run(_ order: StepOrder, log: @escaping @Sendable (String) -> Void) async -> StepOutcome {
        let running = RunningStep(
            [self.executable.path, "jobs", "execute", "--workspace", self.folder.path],
            self.environment.merging(Self.variables(of: order)) { $1 },
            in: self.folder
        )
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { continuation.resume(returning: running.carryOut(order, log)) }
            }
        } onCancel: {
            running.end()
        }
    }

    /// What sources, recipes and programs may read of the job.
    static func variables(of order: StepOrder) -> [String: String] {
        [
            "MARTLET_JOB": order.job.id, "MARTLET_PIPELINE": order.job.pipeline, "MARTLET_STEP": order.plan.name,
            "MARTLET_TRY": String(order.job.steps[order.index].tries), "MARTLET_EFFECT": order.effect,
            "MARTLET_TICK": order.job.cause.tick.description, "MARTLET_TICK_DATE": order.job.cause.date,
            "MARTLET_COMMIT": order.job.cause.commit?.id ?? "",
        ]
    }
}

/// A step's process, from its start to its end.
private final class RunningStep: Sendable {
    private struct State {
        /// The process while it runs.
        var process: ChildProcess?
        var isEnding = false
    }

    private let words: [String]
    private let environment: [String: String]
    private let folder: URL
    private let state = Mutex(State())

    /// How long a step may take to end itself.
    private static let patience: TimeInterval = 15

    init(_ words: [String], _ environment: [String: String], in folder: URL) {
        self.words = words
        self.environment = environment
        self.folder = folder
    }

    /// Runs the process to its end, on a thread of its own.
    func carryOut(_ order: StepOrder, _ log: @escaping @Sendable (String) -> Void) -> StepOutcome {
        let (result, words) = (StreamText(), StreamText())
        let process: ChildProcess
        let input: FileHandle
        let outputs: [Int32]
        do {
            let line = try JSONValue(encoding: order).canonicalText + "\n"
            guard let started = try self.start() else { return .ended }
            (process, input, outputs) = started
            // A process that ended at once reads nothing; its output says why.
            try? input.write(contentsOf: Data(line.utf8))
        } catch {
            let reason = Remark("step.notStarted", "its process could not be started: \("\(error)")")
            return .failed(reason, isFinal: false, result: [:])
        }
        let followed = process.follow(outputs) { place, piece in
            if place == 0 {
                result.append(piece)
            } else {
                for line in words.lines(adding: piece) { log(line) }
            }
        }
        if let rest = words.rest() { log(rest) }
        let isEnding = self.state.withLock { state in
            state.process = nil
            // Of a step that is to end nothing goes on in the background.
            if state.isEnding { process.end() }
            return state.isEnding
        }
        let ending = process.collect()
        try? input.close()
        if isEnding { return .ended }
        if followed == .held {
            log("a process that it left in the background still holds its output; the step ends without it")
        }
        return Self.outcome(result, ending)
    }

    /// Starts the process; `nil` when its end was asked for before.
    private func start() throws -> (ChildProcess, FileHandle, [Int32])? {
        let input = try ProgramPipe()
        let handle = FileHandle(fileDescriptor: input.writing, closeOnDealloc: true)
        defer { input.closeReading() }
        let (output, errors) = (try ProgramPipe(), try ProgramPipe())
        var isStarted = false
        defer {
            for pipe in [output, errors] {
                pipe.closeWriting()
                if !isStarted { pipe.closeReading() }
            }
        }
        let process = try self.state.withLock { state -> ChildProcess? in
            guard !state.isEnding else { return nil }
            let process = try ChildProcess(
                self.words,
                environment: self.environment.map { "\($0.key)=\($0.value)" },
                folder: self.folder.path,
                input: .descriptor(input.reading),
                output: .descriptor(output.writing),
                errors: .descriptor(errors.writing)
            )
            state.process = process
            return process
        }
        guard let process else { return nil }
        isStarted = true
        return (process, handle, [output.reading, errors.reading])
    }

    /// Asks the process to end, and ends it with all that it started when it does not.
    func end() {
        let isRunning = self.state.withLock { state in
            state.isEnding = true
            if let process = state.process { kill(process.id, SIGTERM) }
            return state.process != nil
        }
        guard isRunning else { return }
        DispatchQueue.global()
            .asyncAfter(deadline: .now() + Self.patience) {
                self.state.withLock { $0.process?.end() }
            }
    }

    private static func outcome(_ result: StreamText, _ ending: ChildProcess.Ending) -> StepOutcome {
        let line = result.text.split(separator: "\n").last ?? ""
        if let report = try? JSONDecoder().decode(StepReport.self, from: Data(line.utf8)) { return report.outcome }
        let how =
            switch ending {
            case .exited(let status): Remark("step.status", "status \(Int(status))")
            case .signalled(let signal): Remark("step.signal", "signal \(Int(signal))")
            }
        return .failed(
            Remark("step.noResult", "its process ended with \(how) and without a result; its log may say why"),
            isFinal: false,
            result: [:]
        )
    }
}

/// What a step's process says at its end.
struct StepReport: Codable, Sendable {
    let succeeded: Bool
    let message: String?
    /// The message with its code and values; absent where nobody has other words for it.
    var remark: Remark?
    let isFinal: Bool
    let result: [String: JSONValue]

    /// What the worker makes of it.
    var outcome: StepOutcome {
        self.succeeded
            ? .succeeded(self.result)
            : .failed(
                self.remark ?? Remark(said: self.message ?? "it failed"),
                isFinal: self.isFinal,
                result: self.result
            )
    }

    /// The step did its work.
    static func done(_ result: [String: JSONValue]) -> StepReport {
        StepReport(succeeded: true, message: nil, isFinal: true, result: result)
    }

    /// The step failed.
    static func failed(_ reason: Remark, isFinal: Bool, _ result: [String: JSONValue] = [:]) -> StepReport {
        StepReport(succeeded: false, message: reason.text, remark: reason, isFinal: isFinal, result: result)
    }
}
