import ArgumentParser

/// `martlet version`.
struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version.",
        discussion: "For the engines and their versions, see: martlet doctor"
    )

    func run() async throws { Terminal().line("martlet \(MartletVersion.current)") }
}
