package import MartletCore

/// A place where people read alerts: one entry of `channels:` in `slo.yaml`.
package struct AlertChannel: Sendable {
    /// As routes name it.
    package let name: String
    package let kind: Kind
    package let location: SourceLocation

    /// Names a channel.
    package init(name: String, kind: Kind, location: SourceLocation = SourceLocation(file: "", line: 1, column: 1)) {
        self.name = name
        self.kind = kind
        self.location = location
    }

    /// What the place understands.
    package enum Kind: Sendable {
        case slack(SlackChannel)
        case webhook(SignedWebhookChannel)
        case alertmanager(AlertmanagerChannel)
        case email(EmailChannel)

        /// The key in the file.
        package var word: String {
            switch self {
            case .slack: "slack"
            case .webhook: "webhook"
            case .alertmanager: "alertmanager"
            case .email: "email"
            }
        }
    }

    /// The file with the authority that its server is believed by; `nil` for those of the system.
    package var caFile: String? {
        switch self.kind {
        case .slack: nil
        case .webhook(let webhook): webhook.caFile
        case .alertmanager(let manager): manager.caFile
        case .email(let email): email.caFile
        }
    }

    /// The environment variables that hold its secrets and addresses.
    package var variables: [String] {
        switch self.kind {
        case .slack(let slack): [slack.address.variable].compactMap(\.self)
        case .webhook(let webhook): [webhook.address.variable, webhook.secretVariable].compactMap(\.self)
        case .alertmanager(let manager):
            [manager.address.variable, manager.tokenVariable, manager.passwordVariable].compactMap(\.self)
        case .email(let email): [email.passwordVariable].compactMap(\.self)
        }
    }
}

extension AlertChannel.Kind: DocumentChoice {
    package static var choices: [DocumentChoiceCase<AlertChannel.Kind>] {
        [
            DocumentChoiceCase("slack", SlackChannel.self, "A Slack channel, by an incoming webhook.") { .slack($0) },
            DocumentChoiceCase("webhook", SignedWebhookChannel.self, "Any program, by signed JSON.") { .webhook($0) },
            DocumentChoiceCase("alertmanager", AlertmanagerChannel.self, "An Alertmanager, by its API v2.") {
                .alertmanager($0)
            },
            DocumentChoiceCase("email", EmailChannel.self, "People, by mail over SMTP.") { .email($0) },
        ]
    }
}

/// An address that stands in the file, or in an environment variable when it is a secret itself.
package enum ChannelAddress: Sendable, Hashable {
    case written(String)
    case variable(String)

    /// The variable that holds it; `nil` for one that is written.
    package var variable: String? { if case .variable(let name) = self { name } else { nil } }

    /// Reads `url` or `url_env`; exactly one is there.
    init(from reader: ObjectReader, _ what: String) {
        let url = reader.optional("url", String.self, "\(what), when it is no secret; http or https.")
        let variable = reader.optional("url_env", String.self, "The environment variable that holds \(what).")
        if (url == nil) == (variable == nil) {
            reader.report(.documentInvalidValue, "write either 'url' or 'url_env'", at: url == nil ? nil : "url")
        }
        if let url, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            reader.report(.documentInvalidValue, "url must begin with http:// or https://", at: "url")
        }
        if let url, url.dropFirst(8).prefix(while: { $0 != "/" }).contains("@") {
            reader.report(
                .documentInvalidValue,
                "url holds a password; put the address in a variable and name that with 'url_env'",
                at: "url"
            )
        }
        self = variable.map(Self.variable) ?? .written(url ?? "")
        reader.checkVariable(variable, at: "url_env")
    }
}

/// A Slack channel, reached by an incoming webhook.
package struct SlackChannel: DocumentObject, Sendable {
    /// The webhook, which is a secret and so stands in a variable.
    package let address: ChannelAddress
    package let language: AlertLanguage

    package init(from reader: ObjectReader) {
        let variable = reader.required(
            "url_env",
            String.self,
            "The environment variable that holds the address of the incoming webhook."
        )
        reader.checkVariable(variable, at: "url_env")
        self.address = .variable(variable)
        self.language = reader.language()
    }
}

/// Any program that takes JSON; messages are signed when there is a secret.
package struct SignedWebhookChannel: DocumentObject, Sendable {
    package let address: ChannelAddress
    package let secretVariable: String?
    package let caFile: String?

    package init(from reader: ObjectReader) {
        self.address = ChannelAddress(from: reader, "the address that is posted to")
        self.secretVariable = reader.optional(
            "secret_env",
            String.self,
            "The environment variable that holds the secret of signatures; without it messages are not signed."
        )
        reader.checkVariable(self.secretVariable, at: "secret_env")
        self.caFile = reader.authority()
    }
}

