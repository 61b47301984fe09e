import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet models approve NAME:3`.
struct ModelsApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a version, so that it may be deployed.",
        discussion: """
            Examples:
              martlet models approve apartment_price:3 --reason "MAE 4 % better than the champion"
              martlet models approve apartment_price --alias champion
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "NAME:3, NAME@alias, or NAME for the newest.")
    var version: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?
    @Option(help: "Also give the version this alias, such as champion.")
    var alias: String?

    func run() async throws {
        let application = try self.options.application()
        let registry = try application.registry()
        let version = try await registry.resolve(ModelReference(self.version))
        let actor = try await application.actor(self.actor.name, .decide, on: .model(version.id.model))
        let decision = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        let decided = try await registry.decide(.approved, on: version.id, decision)
        application.terminal.line("\(decided.id) is Approved by \(decision.actor)")
        if let alias = self.alias {
            try await registry.setAlias(alias, to: decided.id, decision)
            application.terminal.line("\(decided.id.model)@\(alias) is now \(decided.id)")
        }
    }
}

/// `martlet models reject NAME:3`.
struct ModelsRejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Reject a version; it cannot be deployed.",
        discussion: """
            Example:
              martlet models reject apartment_price:3 --reason "worse in Gangnam"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "NAME:3, NAME@alias, or NAME for the newest.")
    var version: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let registry = try application.registry()
        let version = try await registry.resolve(ModelReference(self.version))
        let actor = try await application.actor(self.actor.name, .decide, on: .model(version.id.model))
        let decision = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        let decided = try await registry.decide(.rejected, on: version.id, decision)
        application.terminal.line("\(decided.id) is Rejected by \(decision.actor)")
    }
}

/// `martlet models alias NAME:3 ALIAS`.
struct ModelsAliasCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias",
        abstract: "Give a version a name such as champion, or take it away.",
        discussion: """
            Examples:
              martlet models alias apartment_price:3 champion
              martlet models alias apartment_price challenger --remove
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "NAME:3, NAME@alias, or NAME for the newest.")
    var version: String
    @Argument(help: "The alias, such as champion or challenger.")
    var alias: String
    @Flag(help: "Take the alias away from the model.")
    var remove = false
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let registry = try application.registry()
        let reference = try ModelReference(self.version)
        let actor = try await application.actor(self.actor.name, .write, on: .model(reference.model))
        let author = Attribution(by: actor, at: application.clock.now, reason: self.reason)
        if self.remove {
            try await registry.removeAlias(self.alias, from: reference.model, author)
            application.terminal.line("\(reference.model)@\(self.alias) is removed")
            return
        }
        let version = try await registry.resolve(reference)
        try await registry.setAlias(self.alias, to: version.id, author)
        application.terminal.line("\(version.id.model)@\(self.alias) is now \(version.id)")
    }
}
