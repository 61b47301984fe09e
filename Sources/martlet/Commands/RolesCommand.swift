import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet roles`: what accounts may do, and where.
struct RolesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles",
        abstract: "Grant, list and withdraw roles.",
        discussion: """
            viewer reads and predicts; contributor also logs and registers; approver also approves and deploys;
            admin also deletes and, granted on '*', keeps accounts, keys, roles and webhooks.
            """,
        subcommands: [RolesListCommand.self, RolesGrantCommand.self, RolesWithdrawCommand.self],
        defaultSubcommand: RolesListCommand.self
    )
}

/// `martlet roles list`.
struct RolesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List who has which role where.",
        discussion: """
            Examples:
              martlet roles list
              martlet roles list ada --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only roles of this account.")
    var account: String?

    func run() async throws {
        let application = try self.options.application()
        var table = Table([
            .init("account"), .init("role"), .init("scope", "on"), .init("granted"), .init("by"),
        ])
        for grant in try await application.accessStore().grants(of: self.account) {
            table.add([
                .text(grant.account), .text(grant.role.rawValue), .text(grant.scope.description),
                .time(grant.author.at), .text(grant.author.actor),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nobody has a role yet")
    }
}

/// `martlet roles grant ACCOUNT ROLE`.
struct RolesGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give an account a role, in place of the one it has there.",
        discussion: """
            Examples:
              martlet roles grant ada approver --on 'model:price*'
              martlet roles grant training contributor --on 'experiment:team-a/*'
              martlet roles grant web viewer --on endpoint:apartment-price
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The account's name.")
    var account: String
    @Argument(help: "viewer, contributor, approver or admin.")
    var role: Role
    @Option(help: "Where: '*', experiment:PATTERN, model:PATTERN or endpoint:PATTERN; '*' in a pattern is any text.")
    var on = "*"

    func run() async throws {
        let application = try self.options.application()
        let scope = try AccessScope(self.on)
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        let author = Attribution(by: actor, at: .now)
        try await application.accessStore()
            .grant(AccessGrant(account: self.account, role: self.role, scope: scope, author: author))
        application.terminal.line("\(self.account) is \(self.role.rawValue) on \(scope)")
    }
}

/// `martlet roles withdraw ACCOUNT`.
struct RolesWithdrawCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Take away the role an account has somewhere.",
        discussion: """
            Example:
              martlet roles withdraw ada --on 'model:price*'
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The account's name.")
    var account: String
    @Option(help: "Where, exactly as it was granted.")
    var on = "*"
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let scope = try AccessScope(self.on)
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        let author = Attribution(by: actor, at: .now, reason: self.reason)
        try await application.accessStore().withdraw(scope, from: self.account, author)
        application.terminal.line("\(self.account) has no role on \(scope) any more; running servers follow in seconds")
    }
}
