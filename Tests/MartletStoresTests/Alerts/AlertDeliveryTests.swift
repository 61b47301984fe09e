import AsyncHTTPClient
import Crypto
import Foundation
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletMonitoring
import MartletStores
import MartletTracking
import NIOCore
import Synchronization
import Testing

/// Notices on their way from the ledger to channels.
struct AlertDeliveryTests {
    typealias Receiver = WebhookDeliveryTests.Receiver
    typealias MovedClock = WebhookDeliveryTests.MovedClock

    let clock = MovedClock()

    /// One process: its stores and its dispatcher.
    struct Part: Sendable {
        let alerts: SQLAlertStore
        let store: SQLAlertDeliveryStore
        let dispatcher: AlertDispatcher
        let clock: MovedClock

        init(_ database: MetadataDatabase, _ routing: AlertRouting, _ clock: MovedClock, _ sender: any AlertSender) {
            self.alerts = SQLAlertStore(database)
            self.store = SQLAlertDeliveryStore(database)
            self.clock = clock
            self.dispatcher = AlertDispatcher(
                store: self.store,
                sender: sender,
                routing: routing,
                writer: AlertWriter(workspace: "seoul", environment: ["SECRET": "shared secret", "EMPTY": ""]),
                now: { clock.now }
            )
        }

        func find(_ findings: [AlertFinding]) async throws {
            _ = try await self.alerts.step(findings, AlertTiming(), at: self.clock.now)
        }
    }

    /// A sender that answers what it is told to.
    final class Told: AlertSender {
        let messages = Mutex<[AlertMessage]>([])
        let outcomes: Mutex<[WebhookOutcome]>
        init(_ outcomes: [WebhookOutcome] = []) { self.outcomes = Mutex(outcomes) }
        func send(_ message: AlertMessage) async -> WebhookOutcome {
            self.messages.withLock { $0.append(message) }
            return self.outcomes.withLock { $0.isEmpty ? WebhookOutcome(status: 200) : $0.removeFirst() }
        }
        var count: Int { self.messages.withLock { $0.count } }
    }

    static func routing(_ port: Int, _ rest: String = "") throws -> AlertRouting {
        let url = "http://127.0.0.1:\(port)/hook"
        return
            try AlertRoutingFixture.read(
                "channels: {pager: {webhook: {url: \"\(url)\", secret_env: SECRET}}}\n" + rest
            )
            .routing
    }

