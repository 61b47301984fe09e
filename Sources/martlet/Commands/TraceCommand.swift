import ArgumentParser
import MartletCore

/// `martlet trace REQUEST-ID`.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Go back from a prediction to the raw files it rests on.",
        discussion: """
            Prints the chain: prediction, values as used, feature rows, model version, run, training snapshot, source
            batches, raw files.

            Examples:
              martlet trace 01KJ3V7Z2Q8M5T0E4W6R9Y1X3B
              martlet trace 01KJ3V7Z2Q8M5T0E4W6R9Y1X3B --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The request's id, from the answer or from table predictions.")
    var requestID: String

    func run() async throws {
        let application = try self.options.application()
        let trace = try await application.trace(self.requestID)
        if self.json.isEnabled {
            application.terminal.line(trace.json.prettyText)
        } else {
            TraceView(trace).show(on: application.terminal)
        }
    }
}
