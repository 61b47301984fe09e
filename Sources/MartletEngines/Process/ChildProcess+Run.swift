package import Foundation

extension ChildProcess {
    /// What a program said until it ended, and how it did.
    package struct Answer: Sendable, Hashable {
        package let ending: Ending
        package let output: Data
        package let errors: Data
    }

    /// Runs a program to its end and reads what it writes; the thread is held up for as long.
    ///
    /// - Parameters:
    ///   - arguments: the program, looked for in the `PATH` of `environment` when it has no slash, then its arguments.
    ///   - environment: its variables, each `NAME=value`; it sees no others.
    ///   - folder: the folder it starts in.
    ///   - isApart: whether it gets a process group of its own; else it is in that of this process.
    ///   - input: where its standard input comes from.
    ///   - limit: how long it may take before it is ended with what it started; `nil` as long as it likes. Only a program
    ///     that is apart can be ended so.
    /// - Returns: what it wrote, and how it ended.
    /// - Throws: `engine.failed` when it cannot be started.
    package static func run(
        _ arguments: [String],
        environment: [String],
        folder: String,
        isApart: Bool = true,
        input: Stream = .nothing,
        limit: Duration? = nil
    ) throws(EngineError) -> Answer {
        let output = try ProgramPipe()
        let errors: ProgramPipe
        do {
            errors = try ProgramPipe()
        } catch {
            output.closeReading()
            output.closeWriting()
            throw error
        }
        let child: ChildProcess
        do {
            defer { for pipe in [output, errors] { pipe.closeWriting() } }
            child = try ChildProcess(
                arguments,
                environment: environment,
                folder: folder,
                isApart: isApart,
                input: input,
                output: .descriptor(output.writing),
                errors: .descriptor(errors.writing)
            )
        } catch {
            for pipe in [output, errors] { pipe.closeReading() }
            throw error
        }
        var texts = [Data(), Data()]
        _ = child.follow([output.reading, errors.reading], limit: limit) { texts[$0].append($1) }
        return Answer(ending: child.collect(), output: texts[0], errors: texts[1])
    }
}