    @Test(arguments: MetadataKind.allCases)
    func `what the ledger says is put on its way once, by however many processes`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let routing = try Self.routing(1)
        let (one, two) = (Part(database, routing, self.clock, Told()), Part(database, routing, self.clock, Told()))
        try await one.find([AlertRoutingFixture.finding("Slow", .p1)])
        // What was told before anybody was there to follow it is over.
        #expect(try await one.store.follow(routing, at: self.clock.now) == 0)
        try await one.find([AlertRoutingFixture.finding()])
        async let first = one.store.follow(routing, at: self.clock.now)
        async let second = two.store.follow(routing, at: self.clock.now)
        #expect(try await first + second == 1)
        #expect(try await two.store.follow(routing, at: self.clock.now) == 0)
        let delivery = try #require(try await two.store.deliveries(to: "pager", limit: 10).first)
        #expect(delivery.notice.alert == "RequestsFail/endpoint:rent")
        #expect(delivery.notice.causes == ["variant green was taken out"])
        #expect(delivery.notice.since == self.clock.now)
        #expect(try await two.store.deliveries(to: "other", limit: 10).isEmpty)
    }

    @Test(arguments: MetadataKind.allCases)
    func `the end of an alert is not told before its beginning`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let sender = Told([WebhookOutcome(status: 503), WebhookOutcome(status: nil, failure: "gone")])
        let part = Part(database, try Self.routing(1), self.clock, sender)
        try await part.dispatcher.deliverDue()
        try await part.find([AlertRoutingFixture.finding()])
        #expect(try await part.dispatcher.deliverDue().triedCount == 1)
        self.clock.advance(.seconds(400))
        try await part.find([])
        #expect(try await part.store.deliveries(to: nil, limit: 10).isEmpty == false)
        // The first failed and waits; the second waits for it.
        #expect(try await part.dispatcher.deliverDue().triedCount == 1)
        self.clock.advance(.seconds(30))
        #expect(try await part.dispatcher.deliverDue().triedCount == 1)
        #expect(try await part.dispatcher.deliverDue().triedCount == 1)
        let log = try await part.store.deliveries(to: nil, limit: 10)
        #expect(log.map(\.notice.kind) == [.resolved, .fired])
        #expect(log.map(\.state) == [.delivered, .delivered])
        #expect(log.map(\.attemptCount) == [1, 3])
    }

    @Test(arguments: MetadataKind.allCases)
    func `a receiver that refuses is asked three times, and what it said is in the log`(
        kind: MetadataKind
    ) async throws {
        let part = Part(
            try kind.open(),
            try Self.routing(1),
            self.clock,
            Told(Array(repeating: WebhookOutcome(status: 404, body: "no such hook"), count: 9))
        )
        try await part.dispatcher.deliverDue()
        try await part.find([AlertRoutingFixture.finding()])
        var failures: [AlertDispatcher.Failure] = []
        for _ in 0..<6 {
            failures += try await part.dispatcher.deliverDue().failures
            self.clock.advance(.seconds(60))
        }
        #expect(failures.map(\.reason) == ["the receiver answered 404"])
        let delivery = try #require(try await part.store.deliveries(to: nil, limit: 1).first)
        #expect(delivery.state == .failed)
        #expect(delivery.attemptCount == AlertSchedule.refusalLimit)
        #expect(delivery.outcome?.body == "no such hook")
        try await part.store.redeliver(delivery.id, at: self.clock.now)
        #expect(try await part.dispatcher.deliverDue().triedCount == 1)
        let error = await #expect(throws: TrackingError.self) {
            try await part.store.redeliver("none", at: self.clock.now)
        }
        #expect(error?.message.contains("martlet alerts deliveries") == true)
    }

    @Test(arguments: MetadataKind.allCases)
    func `a receiver that is down for hours is told when it is back, and what ended is forgotten`(
        kind: MetadataKind
    ) async throws {
        let down = WebhookOutcome(status: nil, failure: "the receiver could not be reached")
        let part = Part(
            try kind.open(),
            try Self.routing(1),
            self.clock,
            Told(Array(repeating: down, count: 40))
        )
        try await part.dispatcher.deliverDue()
        try await part.find([AlertRoutingFixture.finding()])
        for _ in 0..<60 {
            try await part.dispatcher.deliverDue()
            self.clock.advance(.seconds(720))
        }
        let delivery = try #require(try await part.store.deliveries(to: nil, limit: 1).first)
        #expect(delivery.state == .delivered)
        #expect(delivery.attemptCount == 41)
        self.clock.advance(.days(31))
        try await part.dispatcher.prune()
        #expect(try await part.store.deliveries(to: nil, limit: 1).isEmpty)
    }

    @Test func `a process that ends between answer and note tells again, with the same id`() async throws {
        let receiver = Receiver(answering: [500, 200])
        let database = try MetadataKind.sqlite.open()
        try await self.live(receiver, database) { part in
            try await part.find([AlertRoutingFixture.finding()])
            try await part.store.follow(part.routing, at: self.clock.now)
            let claimed = try await part.part.store.claimDeliveries(
                at: self.clock.now,
                until: self.clock.now + WebhookSchedule.lease,
                limit: 10
            )
            #expect(claimed.count == 1)
            #expect(try await part.part.dispatcher.deliverDue().triedCount == 0)
            self.clock.advance(WebhookSchedule.lease)
            #expect(try await part.part.dispatcher.deliverDue().triedCount == 1)
            self.clock.advance(.seconds(20))
            #expect(try await part.part.dispatcher.deliverDue().triedCount == 1)
        }
        let messages = receiver.messages.withLock { $0 }
        #expect(Set(messages.map { $0.headers["X-MLflow-Delivery-Id"] }).count == 1)
        #expect(messages.count == 2)
        for message in messages {
            let signed = [message.headers["X-MLflow-Delivery-Id"], message.headers["X-MLflow-Timestamp"], message.body]
                .map { $0 ?? "" }.joined(separator: ".")
            let key = SymmetricKey(data: Data("shared secret".utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)
            #expect(message.headers["X-MLflow-Signature"] == "v1," + Data(code).base64EncodedString())
        }
        let json = try JSONValue(parsing: Data((messages.first?.body ?? "").utf8))
        #expect(json["entity"] == "alert")
        #expect(json["action"] == "fired")
        #expect(json["data"]?["endpoints"] == ["rent"])
    }

    @Test func `a variable that is not set is told by its name, and the notice waits`() async throws {
        let routing = try AlertRoutingFixture.read("channels: {team: {slack: {url_env: EMPTY}}}").routing
        let part = Part(try MetadataKind.sqlite.open(), routing, self.clock, Told())
        try await part.dispatcher.deliverDue()
        try await part.find([AlertRoutingFixture.finding()])
        try await part.dispatcher.deliverDue()
        let delivery = try #require(try await part.store.deliveries(to: nil, limit: 1).first)
        #expect(delivery.outcome?.failure == "the variable EMPTY is not set; set it where the server runs")
        #expect(delivery.state == .waiting)
        let outcome = try await part.dispatcher.test("team")
        #expect(!outcome.isSuccess)
        let error = await #expect(throws: TrackingError.self) { try await part.dispatcher.test("taem") }
        #expect(error?.message.contains("'team'") == true)
    }

    @Test func `a channel that left the file is told nothing more`() async throws {
        let database = try MetadataKind.sqlite.open()
        let part = Part(database, try Self.routing(1), self.clock, Told([WebhookOutcome(status: 500)]))
        try await part.dispatcher.deliverDue()
        try await part.find([AlertRoutingFixture.finding()])
        try await part.dispatcher.deliverDue()
        let sender = Told()
        let later = Part(database, AlertRouting(), self.clock, sender)
        self.clock.advance(.seconds(60))
        let failures = try await later.dispatcher.deliverDue().failures
        #expect(failures.map(\.reason) == ["the channel is no longer in slo.yaml"])
        #expect(sender.count == 0)
    }

    struct Live: Sendable {
        let part: Part
        let routing: AlertRouting
        var store: SQLAlertDeliveryStore { self.part.store }
        func find(_ findings: [AlertFinding]) async throws { try await self.part.find(findings) }
    }

    private func live(
        _ receiver: Receiver,
        _ database: MetadataDatabase,
        _ body: @Sendable @escaping (Live) async throws -> Void
    ) async throws {
        let clock = self.clock
        try await Application(router: receiver.router)
            .test(.live) { client in
                let http = HTTPClient(
                    eventLoopGroupProvider: .singleton,
                    configuration: HTTPWebhookSender.clientConfiguration
                )
                let routing = try Self.routing(try #require(client.port))
                let part = Part(database, routing, clock, ChannelSender(client: http))
                do {
                    try await part.dispatcher.deliverDue()
                    try await body(Live(part: part, routing: routing))
                } catch {
                    try await http.shutdown()
                    throw error
                }
                try await http.shutdown()
            }
    }
}
