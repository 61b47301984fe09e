import MartletCore
import MartletMonitoring

/// Channels and routes as a file declares them.
enum AlertRoutingFixture {
    private struct Policy: DocumentObject {
        let routing: AlertRouting
        let actions: AlertActions

        init(from reader: ObjectReader) {
            self.routing = AlertRouting(from: reader)
            self.actions = AlertActions(from: reader)
        }
    }

    struct Unreadable: Error { let faults: [String] }

    /// Reads `channels:`, `routes:` and `actions:`.
    static func read(_ yaml: String) throws -> (routing: AlertRouting, actions: AlertActions) {
        let context = DocumentContext()
        let document = Document.parse(yaml: yaml, file: "slo.yaml", in: context)
        let policy = document.map { Policy.read($0, in: context) }
        guard let policy, context.diagnostics.isEmpty else {
            throw Unreadable(faults: context.diagnostics.map(\.message))
        }
        return (policy.routing, policy.actions)
    }

    /// A channel that writes letters.
    static var email: AlertChannel {
        let yaml = "channels: {mail: {email: {host: h, tls: none, from: a@b.c, to: [d@e.f]}}}"
        guard let channel = try? Self.read(yaml).routing.channels.first else {
            preconditionFailure("the text is valid")
        }
        return channel
    }

    static func finding(
        _ rule: String = "RequestsFail",
        about subject: String = "endpoint:rent",
        _ priority: AlertPriority = .p0
    ) -> AlertFinding {
        AlertFinding(
            rule,
            about: subject,
            priority,
            summary: "rent: 4 % of requests fail",
            causes: ["variant green was taken out"],
            runbook: "Roll back.",
            holds: .seconds(0)
        )
    }
}
