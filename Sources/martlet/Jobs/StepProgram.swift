import Foundation
import MartletCore
import MartletJobs
import Synchronization

/// The program of a `command` step.
///
/// It runs in the workspace's folder, without a shell and with nothing to read; what it writes is the log. It may be
/// started again after a crash, so it sees in `MARTLET_EFFECT` a name that is equal for every start.
struct StepProgram: Sendable {
    private let words: [String]
    private let order: StepOrder
    private let application: Application

    init(_ words: [String], order: StepOrder, _ application: Application) {
        self.words = words
        self.order = order
        self.application = application
    }

    /// Runs it to its end.
    func carryOut() async -> StepReport {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.run()) }
        }
    }

    private func run() -> StepReport {
        let name = self.words[0]
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["--"] + self.words
        process.currentDirectoryURL = self.application.workspace.folder
        process.environment = self.application.processEnvironment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        process.standardError = FileHandle.standardError
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            return .failed(Remark("step.program.notRun", "'\(name)' cannot be run: \("\(error)")"), isFinal: false)
        }
        StepParent.child.withLock { $0 = process.processIdentifier }
        ended.wait()
        StepParent.child.withLock { $0 = nil }
        let status = Int(process.terminationStatus)
        if process.terminationReason == .uncaughtSignal {
            return .failed(Remark("step.program.signal", "'\(name)' was ended by signal \(status)"), isFinal: false)
        }
        if status == 127 {
            return .failed(
                Remark(
                    "step.program.unknown",
                    "there is no program '\(name)'; name one in PATH, or a file as ./name"
                ),
                isFinal: true
            )
        }
        let result: [String: JSONValue] = ["status": .integer(Int64(status))]
        if status == 0 { return .done(result) }
        return .failed(Remark("step.program.status", "'\(name)' ended with status \(status)"), isFinal: false, result)
    }
}

/// The end of a step's process from outside.
enum StepParent {
    /// The program that the step runs.
    static let child = Mutex<Int32?>(nil)

    /// Reads the order, then ends this process and its program when the worker goes away or asks for it.
    static func order() throws -> StepOrder {
        let input = FileHandle.standardInput
        var line = Data()
        while !line.contains(10), case let piece = input.availableData, !piece.isEmpty { line.append(piece) }
        let order: StepOrder
        do {
            order = try JSONDecoder().decode(StepOrder.self, from: line)
        } catch {
            throw CommandError(
                .commandInvalidArgument,
                "`martlet jobs execute` is started by `martlet up` and `martlet jobs work`, which give it its order; "
                    + "a person says `martlet jobs run`",
                status: .invalid
            )
        }
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            Self.end(with: SIGKILL)
        }
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        // The handler holds its source, which so lives as long as the process.
        source.setEventHandler { withExtendedLifetime(source) { Self.end(with: SIGTERM) } }
        source.resume()
        return order
    }

    /// Ends the program with everything it started, and then this process.
    private static func end(with signal: Int32) {
        if let child = Self.child.withLock({ $0 }) {
            Self.send(signal, to: child)
            if signal == SIGTERM {
                Thread.sleep(forTimeInterval: 5)
                Self.send(SIGKILL, to: child)
            }
        }
        // What is under way is undone or gone on with by the next start, as after any end.
        _exit(128 + signal)
    }

    private static func send(_ signal: Int32, to process: Int32) {
        // A program has a group of its own.
        if getpgid(process) == process { kill(-process, signal) } else { kill(process, signal) }
    }
}
