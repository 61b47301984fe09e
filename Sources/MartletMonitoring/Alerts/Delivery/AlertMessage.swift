import Foundation
package import MartletCore
package import MartletTracking

/// The bytes that a channel is sent.
package enum AlertMessage: Sendable, Hashable {
    /// Posted over HTTP, to a server that is believed by the authority in the file `trust`, or by those of the system.
    case post(WebhookMessage, url: String, trust: String? = nil)
    /// Written to people.
    case mail(AlertMail)
}

/// A letter, before it is put into the form that mail has.
package struct AlertMail: Sendable, Hashable {
    /// The server that takes it.
    package let server: MailServer
    package let sender: String
    package let recipients: [String]
    package let subject: String
    package let text: String
    package let at: EventTime
    /// Equal for every try, so that a reader's program shows it once.
    package let id: String
    /// Equal for all letters about one alert.
    package let thread: String

    /// Takes a letter's parts as they are.
    package init(
        server: MailServer,
        sender: String,
        recipients: [String],
        subject: String,
        text: String,
        at moment: EventTime,
        id: String,
        thread: String
    ) {
        self.server = server
        self.sender = sender
        self.recipients = recipients
        self.subject = subject
        self.text = text
        self.at = moment
        self.id = id
        self.thread = thread
    }
}

/// Where mail is handed in.
package struct MailServer: Sendable, Hashable {
    package let host: String
    package let port: Int
    package let security: EmailChannel.Security
    package let user: String?
    package let password: SecretText?
    /// The file with the authority that it is believed by; `nil` for those of the system.
    package let trust: String?

    /// Names a server.
    package init(
        host: String,
        port: Int,
        security: EmailChannel.Security,
        user: String?,
        password: SecretText?,
        trust: String? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.password = password
        self.trust = trust
    }
}

