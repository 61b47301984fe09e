import ArgumentParser
import Foundation
import MartletCore
import MartletEngines

/// `martlet check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the whole workspace without reading data.",
        discussion: """
            Reads every file, follows every name from one file to another, prepares every piece of SQL against the
            declared schemas, and compares types. All faults are shown at once.

            Examples:
              martlet check
              martlet check --workspace prices --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Flag(help: "Treat warnings as errors.")
    var strict = false

    func run() async throws {
        let terminal = Terminal()
        let loader = WorkspaceLoader(environment: ProcessInfo.processInfo.environment)
        let (workspace, faults) = try loader.read(self.options.workspace)
        var diagnostics = faults
        var queryCount = 0
        if let workspace, !faults.contains(where: { $0.severity == .error }) {
            let result = WorkspaceChecker(workspace: workspace, locator: .ofProcess()).check()
            diagnostics += result.diagnostics
            queryCount = result.queryCount
        }
        let errorCount = diagnostics.count { $0.severity == .error }
        let warningCount = diagnostics.count - errorCount
        if self.json.isEnabled {
            terminal.line(JSONValue.array(diagnostics.map(Self.json)).prettyText)
        } else {
            terminal.show(diagnostics)
            if errorCount == 0, let workspace {
                let files =
                    1 + workspace.sources.count + workspace.features.count + workspace.recipes.count
                    + workspace.releases.count + workspace.labels.count + workspace.retraining.count
                    + workspace.pipelines.count + workspace.simulations.count + (workspace.policy == nil ? 0 : 1)
                let parts = "\(files) files, \(queryCount) queries and expressions"
                let warnings = warningCount == 0 ? "" : ", \(warningCount) warning\(warningCount == 1 ? "" : "s")"
                terminal.line("\(terminal.output.good("ok")): \(parts)\(warnings)")
            } else {
                terminal.note("\(errorCount) error\(errorCount == 1 ? "" : "s")")
            }
        }
        if errorCount > 0 || (self.strict && warningCount > 0) { throw QuietExit(status: .invalid) }
    }

    private static func json(_ diagnostic: Diagnostic) -> JSONValue {
        .object([
            "severity": .string(diagnostic.severity.rawValue), "code": .string(diagnostic.code.description),
            "message": .string(diagnostic.message),
            "file": diagnostic.location.map { .string($0.file) } ?? .null,
            "line": diagnostic.location.map { .integer(Int64($0.line)) } ?? .null,
            "column": diagnostic.location.map { .integer(Int64($0.column)) } ?? .null,
        ])
    }
}
