import ArgumentParser
import MartletCore
import MartletTracking

/// `martlet users`: who may ask.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Add, list and disable accounts of people and programs.",
        discussion: "An account opens nothing by itself: give it a role, then a key (martlet keys create).",
        subcommands: [
            UsersListCommand.self, UsersAddCommand.self, UsersDisableCommand.self, UsersEnableCommand.self,
        ],
        defaultSubcommand: UsersListCommand.self
    )
}

/// `martlet users list`.
struct UsersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the accounts and their roles.",
        discussion: """
            Example:
              martlet users list --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        let store = try application.accessStore()
        let grants = Dictionary(grouping: try await store.grants(of: nil), by: \.account)
        var table = Table([
            .init("name"), .init("kind"), .init("owner"), .init("roles"), .init("disabled_at"), .init("created"),
            .init("by"),
        ])
        for account in try await store.accounts() {
            let roles = (grants[account.name] ?? []).map { "\($0.role.rawValue) on \($0.scope)" }
            table.add([
                .text(account.name), .text(account.kind.rawValue), .text(account.owner),
                .init(roles.joined(separator: ", "), json: .array(roles.map(JSONValue.string))),
                .time(account.disabledAt), .time(account.author.at), .text(account.author.actor),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "there is no account yet")
    }
}

/// `martlet users add NAME`.
struct UsersAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add an account, with a role when one is given.",
        discussion: """
            Examples:
              martlet users add ada --role admin
              martlet users add training --service --owner ada --role contributor --on 'experiment:*'
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The account's name, such as a login or an address.")
    var name: String
    @Flag(help: "A program, not a person.")
    var service = false
    @Option(help: "The person a program acts for; what it registers counts as theirs.")
    var owner: String?
    @Option(help: "A role: viewer, contributor, approver or admin.")
    var role: Role?
    @Option(help: "Where the role holds: '*', experiment:PATTERN, model:PATTERN or endpoint:PATTERN.")
    var on = "*"

    func run() async throws {
        let application = try self.options.application()
        let scope = try AccessScope(self.on)
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        let author = Attribution(by: actor, at: .now)
        let store = try application.accessStore()
        let kind: Account.Kind = self.service ? .service : .user
        try await store.addAccount(Account(name: self.name, kind: kind, owner: self.owner, author: author))
        if let role = self.role {
            try await store.grant(AccessGrant(account: self.name, role: role, scope: scope, author: author))
        }
        let has = self.role.map { " and is \($0.rawValue) on \(scope)" } ?? ", without a role yet"
        application.terminal.line("\(self.name) is added\(has)")
    }
}

/// `martlet users disable NAME`.
struct UsersDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let an account's keys open nothing any more.",
        discussion: """
            Example:
              martlet users disable ada --reason "left the team"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The account's name.")
    var name: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        let author = Attribution(by: actor, at: .now, reason: self.reason)
        try await application.accessStore().setDisabled(true, account: self.name, author)
        application.terminal.line("\(self.name) is disabled; running servers follow within seconds")
    }
}

/// `martlet users enable NAME`.
struct UsersEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let a disabled account in again.",
        discussion: """
            Example:
              martlet users enable ada
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The account's name.")
    var name: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        let author = Attribution(by: actor, at: .now, reason: self.reason)
        try await application.accessStore().setDisabled(false, account: self.name, author)
        application.terminal.line("\(self.name) is enabled")
    }
}

extension Role: ExpressibleByArgument {}