/// What messages to channels are made with.
package struct AlertWriter: Sendable {
    /// The workspace that tells.
    package let workspace: String
    private let environment: [String: String]
    private let folder: String
    private let phrases: [AlertLanguage: any AlertPhrases]

    /// A firing alert is over for an Alertmanager when it was not told again for so long.
    package static let standing = TimeSpan.seconds(300)

    /// Takes secrets from `environment`; the names of files begin in `folder`, and `phrases` has languages but English.
    package init(
        workspace: String,
        environment: [String: String],
        folder: String = "",
        phrases: [AlertLanguage: any AlertPhrases] = [:]
    ) {
        self.workspace = workspace
        self.environment = environment
        self.folder = folder
        self.phrases = phrases
    }

    /// Where the file `name` lies.
    private func path(_ name: String) -> String {
        name.hasPrefix("/") || self.folder.isEmpty ? name : "\(self.folder)/\(name)"
    }

    /// Why nothing can be written; never holds a secret.
    package struct Fault: Error, Sendable {
        package let message: String
    }

    /// Writes `notice` for `channel`.
    ///
    /// - Parameters:
    ///   - notice: what is told.
    ///   - channel: who is told.
    ///   - deliveryID: equal for every try.
    ///   - now: the time of sending, by the receiver's clock.
    /// - Returns: what is sent.
    /// - Throws: ``Fault`` when a variable is not set.
    package func message(
        _ notice: AlertNotice,
        to channel: AlertChannel,
        deliveryID: String,
        at now: EventTime
    ) throws(Fault) -> AlertMessage {
        switch channel.kind {
        case .slack(let slack):
            let message =
                if let phrases = self.phrases[slack.language] {
                    WebhookMessage(
                        slack: AlertLetter(notice, phrases).line(WebhookMessage.escaped),
                        deliveryID: deliveryID,
                        at: now
                    )
                } else {
                    WebhookMessage(notice.event, as: .slack, deliveryID: deliveryID, secret: nil, at: now)
                }
            return .post(message, url: try self.address(slack.address))
        case .webhook(let webhook):
            let secret = try webhook.secretVariable.map { name throws(Fault) in try self.value(name) }
            let message = WebhookMessage(notice.event, as: .mlflow, deliveryID: deliveryID, secret: secret, at: now)
            return .post(message, url: try self.address(webhook.address), trust: webhook.caFile.map(self.path))
        case .alertmanager(let manager): return try self.message([notice], to: manager, at: now)
        case .email(let email):
            let server = MailServer(
                host: email.host,
                port: email.port,
                security: email.security,
                user: email.user,
                password: try email.passwordVariable.map { name throws(Fault) in SecretText(try self.value(name)) },
                trust: email.caFile.map(self.path)
            )
            return .mail(self.mail(notice, email, server, deliveryID, at: now))
        }
    }

    /// Writes `notices` for an Alertmanager in one message.
    ///
    /// A firing alert is said to end in five minutes, and told again before; so it is over when nobody says it any more.
    package func message(
        _ notices: [AlertNotice],
        to manager: AlertmanagerChannel,
        at now: EventTime
    ) throws(Fault) -> AlertMessage {
        var headers = ["Content-Type": "application/json"]
        if let name = manager.tokenVariable { headers["Authorization"] = "Bearer \(try self.value(name))" }
        if let user = manager.user, let name = manager.passwordVariable {
            let pair = Data("\(user):\(try self.value(name))".utf8)
            headers["Authorization"] = "Basic \(pair.base64EncodedString())"
        }
        let alerts = notices.map { notice -> JSONValue in
            var labels = manager.labels.mapValues(JSONValue.string)
            labels["alertname"] = .string(notice.rule)
            labels["workspace"] = .string(self.workspace)
            labels["subject"] = .string(notice.subject)
            labels["priority"] = .string(notice.priority.rawValue)
            labels["severity"] = .string(notice.priority.severity)
            if let endpoint = notice.endpoints.first { labels["endpoint"] = .string(endpoint) }
            // What is over has ended by the clock of the Alertmanager, which takes an end to come for one that fires.
            let end = notice.kind == .resolved ? min(notice.at, now) : now + Self.standing
            return .object([
                "labels": .object(labels),
                "annotations": .object([
                    "summary": .string(notice.summary), "description": .string(notice.chain),
                    "runbook": .string(notice.runbook), "reaction": .string(notice.priority.reaction),
                ]),
                "startsAt": .string(min(notice.since, end).description), "endsAt": .string(end.description),
            ])
        }
        var base = try self.address(manager.address)
        while base.hasSuffix("/") { base.removeLast() }
        let message = WebhookMessage(body: JSONValue.array(alerts).canonicalText, headers: headers)
        return .post(message, url: base + "/api/v2/alerts", trust: manager.caFile.map(self.path))
    }

    private func mail(
        _ notice: AlertNotice,
        _ email: EmailChannel,
        _ server: MailServer,
        _ deliveryID: String,
        at now: EventTime
    ) -> AlertMail {
        let letter = AlertLetter(notice, self.phrases[email.language])
        let place = String(email.sender.drop { $0 != "@" }.dropFirst())
        let thread = ContentHash(of: "\(self.workspace) \(notice.alert) \(notice.since)").short
        return AlertMail(
            server: server,
            sender: email.sender,
            recipients: email.recipients,
            subject: "[\(letter.mark)] \(self.workspace): \(letter.summary)",
            text: letter.lines.joined(separator: "\n") + "\n",
            at: now,
            id: "\(ContentHash(of: "\(self.workspace) \(deliveryID)").short).\(thread)@\(place)",
            thread: "\(thread)@\(place)"
        )
    }

    private func address(_ address: ChannelAddress) throws(Fault) -> String {
        switch address {
        case .written(let url): return url
        case .variable(let name):
            let url = try self.value(name)
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw Fault(message: "the variable \(name) holds no address that begins with http:// or https://")
            }
            return url
        }
    }

    private func value(_ name: String) throws(Fault) -> String {
        guard let value = self.environment[name], !value.isEmpty else {
            throw Fault(message: "the variable \(name) is not set; set it where the server runs")
        }
        return value
    }
}

extension AlertPriority {
    /// The label that Alertmanager's own examples sort by.
    fileprivate var severity: String {
        switch self {
        case .p0, .p1: "critical"
        case .p2: "warning"
        case .p3: "info"
        }
    }
}
