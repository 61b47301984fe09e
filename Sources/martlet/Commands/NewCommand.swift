import ArgumentParser
import Foundation
import MartletCore

/// `martlet new`: makes the files a person starts from.
struct NewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Make a new workspace from a template.",
        subcommands: [NewWorkspaceCommand.self]
    )
}

/// `martlet new workspace DIR`.
struct NewWorkspaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace",
        abstract: "Make a workspace: commented files that pass `martlet check`.",
        discussion: """
            Templates:
              apartments    sales with prices: regression, point-in-time averages, two models
              die-casting   pass or fail of shots: classification with rare fails, ordered in time
              api           sales from an HTTP API in XML with a key and pages, and a server that plays it
              blank         the smallest workspace

            Examples:
              martlet new workspace prices --template apartments
              martlet new workspace . --template blank
            """
    )

    @Argument(help: "The folder; it is made when it does not exist, and must be empty.")
    var directory: String

    @Option(help: "One of \(WorkspaceTemplate.Name.allCases.map(\.rawValue).joined(separator: ", ")).")
    var template: WorkspaceTemplate.Name = .blank

    func run() async throws {
        let terminal = Terminal()
        let folder = URL(filePath: self.directory).standardizedFileURL
        let template = WorkspaceTemplate.named(self.template)
        try template.write(to: folder)
        terminal.line("made a workspace from template '\(self.template.rawValue)' in \(folder.path)")
        for file in template.files(name: folder.lastPathComponent) { terminal.line("  \(file.path)") }
        terminal.line("next: cd \(self.directory) && martlet check")
    }
}

extension WorkspaceTemplate.Name: ExpressibleByArgument {}
