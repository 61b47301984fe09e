import ArgumentParser
import Foundation
import MartletCore

/// The process: reads the command line, runs one command, and ends with a status scripts can rely on.
@main
enum Program {
    static func main() async {
        exit(await Self.run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    /// Runs the command in `arguments`.
    ///
    /// Faults of the command line and of the workspace end with 2, unmet gates with 3, everything else with 1.
    static func run(_ arguments: [String]) async -> ExitStatus {
        let terminal = Terminal()
        do {
            var command = try Martlet.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .succeeded
        } catch let error as QuietExit {
            return error.status
        } catch let error as WorkspaceInvalid {
            terminal.show(error.diagnostics)
            let count = error.diagnostics.count { $0.severity == .error }
            terminal.note("the workspace has \(count) error\(count == 1 ? "" : "s"); nothing was done")
            return .invalid
        } catch let error as CommandError {
            terminal.show(error)
            return error.status
        } catch {
            return Self.report(error, of: arguments, to: terminal)
        }
    }

    /// Prints help or a fault of the command line; any other error with its code.
    private static func report(_ error: any Error, of arguments: [String], to terminal: Terminal) -> ExitStatus {
        let code = Martlet.exitCode(for: error)
        if code.isSuccess {
            terminal.line(Martlet.fullMessage(for: error))
            return .succeeded
        }
        if code == .validationFailure {
            terminal.note(Martlet.fullMessage(for: error))
            let names = Martlet.configuration.groupedSubcommands.flatMap { group in
                group.subcommands.compactMap { $0.configuration.commandName }
            }
            if let first = arguments.first, !first.hasPrefix("-"), !names.contains(first) {
                let hint = NearestName.suggestion(first, among: names)
                if !hint.isEmpty { terminal.note("There is no command '\(first)'.\(hint)") }
            }
            return .invalid
        }
        terminal.show(error)
        return .failed
    }
}
