import ArgumentParser
import AsyncHTTPClient
import Foundation
import MartletCore
import MartletTracking

/// `martlet webhooks`: who is told of what happens to models.
struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "Tell other programs of registrations, approvals and deployments.",
        discussion: """
            A running server delivers each event at least once, and tries again for about 15 hours.
            Events: \(WebhookEvent.all.map(\.description).joined(separator: ", ")).
            """,
        subcommands: [
            WebhooksListCommand.self, WebhooksAddCommand.self, WebhooksRemoveCommand.self, WebhooksTestCommand.self,
            WebhooksDeliveriesCommand.self, WebhooksRedeliverCommand.self,
        ],
        defaultSubcommand: WebhooksListCommand.self
    )
}

/// `martlet webhooks list`.
struct WebhooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the webhooks.",
        discussion: """
            Example:
              martlet webhooks list --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let application = try self.options.application()
        var table = Table([
            .init("id"), .init("name"), .init("format"), .init("status"), .init("signed"), .init("host"),
            .init("events"), .init("created"), .init("by"),
        ])
        for webhook in try await application.webhookStore().webhooks(limit: 1_000, offset: 0) {
            let events = webhook.events.map(\.description)
            table.add([
                .text(webhook.id), .text(webhook.name), .text(webhook.format.rawValue),
                .text(webhook.status.rawValue), .flag(webhook.sealedSecret != nil),
                .text(URLComponents(string: webhook.url)?.host),
                .init(events.joined(separator: ", "), json: .array(events.map(JSONValue.string))),
                .time(webhook.author.at), .text(webhook.author.actor),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "there is no webhook yet")
    }
}

/// `martlet webhooks add NAME URL`.
struct WebhooksAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a webhook.",
        discussion: """
            With MARTLET_WEBHOOK_SECRET set, every message is signed with it: X-MLflow-Signature is `v1,` and the base 64
            of HMAC-SHA256 over `<X-MLflow-Delivery-Id>.<X-MLflow-Timestamp>.<body>`.

            Examples:
              martlet webhooks add ops https://example.org/hook --event model_version.approved
              martlet webhooks add team https://hooks.slack.com/services/… --event endpoint.deployed
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "A name for lists.")
    var name: String
    @Argument(help: "The address; http or https.")
    var url: String
    @Option(name: .customLong("event"), help: "An event to be told of; may be given several times.")
    var events: [String]
    @Option(help: "mlflow or slack; by default slack for hooks.slack.com, else mlflow.")
    var format: Webhook.Format?
    @Option(help: "What it is for.")
    var description = ""

    func run() async throws {
        let application = try self.options.application()
        let events = try self.events.map { try WebhookEvent($0) }
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        let author = Attribution(by: actor, at: .now)
        let secret = application.processEnvironment["MARTLET_WEBHOOK_SECRET"].flatMap { $0.isEmpty ? nil : $0 }
        var generator = SystemRandomNumberGenerator()
        let webhook = Webhook(
            id: String(RunID(using: &generator).description.prefix(20)),
            name: self.name,
            description: self.description,
            url: self.url,
            format: self.format ?? Webhook.format(for: self.url),
            events: events,
            sealedSecret: try secret.map { try application.secret().seal($0) },
            author: author,
            updatedAt: author.at
        )
        try await application.webhookStore().addWebhook(webhook)
        application.terminal.line("webhook \(webhook.id) is added\(secret == nil ? ", unsigned" : ", signed")")
    }
}

/// `martlet webhooks remove ID`.
struct WebhooksRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a webhook and what was on its way to it.",
        discussion: """
            Example:
              martlet webhooks remove 0f3a9c0d5be1427788aa
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The webhook's id.")
    var id: String

    func run() async throws {
        let application = try self.options.application()
        let actor = try await application.actor(self.actor.name, .administer, on: .server)
        try await application.webhookStore().removeWebhook(self.id, Attribution(by: actor, at: .now))
        application.terminal.line("webhook \(self.id) is removed")
    }
}

/// `martlet webhooks test ID`.
struct WebhooksTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Send a webhook an invented event, now and once.",
        discussion: """
            Example:
              martlet webhooks test 0f3a9c0d5be1427788aa --event model_version.approved
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @Argument(help: "The webhook's id.")
    var id: String
    @Option(help: "The event; by default the first the webhook waits for.")
    var event: String?

    func run() async throws {
        let application = try self.options.application()
        guard let webhook = try await application.webhookStore().webhook(self.id) else {
            throw TrackingError(
                .webhookNotFound,
                "there is no webhook '\(self.id)'; `martlet webhooks list` shows them"
            )
        }
        let event = try self.event.map { try WebhookEvent($0) } ?? webhook.events.first ?? .modelVersionCreated
        let delivery = try application.webhookDelivery()
        let outcome = await delivery.dispatcher.test(webhook, event)
        try await delivery.client.shutdown()
        guard outcome.isSuccess else {
            let what = outcome.status.map { "it answered \($0)" } ?? outcome.failure ?? "it did not answer"
            throw CommandError(.commandServerFailed, "the webhook '\(webhook.name)' did not take \(event): \(what)")
        }
        application.terminal.line("the webhook '\(webhook.name)' took \(event) with \(outcome.status ?? 0)")
    }
}

/// `martlet webhooks deliveries`.
struct WebhooksDeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Show what was sent, what waits and what failed.",
        discussion: """
            Examples:
              martlet webhooks deliveries
              martlet webhooks deliveries 0f3a9c0d5be1427788aa --limit 5 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "Only deliveries of this webhook.")
    var webhook: String?
    @Option(help: "The most deliveries to show.")
    var limit = 30

    func run() async throws {
        let application = try self.options.application()
        var table = Table([
            .init("id"), .init("event"), .init("at"), .init("state"), .init("tries", nil, .right),
            .init("next_try"), .init("answer", nil, .right), .init("failure"),
        ])
        let deliveries = try await application.webhookStore().deliveries(of: self.webhook, limit: self.limit)
        for delivery in deliveries {
            table.add([
                .text(delivery.id), .text(delivery.notice.event.description), .time(delivery.notice.at),
                .text(delivery.state.rawValue), .count(delivery.attemptCount),
                .time(delivery.state == .waiting ? delivery.dueAt : nil), .count(delivery.outcome?.status),
                .text(delivery.outcome?.failure),
            ])
        }
        application.terminal.show(table, asJSON: self.json.isEnabled, emptyNote: "nothing was sent yet")
    }
}

/// `martlet webhooks redeliver ID`.
struct WebhooksRedeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redeliver",
        abstract: "Send a delivery that ended once more.",
        discussion: """
            Example:
              martlet webhooks redeliver 41-0-0f3a9c0d5be1427788aa
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var actor: ActorOption
    @Argument(help: "The delivery's id, as martlet webhooks deliveries shows it.")
    var id: String

    func run() async throws {
        let application = try self.options.application()
        _ = try await application.actor(self.actor.name, .administer, on: .server)
        try await application.webhookStore().redeliver(self.id, at: .now)
        application.terminal.line("\(self.id) is due again; a running server sends it")
    }
}

extension Webhook.Format: ExpressibleByArgument {}
