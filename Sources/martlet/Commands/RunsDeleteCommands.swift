import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet runs delete RUN…`.
struct RunsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete runs; they can be restored until `martlet gc` removes them.",
        discussion: """
            Examples:
              martlet runs delete 3f2a
              martlet runs delete 3f2a 91bc
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Argument(help: "Runs, by id or first digits.")
    var runs: [String]

    func run() async throws {
        try await self.options.application().setLifecycle(.deleted, ofRuns: self.runs)
    }
}

/// `martlet runs restore RUN…`.
struct RunsRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Take back the deletion of runs.",
        discussion: """
            Examples:
              martlet runs restore 3f2a
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Argument(help: "Runs, by id or first digits.")
    var runs: [String]

    func run() async throws {
        try await self.options.application().setLifecycle(.active, ofRuns: self.runs)
    }
}

extension Application {
    /// Deletes or restores the runs that `texts` name; none when one of them names no run.
    fileprivate func setLifecycle(_ lifecycle: Lifecycle, ofRuns texts: [String]) async throws {
        let tracking = try self.tracking()
        var found: [Run] = []
        for text in texts { found.append(try await tracking.run(matching: text)) }
        for run in found {
            try await tracking.setLifecycle(lifecycle, ofRun: run.id, at: .now)
            self.terminal.line("\(lifecycle == .deleted ? "deleted" : "restored") \(run.id) \(run.name)")
        }
    }
}
