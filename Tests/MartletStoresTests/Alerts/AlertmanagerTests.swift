import AsyncHTTPClient
import Foundation
import MartletCore
import MartletMonitoring
import MartletStores
import MartletTracking
import NIOCore
import NIOFoundationCompat
import Synchronization
import Testing

/// A real Alertmanager, from Debian.
@Suite(.serialized, .enabled(if: TestServer.hasAlertmanager, "run scripts/setup-clients"))
struct AlertmanagerTests {
    struct Seen: Decodable, Sendable {
        struct Status: Decodable, Sendable { let state: String }
        let labels: [String: String]
        let annotations: [String: String]
        let startsAt: String
        let status: Status
    }

    /// Starts one, and gives its address to `body`.
    static func run(_ body: (String, HTTPClient) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "alertmanager.yml")
        try Data("route: {receiver: none}\nreceivers: [{name: none}]\n".utf8).write(to: file)
        let server = try TestServer(
            TestServer.alertmanager,
            [
                "--config.file=\(file.path)", "--storage.path=\(folder.path)", "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=", "--log.level=debug",
            ],
            readsErrors: true
        )
        defer { server.end() }
        var port = ""
        while port.isEmpty {
            if let match = try server.line().firstMatch(of: /address=127\.0\.0\.1:([1-9][0-9]*)/) {
                port = String(match.output.1)
            }
        }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPWebhookSender.clientConfiguration
        )
        do {
            try await body("http://127.0.0.1:\(port)", client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    static func alerts(_ address: String, _ client: HTTPClient) async throws -> [Seen] {
        let request = HTTPClientRequest(url: address + "/api/v2/alerts")
        let response = try await client.execute(request, timeout: .seconds(10))
        return try JSONDecoder().decode([Seen].self, from: try await response.body.collect(upTo: 1 << 20))
    }

    static func part(_ address: String, _ client: HTTPClient) throws -> AlertDeliveryTests.Part {
        let clock = WebhookDeliveryTests.MovedClock()
        // Alertmanager goes by the real time.
        clock.time.withLock { $0 = .now }
        return AlertDeliveryTests.Part(
            try MetadataKind.sqlite.open(),
            try AlertRoutingFixture.read(
                "channels: {central: {alertmanager: {url: \"\(address)/\", labels: {site: seoul}}}}"
            )
            .routing,
            clock,
            ChannelSender(client: client)
        )
    }

    @Test func `an alert is there with its labels while it fires, and gone when it is over`() async throws {
        try await Self.run { address, client in
            let part = try Self.part(address, client)
            try await part.dispatcher.deliverDue()
            // What fires is sent with an end a few minutes ahead; on a busy machine they may have gone by since the start.
            part.clock.time.withLock { $0 = .now }
            try await part.find([AlertRoutingFixture.finding()])
            let round = try await part.dispatcher.deliverDue()
            #expect(round.triedCount == 1)
            #expect(round.failures == [])
            let seen = try await Self.alerts(address, client)
            let alert = try #require(seen.first)
            #expect(seen.count == 1)
            #expect(
                alert.labels == [
                    "alertname": "RequestsFail", "endpoint": "rent", "priority": "P0", "severity": "critical",
                    "site": "seoul", "subject": "endpoint:rent", "workspace": "seoul",
                ]
            )
            #expect(alert.annotations["description"] == "rent: 4 % of requests fail ← variant green was taken out")
            #expect(alert.annotations["runbook"] == "Roll back.")
            #expect(["active", "unprocessed"].contains(alert.status.state))
            // By the alerts' own time it is over in five calm minutes; the Alertmanager is told an end that has passed.
            let start = part.clock.now
            part.clock.time.withLock { $0 = start + .seconds(400) }
            try await part.find([])
            part.clock.time.withLock { $0 = .now }
            #expect(try await part.dispatcher.deliverDue().triedCount == 1)
            let isGone = try await Self.isSoon { try await Self.alerts(address, client).isEmpty }
            #expect(isGone)
        }
    }

    @Test func `one that was started anew learns what still fires`() async throws {
        try await Self.run { address, client in
            let part = try Self.part(address, client)
            try await part.find([
                AlertRoutingFixture.finding(), AlertRoutingFixture.finding("DiskFills", about: "host", .p2),
            ])
            #expect(try await Self.alerts(address, client).isEmpty)
            let failures = await part.dispatcher.remind(try await part.alerts.openAlerts())
            #expect(failures.isEmpty)
            let names = try await Self.alerts(address, client).map { $0.labels["alertname"] ?? "" }
            #expect(Set(names) == ["RequestsFail", "DiskFills"])
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let gone = try Self.part("http://127.0.0.1:1", client)
        try await gone.find([AlertRoutingFixture.finding()])
        let failures = await gone.dispatcher.remind(try await gone.alerts.openAlerts())
        #expect(failures.map(\.channel) == ["central"])
        try await client.shutdown()
    }

    /// Whether `condition` comes to hold; it is asked many times.
    static func isSoon(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<200 {
            if try await condition() { return true }
            await Task.yield()
        }
        return try await condition()
    }
}
