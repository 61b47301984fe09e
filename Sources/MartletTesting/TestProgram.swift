package import Foundation
package import MartletEngines
import Synchronization

/// A program that a test runs, or leaves running while it talks to it.
///
/// It belongs to the process group of the tests, so that one signal ends all of them.
package final class TestProgram: Sendable {
    /// What a program said until it ended.
    package struct Outcome: Sendable {
        package let ending: ChildProcess.Ending
        package let bytes: Data
        /// What it wrote to its standard error.
        package let errors: String

        /// The status it exited with; -1 when a signal ended it.
        package var status: Int32 { self.ending.status ?? -1 }
        /// What it wrote to its standard output.
        package var output: String { String(decoding: self.bytes, as: UTF8.self) }
    }

    private let child: ChildProcess
    private let ending = Mutex<ChildProcess.Ending?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked for in `PATH` when it has no slash, then its arguments.
    ///   - folder: the folder it starts in; `nil` for the one for temporary files.
    ///   - environment: its variables; `nil` for those of the tests.
    ///   - input: where its standard input comes from.
    ///   - output: where its standard output goes.
    ///   - errors: where its standard error goes.
    /// - Throws: `engine.failed` when it cannot be started.
    package init(
        _ arguments: [String],
        in folder: URL? = nil,
        environment: [String: String]? = nil,
        input: ChildProcess.Stream = .nothing,
        output: ChildProcess.Stream = .nothing,
        errors: ChildProcess.Stream = .nothing
    ) throws {
        self.child = try ChildProcess(
            arguments,
            environment: Self.variables(environment),
            folder: Self.path(folder),
            isApart: false,
            input: input,
            output: output,
            errors: errors
        )
    }

    /// Runs a program to its end; the thread is held up for as long.
    ///
    /// - Throws: `engine.failed` when it cannot be started.
    package static func run(
        _ arguments: [String],
        in folder: URL? = nil,
        environment: [String: String]? = nil,
        input: ChildProcess.Stream = .nothing
    ) throws -> Outcome {
        let answer = try ChildProcess.run(
            arguments,
            environment: Self.variables(environment),
            folder: Self.path(folder),
            isApart: false,
            input: input
        )
        return Outcome(
            ending: answer.ending,
            bytes: answer.output,
            errors: String(decoding: answer.errors, as: UTF8.self)
        )
    }

    /// Whether it still runs.
    package var isRunning: Bool { self.ending.withLock { $0 == nil && !self.child.hasEnded() } }

    /// Sends it a signal, unless it ended.
    package func signal(_ number: Int32) {
        self.ending.withLock { ending in
            if ending == nil { _ = kill(self.child.id, number) }
        }
    }

    /// Waits for its end, and says how it ended; it may be asked again.
    @discardableResult
    package func wait() -> ChildProcess.Ending {
        self.ending.withLock { ending in
            let found = ending ?? self.child.collect()
            ending = found
            return found
        }
    }

    /// Waits for its end, but no longer than `limit`; whether it came.
    package func hasEnded(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while self.isRunning {
            if .now >= deadline { return false }
            Thread.sleep(forTimeInterval: 0.005)
        }
        return true
    }

    /// Ends it at once, as a crash does, and waits for it.
    package func end() {
        self.signal(SIGKILL)
        self.wait()
    }

    private static func variables(_ environment: [String: String]?) -> [String] {
        (environment ?? ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" }
    }

    private static func path(_ folder: URL?) -> String { (folder ?? FileManager.default.temporaryDirectory).path }
}
