import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet deploy ENDPOINT --model NAME@alias`.
struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Put an approved model version behind an endpoint.",
        discussion: """
            A running server takes the new version without a restart and without a failed request.

            Examples:
              martlet deploy apartment-price --model apartment_price@champion
              martlet deploy apartment-price --model apartment_price:3 --reason "release 12"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "An endpoint that martlet.yaml declares.")
    var endpoint: String
    @Option(help: "NAME@alias, NAME:3, or NAME for the newest version.")
    var model: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .deploy, on: .endpoint(self.endpoint))
        let author = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        let deployment = try await application.deploy(self.model, to: self.endpoint, author)
        application.terminal.line("\(deployment.endpoint) now answers with \(deployment.version)")
    }
}
