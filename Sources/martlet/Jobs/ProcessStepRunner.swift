import Foundation
import MartletCore
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
        let process = Process()
        process.executableURL = self.executable
        process.arguments = ["jobs", "execute", "--workspace", self.folder.path]
        process.currentDirectoryURL = self.folder
        process.environment = self.environment.merging(Self.variables(of: order)) { $1 }
        let running = RunningStep(process)
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
        var isStarted = false
        var isEnding = false
        var isOver = false
    }

    // `Process` is not Sendable in name, but is used by one thread and, to end it, by its number.
    private let process: Mutex<Process>
    private let state = Mutex(State())

    /// How long a step may take to end itself.
    private static let patience: TimeInterval = 15

    init(_ process: sending Process) { self.process = Mutex(process) }

    /// Runs the process to its end, on a thread of its own.
    func carryOut(_ order: StepOrder, _ log: @escaping @Sendable (String) -> Void) -> StepOutcome {
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        let result = StreamText()
        let ended = DispatchGroup()
        ended.enter()
        do {
            let line = try JSONValue(encoding: order).canonicalText + "\n"
            let isStarted = try self.process.withLock { process in
                guard !self.state.withLock({ $0.isEnding }) else { return false }
                process.standardInput = input
                process.standardOutput = output
                process.standardError = errors
                process.terminationHandler = { _ in ended.leave() }
                try process.run()
                self.state.withLock { $0.isStarted = true }
                return true
            }
            guard isStarted else { return .ended }
            try input.fileHandleForWriting.write(contentsOf: Data(line.utf8))
        } catch {
            guard self.state.withLock({ $0.isStarted }) else {
                let reason = Remark("step.notStarted", "its process could not be started: \("\(error)")")
                return .failed(reason, isFinal: false, result: [:])
            }
        }
        let streams = DispatchGroup()
        let words = StreamText()
        Self.read(errors, streams) { piece in
            for line in words.lines(adding: piece) { log(line) }
        }
        Self.read(output, streams) { result.append($0) }
        ended.wait()
        self.state.withLock { $0.isOver = true }
        // A program that went into the background may hold the streams; its words are not waited for long.
        _ = streams.wait(timeout: .now() + 2)
        if let rest = words.rest() { log(rest) }
        try? input.fileHandleForWriting.close()
        if self.state.withLock({ $0.isEnding }) { return .ended }
        return self.outcome(result)
    }

    /// Asks the process to end, and ends it when it does not.
    func end() {
        self.state.withLock { $0.isEnding = true }
        guard let number = self.number else { return }
        kill(number, SIGTERM)
        DispatchQueue.global()
            .asyncAfter(deadline: .now() + Self.patience) {
                if self.number != nil { kill(number, SIGKILL) }
            }
    }

    /// The number of the process while it runs.
    private var number: Int32? {
        let state = self.state.withLock { $0 }
        return state.isStarted && !state.isOver ? self.process.withLock { $0.processIdentifier } : nil
    }

    private func outcome(_ result: StreamText) -> StepOutcome {
        let line = result.text.split(separator: "\n").last ?? ""
        if let report = try? JSONDecoder().decode(StepReport.self, from: Data(line.utf8)) { return report.outcome }
        let (status, reason) = self.process.withLock { ($0.terminationStatus, $0.terminationReason) }
        let how =
            reason == .uncaughtSignal
            ? Remark("step.signal", "signal \(Int(status))") : Remark("step.status", "status \(Int(status))")
        return .failed(
            Remark("step.noResult", "its process ended with \(how) and without a result; its log may say why"),
            isFinal: false,
            result: [:]
        )
    }

    private static func read(_ pipe: Pipe, _ group: DispatchGroup, _ take: @escaping @Sendable (Data) -> Void) {
        let handle = pipe.fileHandleForReading
        group.enter()
        Thread.detachNewThread {
            while case let piece = handle.availableData, !piece.isEmpty { take(piece) }
            group.leave()
        }
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
