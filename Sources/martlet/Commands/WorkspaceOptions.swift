import ArgumentParser
import Foundation

/// The options of every command that works on a workspace.
struct WorkspaceOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The workspace's folder; by default the one around the current folder.")
    var workspace: String?

    /// Reads the workspace and makes the application that works on it.
    func application() throws -> Application {
        let environment = ProcessInfo.processInfo.environment
        let workspace = try WorkspaceLoader(environment: environment).load(self.workspace)
        return Application(
            workspace: workspace,
            processEnvironment: environment,
            clock: try .read(in: workspace.storeFolder)
        )
    }
}

/// The switch of every command that prints a table.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON with stable keys in place of a table.")
    var isEnabled = false
}

/// Who acts, for the ledger.
struct ActorOption: ParsableArguments {
    @Option(
        name: .customLong("by"),
        help: "Who does this, for the ledger; by default the account of $MARTLET_API_KEY, else $USER."
    )
    var name: String?
}