/// An Alertmanager, told by its API v2.
package struct AlertmanagerChannel: DocumentObject, Sendable {
    /// The address without `/api/v2/alerts`.
    package let address: ChannelAddress
    package let user: String?
    package let passwordVariable: String?
    package let tokenVariable: String?
    /// Labels that every alert carries beside its own.
    package let labels: [String: String]
    package let caFile: String?

    package init(from reader: ObjectReader) {
        self.address = ChannelAddress(from: reader, "the address of the Alertmanager, without /api/v2/alerts")
        self.user = reader.optional("user", String.self, "The user of basic authentication.")
        self.passwordVariable = reader.optional(
            "password_env",
            String.self,
            "The environment variable that holds the user's password."
        )
        self.tokenVariable = reader.optional(
            "token_env",
            String.self,
            "The environment variable that holds a bearer token."
        )
        self.caFile = reader.authority()
        let labels = reader.value("labels", default: NamedItems<String>([]), "Labels that every alert carries.")
        self.labels = Dictionary(labels.entries.map { ($0.name, $0.value) }) { first, _ in first }
        for entry in labels.entries where !Self.isLabel(entry.name) {
            reader.report(
                .documentInvalidValue,
                "'\(entry.name)' cannot be a label: use letters, digits and '_', starting with a letter",
                at: "labels"
            )
        }
        if (self.user == nil) != (self.passwordVariable == nil) {
            reader.report(.documentMissingKey, "'user' and 'password_env' go together; write both or neither")
        }
        if self.user != nil, self.tokenVariable != nil {
            reader.report(.documentInvalidValue, "'user' and 'token_env' exclude each other", at: "token_env")
        }
        reader.checkVariable(self.passwordVariable, at: "password_env")
        reader.checkVariable(self.tokenVariable, at: "token_env")
    }

    private static func isLabel(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "_") || Character(UnicodeScalar(first)).isLetter else {
            return false
        }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }
}

/// People who are written to.
package struct EmailChannel: DocumentObject, Sendable {
    /// How the connection to the server is kept secret.
    package enum Security: String, DocumentWord, Sendable {
        /// The connection becomes secret before anything is said; a server that cannot is not used.
        case startTLS = "starttls"
        /// It is secret from its first byte.
        case implicit
        /// It stays open to readers on the way; for servers on this machine.
        case none
    }

    package let host: String
    package let port: Int
    package let security: Security
    package let user: String?
    package let passwordVariable: String?
    package let sender: String
    package let recipients: [String]
    package let language: AlertLanguage
    package let caFile: String?

    package init(from reader: ObjectReader) {
        self.host = reader.required("host", String.self, "The mail server that takes messages.")
        self.port = reader.value("port", default: 587, "Its port.", documentedDefault: 587)
        self.security = reader.value(
            "tls",
            default: .startTLS,
            "How the connection is kept secret; 'none' is for a server on this machine.",
            documentedDefault: "starttls"
        )
        self.user = reader.optional("user", String.self, "The user to sign in as.")
        self.passwordVariable = reader.optional(
            "password_env",
            String.self,
            "The environment variable that holds the user's password."
        )
        self.sender = reader.required("from", String.self, "The address of the sender.")
        self.recipients = reader.required("to", [String].self, "The addresses that are written to.")
        self.language = reader.language()
        self.caFile = reader.authority()
        if !(1...65_535).contains(self.port) {
            reader.report(.documentInvalidValue, "port is \(self.port); it must be 1 to 65535", at: "port")
        }
        if (self.user == nil) != (self.passwordVariable == nil) {
            reader.report(.documentMissingKey, "'user' and 'password_env' go together; write both or neither")
        }
        if self.user != nil, self.security == .none {
            reader.report(
                .documentInvalidValue,
                "a password is not sent over an open connection; write tls: starttls or tls: implicit",
                at: "tls"
            )
        }
        if reader.has("to"), self.recipients.isEmpty {
            reader.report(.documentInvalidValue, "'to' names nobody; write at least one address", at: "to")
        }
        if reader.has("from"), !Self.isAddress(self.sender) {
            reader.report(.documentInvalidValue, "from must be an address such as martlet@example.org", at: "from")
        }
        for address in self.recipients where !Self.isAddress(address) {
            reader.report(.documentInvalidValue, "'to' must hold addresses such as ada@example.org", at: "to")
        }
        reader.checkVariable(self.passwordVariable, at: "password_env")
    }

    /// A mailbox that SMTP takes without extensions: ASCII, one `@`, nothing that ends a line or a path.
    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
            && text.utf8.allSatisfy { (33...126).contains($0) && !"<>(),;:\\\"[]".utf8.contains($0) }
    }
}

extension ObjectReader {
    /// Reads `language`.
    func language() -> AlertLanguage {
        self.value("language", default: .english, "The language of its messages.", documentedDefault: "en")
    }

    /// Reads `ca_file`.
    func authority() -> String? {
        self.optional(
            "ca_file",
            String.self,
            "A PEM file, from the workspace's folder, with the authority that the server is believed by instead of those of "
                + "the system."
        )
    }

    /// Reports a text that cannot name an environment variable, which most often is the secret itself, without quoting it.
    func checkVariable(_ name: String?, at key: String) {
        guard let name, self.has(key) else { return }
        let isName =
            name.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } ?? false
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard !isName else { return }
        self.report(
            .documentInvalidValue,
            "\(key) is no name of an environment variable; write the variable's name, such as TEAM_SECRET, and put the "
                + "value in the environment",
            at: key
        )
    }
}
