import Crypto
package import Foundation
package import MartletCore

/// An address that is told of events.
package struct Webhook: Sendable, Hashable {
    /// What the address understands.
    package enum Format: String, Sendable, Hashable, CaseIterable {
        /// The JSON that MLflow's webhooks send, signed the same way.
        case mlflow
        /// A Slack message; chat programs that take Slack's messages understand it too.
        case slack
    }

    /// Whether it is told.
    package enum Status: String, Sendable, Hashable, CaseIterable {
        case active = "ACTIVE"
        case disabled = "DISABLED"
    }

    package var id: String
    package var name: String
    package var description: String
    package var url: String
    package var format: Format
    package var events: [WebhookEvent]
    package var status: Status
    /// The secret of signatures, sealed with the workspace's secret; `nil` sends unsigned.
    package var sealedSecret: Data?
    package var author: Attribution
    package var updatedAt: EventTime

    /// Describes a webhook as a store holds it.
    package init(
        id: String,
        name: String,
        description: String = "",
        url: String,
        format: Format = .mlflow,
        events: [WebhookEvent],
        status: Status = .active,
        sealedSecret: Data? = nil,
        author: Attribution,
        updatedAt: EventTime
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.url = url
        self.format = format
        self.events = events
        self.status = status
        self.sealedSecret = sealedSecret
        self.author = author
        self.updatedAt = updatedAt
    }

    /// The format that `url` most likely wants.
    package static func format(for url: String) -> Format {
        URLComponents(string: url)?.host == "hooks.slack.com" ? .slack : .mlflow
    }

    /// Checks name, address and events.
    ///
    /// - Throws: `webhook.invalid`; the message never holds the address, which may be a secret itself.
    package func validate() throws(TrackingError) {
        guard (1...63).contains(self.name.utf8.count) else {
            throw TrackingError(.invalidWebhook, "a webhook needs a name of 1 to 63 bytes, got \(self.name.utf8.count)")
        }
        let parts = URLComponents(string: self.url)
        guard let scheme = parts?.scheme, ["http", "https"].contains(scheme), parts?.host?.isEmpty == false,
            self.url.utf8.count <= 2_000
        else {
            throw TrackingError(
                .invalidWebhook,
                "the address of webhook '\(self.name)' cannot be called; write http:// or https:// with a host"
            )
        }
        guard parts?.user == nil, parts?.password == nil else {
            throw TrackingError(
                .invalidWebhook,
                "the address of webhook '\(self.name)' holds a password; receivers check the signature in its place"
            )
        }
        guard !self.events.isEmpty else {
            throw TrackingError(.invalidWebhook, "webhook '\(self.name)' waits for no event; name at least one")
        }
    }
}

