import ArgumentParser
import Foundation
import MartletCore
import MartletTracking

/// `martlet keys`: what accounts show.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make, list and revoke API keys.",
        discussion: "A key is shown once, when it is made; the database keeps a salted hash of it.",
        subcommands: [KeysListCommand.self, KeysCreateCommand.self, KeysRevokeCommand.self],
        defaultSubcommand: KeysListCommand.self
    )
}

/// `martlet keys list`.
struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List keys, without their secrets.",
        discussion: """
            Examples:
              martlet keys list
              martlet keys list ada --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only keys of this account.")
    var account: String?

    func run() async throws {
        let application = try self.options.application()
        var table = Table([
            .init("id"), .init("account"), .init("label"), .init("state"), .init("signing"), .init("expires"),
            .init("last_used"), .init("created"), .init("by"),
        ])
        let now = EventTime.now
        for key in try await application.accessStore().keys(of: self.account) {
            table.add([
                .text(key.id), .text(key.account), .text(key.label), .text(key.state(at: now).rawValue),
                .flag(key.allowsSigning), .time(key.expiresAt), .time(key.usedAt), .time(key.author.at),
                .text(key.author.actor),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "there is no key yet")
    }
}

/// `martlet keys create ACCOUNT`.
struct KeysCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a key and show it, once.",
        discussion: """
            The key goes to standard output alone, so that a script can take it:

              export MLFLOW_TRACKING_TOKEN=$(martlet keys create training)

            With --signing the account can also sign requests as AWS clients do; then the two variables those clients
            read are printed too.

            Examples:
              martlet keys create ada --label laptop --expires 30d
              martlet keys create pipeline --signing --expires never
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @OptionGroup var json: JSONOption
    @Argument(help: "The account the key is for.")
    var account: String
    @Option(help: "What the key is for.")
    var label = ""
    @Option(help: "How long it is good, such as 90d or 12h, or 'never'.")
    var expires = "90d"
    @Flag(help: "Requests may also be signed with it, as AWS clients do.")
    var signing = false

    func run() async throws {
        let application = try self.options.application()
        let now = EventTime.now
        let expiresAt = try self.end(from: now)
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        var generator = SystemRandomNumberGenerator()
        let text = APIKeyText(using: &generator)
        let key = APIKey(
            id: text.id,
            account: self.account,
            label: self.label,
            verifier: APIKeyVerifier(of: text.secret, using: &generator),
            allowsSigning: self.signing,
            author: Attribution(by: actor, at: now),
            expiresAt: expiresAt
        )
        try await application.accessStore().addKey(key)
        let signingSecret = self.signing ? try application.secret().signingSecret(ofKey: key.id) : nil
        self.show(text, key, signingSecret, application.terminal)
    }

    private func show(_ text: APIKeyText, _ key: APIKey, _ signingSecret: String?, _ terminal: Terminal) {
        if self.json.isEnabled {
            var members: [String: JSONValue] = [
                "id": .string(key.id), "account": .string(key.account), "key": .string(text.exposed),
                "expires": key.expiresAt.map { .string($0.description) } ?? .null,
            ]
            if let signingSecret {
                members["aws_access_key_id"] = .string(APIKeyText.prefix + key.id)
                members["aws_secret_access_key"] = .string(signingSecret)
            }
            terminal.line(JSONValue.object(members).prettyText)
            return
        }
        let end = key.expiresAt.map { "until \($0)" } ?? "without an end"
        terminal.note("the key of \(key.account), good \(end); it is shown this once:")
        terminal.line(text.exposed)
        if let signingSecret {
            terminal.line("AWS_ACCESS_KEY_ID=\(APIKeyText.prefix)\(key.id)")
            terminal.line("AWS_SECRET_ACCESS_KEY=\(signingSecret)")
        }
    }

    private func end(from now: EventTime) throws -> EventTime? {
        if self.expires == "never" { return nil }
        guard let span = TimeSpan(self.expires), span.microseconds > 0 else {
            throw CommandError(
                .commandInvalidArgument,
                "'\(self.expires)' is not how long a key is good; write a whole number and w, d, h or m, such as 90d, "
                    + "or 'never'",
                status: .invalid
            )
        }
        return now + span
    }
}

/// `martlet keys revoke ID`.
struct KeysRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a key for good.",
        discussion: """
            Example:
              martlet keys revoke 7q2x9mfk3c8d1v4z --reason "pushed to a public repository"
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The key's id, as martlet keys list shows it; the part after mk_.")
    var id: String
    @Option(help: "Why; it is written to the ledger.")
    var reason: String?

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        // Whoever holds a leaked key may paste the whole of it.
        let id = APIKeyText(self.id)?.id ?? self.id.replacing(APIKeyText.prefix, with: "", maxReplacements: 1)
        let author = Attribution(by: actor, at: .now, reason: self.reason)
        try await application.accessStore().revokeKey(id, author)
        application.terminal.line("the key \(id) is revoked; running servers follow within seconds")
    }
}
