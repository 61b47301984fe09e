import AsyncHTTPClient
import Foundation
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletMonitoring
import MartletServer
import MartletStores
import MartletTracking
import Synchronization
import Testing

/// Channels that are written to in Korean, in the words of the console.
struct ChannelLanguageTests {
    /// One alert that fires, gets worse and is over, told to `routing`.
    private func tell(
        _ routing: AlertRouting,
        _ environment: [String: String] = [:],
        _ sender: any AlertSender
    ) async throws {
        let database = try MetadataKind.sqlite.open()
        let alerts = SQLAlertStore(database)
        let clock = WebhookDeliveryTests.MovedClock()
        let dispatcher = AlertDispatcher(
            store: SQLAlertDeliveryStore(database),
            sender: sender,
            routing: routing,
            writer: AlertWriter(workspace: "seoul", environment: environment, phrases: ConsoleAlertPhrases.all),
            now: { clock.now }
        )
        try await dispatcher.deliverDue()
        var facts = AlertFacts(
            traffic: [.init(endpoint: "rent", requestCount: 100, faultCount: 0, slowCount: 9, outages: [("<b>", "&")])],
            comparisons: []
        )
        let findings = facts.findings(ServiceObjectives(), at: clock.now).filter { $0.rule == "VariantOut" }
        _ = try await alerts.step(findings, AlertTiming(), at: clock.now)
        // What is found before the first message is written is another sentence of the same alert.
        facts.host.disk = 0.912
        var worse = findings
        worse[0].priority = .p0
        worse[0].causeRemarks = facts.findings(ServiceObjectives(), at: clock.now).suffix(1).map(\.summaryRemark)
        clock.advance(.seconds(10))
        _ = try await alerts.step(worse, AlertTiming(), at: clock.now)
        clock.advance(.seconds(400))
        _ = try await alerts.step([], AlertTiming(), at: clock.now)
        for _ in 0..<6 { try await dispatcher.deliverDue() }
    }

    private static let letter = """
        rent: 변형 <b> 제외됨: &

        우선순위: P1, 1시간 안에 대응
        대상: endpoint:rent
        시작: 2023-11-14 22:13:20 UTC

        다른 변형이 대신 응답합니다. martlet release explain으로 경과를 보고 되돌리세요.

        맡기: martlet alerts ack VariantOut/endpoint:rent

        """