/// The bytes and headers that a webhook is sent.
package struct WebhookMessage: Sendable, Hashable {
    package let body: String
    package let headers: [String: String]

    /// Takes bytes and headers as they are.
    package init(body: String, headers: [String: String]) {
        self.body = body
        self.headers = headers
    }

    /// Writes `notice` for an address that understands `format`.
    ///
    /// The signature is `v1,` and the base 64 of HMAC-SHA256 over `<delivery id>.<unix seconds>.<body>`, so that a
    /// receiver can refuse a message that was changed, is old, or came before.
    package init(
        _ notice: WebhookNotice,
        as format: Webhook.Format,
        deliveryID: String,
        secret: String?,
        at now: EventTime
    ) {
        let body = format == .slack ? Self.slack(Self.sentence(notice)) : Self.mlflow(notice)
        let seconds = String(now.microseconds / 1_000_000)
        var headers = [
            "Content-Type": "application/json", "X-MLflow-Delivery-Id": deliveryID, "X-MLflow-Timestamp": seconds,
        ]
        if let secret {
            let code = HMAC<SHA256>
                .authenticationCode(
                    for: Data("\(deliveryID).\(seconds).\(body)".utf8),
                    using: SymmetricKey(data: Data(secret.utf8))
                )
            headers["X-MLflow-Signature"] = "v1," + Data(code).base64EncodedString()
        }
        self.body = body
        self.headers = headers
    }

    /// Writes `text` for a Slack channel; ``escaped(_:)`` is for what it holds of others.
    package init(slack text: String, deliveryID: String, at now: EventTime) {
        self.body = Self.slack(text)
        self.headers = [
            "Content-Type": "application/json", "X-MLflow-Delivery-Id": deliveryID,
            "X-MLflow-Timestamp": String(now.microseconds / 1_000_000),
        ]
    }

    private static func mlflow(_ notice: WebhookNotice) -> String {
        JSONValue.object([
            "entity": .string(notice.event.entity), "action": .string(notice.event.action),
            "timestamp": .string(notice.at.description), "actor": .string(notice.actor), "data": .object(notice.data),
        ])
        .canonicalText
    }

    private static func slack(_ text: String) -> String { JSONValue.object(["text": .string(text)]).canonicalText }

    /// One line a person reads, `&`, `<` and `>` written as Slack wants them.
    static func sentence(_ notice: WebhookNotice) -> String {
        func text(_ key: String) -> String {
            if case .string(let text)? = notice.data[key] { Self.escaped(text) } else { "" }
        }
        let version = "*\(text("name")):\(text("version"))*"
        let actor = Self.escaped(notice.actor)
        let reason = text("reason").isEmpty ? "" : ": \(text("reason"))"
        switch notice.event {
        case .registeredModelCreated: return "\(actor) created the model *\(text("name"))*"
        case .modelVersionCreated: return "\(actor) registered \(version); it waits for approval"
        case .modelVersionApproved: return "\(actor) approved \(version)\(reason)"
        case .modelVersionRejected: return "\(actor) rejected \(version)\(reason)"
        case .modelVersionStaged: return "\(actor) moved \(version) to \(text("stage"))"
        case .modelVersionDeleted: return "\(actor) deleted \(version)"
        case .modelVersionTagSet: return "\(actor) set the tag \(text("key")) of \(version) to \(text("value"))"
        case .modelVersionTagDeleted: return "\(actor) removed the tag \(text("key")) of \(version)"
        case .modelVersionAliasCreated: return "\(actor) pointed \(text("name"))@\(text("alias")) at \(version)"
        case .modelVersionAliasDeleted: return "\(actor) removed \(text("name"))@\(text("alias"))"
        case .endpointDeployed: return "\(actor) deployed *\(text("version"))* to the endpoint *\(text("endpoint"))*"
        case .endpointRouted: return "\(actor) changed the traffic of the endpoint *\(text("endpoint"))*"
        case .endpointRemoved: return "\(actor) took down the endpoint *\(text("endpoint"))*"
        case .alertFired, .alertEscalated, .alertResolved: return Self.alert(notice, text)
        case .alertActed: return "*\(text("action"))* \(text("state")): \(text("outcome"))\nfor \(text("summary"))"
        default: return "\(actor): \(notice.event)"
        }
    }

    /// What is wrong with what led to it, and what to do; or that it is over.
    private static func alert(_ notice: WebhookNotice, _ text: (String) -> String) -> String {
        var causes = ""
        if case .array(let values)? = notice.data["causes"] {
            for case .string(let cause) in values { causes += " ← \(Self.escaped(cause))" }
        }
        let line = "*\(text("priority"))* \(text("summary"))\(causes)"
        switch notice.event {
        case .alertResolved: return "Over: \(line)"
        case .alertEscalated:
            let what = notice.data["worse"] == .boolean(true) ? "Worse" : "Nobody took it on"
            return "\(what): \(line)\n\(text("runbook"))"
        default: return "\(line)\n\(text("runbook"))"
        }
    }

    /// `text` with `&`, `<` and `>` as Slack wants them.
    package static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
