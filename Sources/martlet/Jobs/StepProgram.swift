import Foundation
import MartletCore
import MartletEngines
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

    /// Runs it to its end; what it leaves in the background is not waited for.
    func carryOut() async -> StepReport {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.run()) }
        }
    }

    private func run() -> StepReport {
        let name = self.words[0]
        let program: ChildProcess
        do {
            // It is in the group of this process, so that one signal ends both with all they started.
            program = try ChildProcess(
                ["/usr/bin/env", "--"] + self.words,
                environment: self.application.processEnvironment.map { "\($0.key)=\($0.value)" },
                folder: self.application.workspace.folder.path,
                isApart: false,
                output: .descriptor(2),
                errors: .descriptor(2)
            )
        } catch {
            return .failed(Remark("step.program.notRun", "'\(name)' cannot be run: \(error.message)"), isFinal: false)
        }
        let ending = program.collect()
        StepParent.waitWhileEnding()
        switch ending {
        case .signalled(let number):
            let signal = Int(number)
            return .failed(Remark("step.program.signal", "'\(name)' was ended by signal \(signal)"), isFinal: false)
        case .exited(127):
            return .failed(
                Remark(
                    "step.program.unknown",
                    "there is no program '\(name)'; name one in PATH, or a file as ./name"
                ),
                isFinal: true
            )
        case .exited(let number):
            let status = Int(number)
            let result: [String: JSONValue] = ["status": .integer(Int64(status))]
            if status == 0 { return .done(result) }
            let reason = Remark("step.program.status", "'\(name)' ended with status \(status)")
            return .failed(reason, isFinal: false, result)
        }
    }
}

/// The end of a step's process from outside.
enum StepParent {
    /// Whether the end was asked for.
    private static let isEnding = Mutex(false)

    /// How long what the step started may take to end by itself, in tenths of a second.
    private static let patience = 50

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
        // A group of its own, when it has none yet: it ends as a whole.
        ProcessGroup.lead()
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            Self.isEnding.withLock { $0 = true }
            kill(0, SIGKILL)
        }
        signal(SIGTERM, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
        // The handler holds its source, which so lives as long as the process.
        source.setEventHandler { withExtendedLifetime(source) { Self.end() } }
        source.resume()
        return order
    }

    /// Returns unless the end was asked for: then the process ends while this waits, with all that the step started.
    static func waitWhileEnding() {
        while Self.isEnding.withLock({ $0 }) { Thread.sleep(forTimeInterval: 1) }
    }

    /// Asks everything that the step started to end, and ends what does not, with this process.
    private static func end() {
        // The signal to the group comes back to this process.
        let isFirst = Self.isEnding.withLock { isEnding in
            defer { isEnding = true }
            return !isEnding
        }
        guard isFirst else { return }
        kill(0, SIGTERM)
        // Programs that end themselves need no more time than that; others lose what they do now.
        for _ in 0..<Self.patience where ProcessGroup.hasOthers() { Thread.sleep(forTimeInterval: 0.1) }
        // What is under way is undone or gone on with by the next start, as after any end.
        kill(0, SIGKILL)
    }
}