    @Test(.enabled(if: TestServer.hasMail, "run scripts/setup-clients"))
    func `a real mail server takes letters in Korean where the channel says ko, and in English where it does not`()
        async throws
    {
        let (server, port) = try TestServer.mail()
        defer { server.end() }
        let host = "host: 127.0.0.1, port: \(port), tls: none, from: martlet@example.org"
        let yaml = """
            channels:
              ko: {email: {\(host), to: [ada@example.org], language: ko}}
              en: {email: {\(host), to: [bob@example.org]}}
            """
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPWebhookSender.clientConfiguration
        )
        do {
            try await self.tell(try AlertRoutingFixture.read(yaml).routing, [:], ChannelSender(client: client))
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        var letters: [String: [MailTests.Letter]] = [:]
        for _ in 0..<6 {
            let letter = try MailTests.Letter(server.line())
            letters[letter.to.first ?? "", default: []].append(letter)
        }
        let korean = try #require(letters["ada@example.org"])
        #expect(
            korean.map(\.subject) == [
                "[P1] seoul: rent: 변형 <b> 제외됨: &", "[P0, 악화] seoul: rent: 변형 <b> 제외됨: &",
                "[종료] seoul: rent: 변형 <b> 제외됨: &",
            ]
        )
        #expect(korean.first?.text == Self.letter)
        #expect(korean[1].text.contains("← 디스크 사용률 91.2%\n\n우선순위: P0, 시간과 관계없이 15분 안에 대응\n"))
        #expect(korean[2].text.contains("종료: 2023-11-14 22:20:10 UTC\n") && !korean[2].text.contains("맡기"))
        let english = try #require(letters["bob@example.org"])
        #expect(
            english.map(\.subject) == [
                "[P1] seoul: rent: variant <b> was taken out: &",
                "[P0, worse] seoul: rent: variant <b> was taken out: &",
                "[over] seoul: rent: variant <b> was taken out: &",
            ]
        )
        #expect(
            english[0].text.contains("\n\nPriority: P1, reaction within an hour\nAbout: endpoint:rent\nSince: 2023")
        )
        #expect(english[1].text.contains("← the disk is 91.2 % full\n"))
        #expect(english[2].text.contains("\nOver: 2023-11-14T22:20:10"))
    }

    @Test func `a chat that takes Slack's messages is told in Korean, and nothing in them is read as more than text`()
        async throws
    {
        let receiver = WebhookDeliveryTests.Receiver(answering: [])
        try await Application(router: receiver.router)
            .test(.live) { client in
                let http = HTTPClient(
                    eventLoopGroupProvider: .singleton,
                    configuration: HTTPWebhookSender.clientConfiguration
                )
                let address = "http://127.0.0.1:\(try #require(client.port))/hook"
                let routing =
                    try AlertRoutingFixture.read("channels: {team: {slack: {url_env: TEAM, language: ko}}}").routing
                do {
                    try await self.tell(routing, ["TEAM": address], ChannelSender(client: http))
                } catch {
                    try await http.shutdown()
                    throw error
                }
                try await http.shutdown()
            }
        let texts = try receiver.messages.withLock { $0 }.map { try JSONValue(parsing: Data($0.body.utf8))["text"] }
        let runbook = "다른 변형이 대신 응답합니다. martlet release explain으로 경과를 보고 되돌리세요."
        let line = "rent: 변형 &lt;b&gt; 제외됨: &amp;"
        #expect(
            texts == [
                .string("*P1* \(line)\n\(runbook)"), .string("악화: *P0* \(line) ← 디스크 사용률 91.2%\n\(runbook)"),
                .string("종료: *P0* \(line) ← 디스크 사용률 91.2%"),
            ]
        )
        #expect(
            receiver.messages.withLock { $0.map { $0.headers["Content-Type"] } }
                == Array(repeating: "application/json", count: 3)
        )
    }

    @Test func `the test of a channel is in its language too, and a notice that nobody kept codes of stays English`()
        async throws
    {
        let sender = AlertDeliveryTests.Told()
        let routing =
            try AlertRoutingFixture.read(
                "channels: {mail: {email: {host: h, tls: none, from: a@b.c, to: [d@e.f], language: ko}}}"
            )
            .routing
        let store = SQLAlertDeliveryStore(try MetadataKind.sqlite.open())
        let clock = WebhookDeliveryTests.MovedClock()
        let dispatcher = AlertDispatcher(
            store: store,
            sender: sender,
            routing: routing,
            writer: AlertWriter(workspace: "seoul", environment: [:], phrases: ConsoleAlertPhrases.all),
            now: { clock.now }
        )
        #expect(try await dispatcher.test("mail").isSuccess)
        let notice = AlertNotice(
            .fired,
            alert: "Slow/endpoint:rent",
            rule: "Slow",
            subject: "endpoint:rent",
            priority: .p2,
            summary: "rent is slow",
            since: clock.now,
            at: clock.now
        )
        try await store.send(notice, to: ["mail"], id: "old", at: clock.now)
        try await dispatcher.deliverDue()
        let letters = sender.messages.withLock { $0 }.compactMap { if case .mail(let mail) = $0 { mail } else { nil } }
        #expect(
            letters.map(\.subject) == [
                "[P3] seoul: 채널 'mail' 시험 메시지입니다. 문제는 없습니다.", "[P2] seoul: rent is slow",
            ]
        )
        #expect(letters.first?.text.contains("\n\n조치할 것이 없습니다.\n\n맡기: ") == true)
        #expect(letters.last?.text.contains("우선순위: P2, 근무일 하루 안에 대응") == true)
    }
}
