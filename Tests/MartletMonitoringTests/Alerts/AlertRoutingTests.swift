import MartletCore
import MartletMonitoring
import Testing

/// The sections `channels:`, `routes:` and `actions:` of a policy.
struct AlertRoutingTests {
    struct Policy: DocumentObject {
        let routing: AlertRouting
        let actions: AlertActions

        init(from reader: ObjectReader) {
            self.routing = AlertRouting(from: reader)
            self.actions = AlertActions(from: reader)
        }
    }

    static func read(_ yaml: String) throws -> (Policy, [String]) {
        let context = DocumentContext()
        let document = try #require(Document.parse(yaml: yaml, file: "slo.yaml", in: context))
        let policy = Policy.read(document, in: context)
        policy.routing.check(endpoints: ["rent", "sale"], alerts: Self.alerts, in: context)
        policy.actions.check(policy.routing, alerts: Self.alerts, plans: ["rent"], in: context)
        return (policy, context.diagnostics.map { "\($0.location?.line ?? 0): \($0.message)" })
    }

    static let alerts = ["RequestsFail", "Slow", "GateFailed", "ErrorGrew", "CollectionFails"]

    static func notice(
        _ kind: AlertTransition.Kind = .fired,
        _ rule: String = "RequestsFail",
        about subject: String = "endpoint:rent",
        _ priority: AlertPriority = .p0
    ) -> AlertNotice {
        AlertNotice(
            kind,
            alert: "\(rule)/\(subject)",
            rule: rule,
            subject: subject,
            priority: priority,
            summary: "rent: 4 % of requests fail",
            since: EventTime(microseconds: 0),
            at: EventTime(microseconds: 60_000_000)
        )
    }

    static let channels = """
        channels:
          team: {slack: {url_env: TEAM_SLACK}}
          pager: {webhook: {url: "https://example.org/hook", secret_env: PAGER_SECRET}}
          central: {alertmanager: {url: "http://localhost:9093", labels: {site: seoul}}}
          mail:
            email: {host: mail.example.org, user: martlet, password_env: MAIL_PASSWORD, from: m@example.org, to: [a@b.org]}

        """

    @Test func `without routes every channel is told of everything`() throws {
        let (policy, faults) = try Self.read(Self.channels)
        #expect(faults == [])
        #expect(policy.routing.channels(for: Self.notice()).map(\.name) == ["team", "pager", "central", "mail"])
        #expect(policy.routing.channels(for: Self.notice(.resolved, .init("DiskFills"), about: "host", .p2)).count == 4)
        #expect(policy.routing.channels.flatMap(\.variables) == ["TEAM_SLACK", "PAGER_SECRET", "MAIL_PASSWORD"])
    }

    @Test func `every route that takes an alert counts, and a channel is told once`() throws {
        let (policy, faults) = try Self.read(
            Self.channels + """
                routes:
                  - {priorities: [P0, P1], channels: [pager, team], send_resolved: false}
                  - {endpoints: [rent], channels: [team]}
                  - {alerts: [Slow], channels: [mail]}
                """
        )
        #expect(faults == [])
        let routing = policy.routing
        #expect(routing.channels(for: Self.notice()).map(\.name) == ["team", "pager"])
        #expect(routing.channels(for: Self.notice(.resolved)).map(\.name) == ["team"])
        #expect(routing.channels(for: Self.notice(.fired, "Slow", about: "endpoint:sale", .p2)).map(\.name) == ["mail"])
        #expect(routing.channels(for: Self.notice(.fired, "DiskFills", about: "host", .p2)).isEmpty)
    }

    @Test func `names that nothing has are refused with the nearest`() throws {
        let (_, faults) = try Self.read(
            Self.channels + """
                routes:
                  - {channels: [paper], endpoints: [rant], alerts: [Slwo]}
                actions:
                  RequestFail:
                    - {page: [mial]}
                  Slow:
                    - {scale: {webhook: team}}
                    - {retrain: rend}
                """
        )
        #expect(faults.count == 7)
        #expect(faults.contains { $0.hasPrefix("8:") && $0.contains("no channel 'paper'") && $0.contains("'pager'") })
        #expect(faults.contains { $0.contains("no endpoint 'rant'") && $0.contains("'rent'") })
        #expect(faults.contains { $0.contains("no alert 'RequestFail'") && $0.contains("'RequestsFail'") })
        #expect(faults.contains { $0.contains("no channel of kind 'webhook' 'team'") })
    }

    @Test(arguments: [
        ("team: {slack: {url_env: \"https://hooks.slack.com/T0/B0/abc\"}}", "no name of an environment variable"),
        ("p: {webhook: {url: \"https://u:secret@example.org/\"}}", "url holds a password"),
        ("p: {webhook: {}}", "either 'url' or 'url_env'"),
        ("a: {alertmanager: {url: \"http://x\", user: u}}", "go together"),
        ("m: {email: {host: h, tls: none, user: u, password_env: P, from: a@b.c, to: [a@b.c]}}", "open connection"),
        ("m: {email: {host: h, from: a@b.c, to: [\"a@b.c>\"]}}", "'to' must hold addresses"),
        ("m: {email: {host: h, from: \"a@b.c\\r\\nBcc: x@y.z\", to: [a@b.c]}}", "from must be an address"),
        ("m: {emali: {}}", "did you mean 'email'"),
        ("m: {email: {host: h, from: a@b.c, to: [a@b.c], language: kr}}", "expected one of 'en', 'ko', found 'kr'"),
        ("t: {slack: {url_env: T, langauge: ko}}", "did you mean 'language'"),
        ("p: {webhook: {url: \"http://x\", language: ko}}", "'language'"),
    ])
    func `a channel that cannot work is refused, and no secret is quoted`(_ channel: String, _ message: String) throws {
        let (_, faults) = try Self.read("channels:\n  \(channel)\n")
        #expect(faults.contains { $0.lowercased().contains(message.lowercased()) }, "\(faults)")
        #expect(!faults.contains { $0.contains("T0/B0") || $0.contains("secret@") })
    }

    @Test func `standard actions are in words only, until the file says otherwise`() throws {
        let (policy, faults) = try Self.read("actions:\n  Slow: []\n")
        #expect(faults == [])
        #expect(policy.actions.rules(for: "Slow").isEmpty)
        #expect(policy.actions.rules(for: "RequestsFail").map(\.action.word) == ["roll_back"])
        #expect(policy.actions.alerts == ["CollectionFails", "ErrorGrew", "RequestsFail"])
        let all = ["RequestsFail", "ErrorGrew", "CollectionFails"].flatMap { policy.actions.rules(for: $0) }
        #expect(all.allSatisfy { $0.mode == .dryRun })
    }

    @Test func `an entry does exactly one thing`() throws {
        let (policy, none) = try Self.read("actions:\n  Slow:\n    - {mode: on}\n")
        #expect(none.contains { $0.contains("found none") })
        #expect(policy.actions.entries.count == 1)
        let (_, two) = try Self.read("actions:\n  Slow:\n    - {roll_back: true, fallback: true}\n")
        #expect(two.contains { $0.contains("found 'roll_back' and 'fallback'") })
        let (good, faults) = try Self.read("actions:\n  Slow:\n    - {roll_back: true, mode: on, cooldown: 2h}\n")
        #expect(faults == [])
        #expect(good.actions.rules(for: "Slow").first?.coolDown == .seconds(7_200))
        #expect(good.actions.rules(for: "Slow").first?.mode == .on)
    }
}
