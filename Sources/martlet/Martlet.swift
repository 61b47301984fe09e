import ArgumentParser

/// The command line of Martlet.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "The whole life of a tabular model in one program."
    )
}
