import AsyncHTTPClient
import Crypto
import Foundation
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import Synchronization
import Testing

/// Deliveries over real HTTP, to a receiver in this process.
struct WebhookDeliveryTests {
    /// What a receiver saw, and what it answers next.
    final class Receiver: Sendable {
        struct Message: Sendable {
            let headers: [String: String]
            let body: String
        }

        let messages = Mutex<[Message]>([])
        let statuses: Mutex<[Int]>

        init(answering statuses: [Int]) { self.statuses = Mutex(statuses) }

        var router: Router<BasicRequestContext> {
            let router = Router()
            router.post("/hook") { request, _ -> Response in
                let body = try await request.body.collect(upTo: 100_000)
                let names = ["X-MLflow-Signature", "X-MLflow-Delivery-Id", "X-MLflow-Timestamp", "Content-Type"]
                let headers = names.map { ($0, request.headers[.init($0) ?? .accept] ?? "") }
                self.messages.withLock {
                    $0.append(
                        Message(
                            headers: Dictionary(headers) { first, _ in first },
                            body: String(buffer: body)
                        )
                    )
                }
                let status = self.statuses.withLock { $0.isEmpty ? 200 : $0.removeFirst() }
                if status == 302 { return Response(status: .found, headers: [.location: "/elsewhere"]) }
                return Response(status: .init(code: status), body: ResponseBody(byteBuffer: ByteBuffer(string: "said")))
            }
            return router
        }
    }

    /// A clock that tests move.
    final class MovedClock: Sendable {
        let time = Mutex(EventTime(microseconds: 1_700_000_000_000_000))
        var now: EventTime { self.time.withLock { $0 } }
        func advance(_ span: TimeSpan) { self.time.withLock { $0 = $0 + span } }
    }

    let database: MetadataDatabase
    let store: SQLWebhookStore
    let secret: WorkspaceSecret
    let clock = MovedClock()

    init() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
        self.database = try MetadataDatabase(path: path)
        self.store = SQLWebhookStore(self.database)
        var generator = SplitMix64(seed: 4)
        self.secret = WorkspaceSecret.draw(using: &generator).secret
    }

    func deliver(
        to receiver: Receiver,
        format: Webhook.Format = .mlflow,
        _ body: @Sendable @escaping (WebhookDispatcher, Webhook) async throws -> Void
    ) async throws {
        try await Application(router: receiver.router)
            .test(.live) { client in
                let port = try #require(client.port)
                let http = HTTPClient(
                    eventLoopGroupProvider: .singleton,
                    configuration: HTTPWebhookSender.clientConfiguration
                )
                let clock = self.clock
                let dispatcher = WebhookDispatcher(
                    store: self.store,
                    sender: HTTPWebhookSender(client: http),
                    secret: self.secret,
                    now: { clock.now }
                )
                let author = Attribution(by: "ada", at: clock.now)
                let webhook = Webhook(
                    id: "w",
                    name: "ops",
                    url: "http://127.0.0.1:\(port)/hook",
                    format: format,
                    events: [.modelVersionCreated],
                    sealedSecret: try self.secret.seal("shared secret"),
                    author: author,
                    updatedAt: author.at
                )
                try await self.store.addWebhook(webhook)
                do {
                    try await body(dispatcher, webhook)
                } catch {
                    try await http.shutdown()
                    throw error
                }
                try await http.shutdown()
            }
    }

    func register() async throws {
        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
        _ = try await SQLModelRegistry(self.database).register(new, Attribution(by: "ada", at: self.clock.now))
    }

    @Test func `an event arrives signed, once it is committed`() async throws {
        let receiver = Receiver(answering: [200])
        try await self.deliver(to: receiver) { dispatcher, _ in
            #expect(try await dispatcher.deliverDue() == 0)
            try await self.register()
            #expect(try await dispatcher.deliverDue() == 1)
            #expect(try await dispatcher.deliverDue() == 0)
        }
        let message = try #require(receiver.messages.withLock { $0.first })
        let json = try JSONValue(parsing: Data(message.body.utf8))
        #expect(json["entity"] == "model_version")
        #expect(json["action"] == "created")
        #expect(json["data"]?["version"] == "1")
        let signed = [message.headers["X-MLflow-Delivery-Id"], message.headers["X-MLflow-Timestamp"], message.body]
            .map { $0 ?? "" }.joined(separator: ".")
        let code = HMAC<SHA256>
            .authenticationCode(
                for: Data(signed.utf8),
                using: SymmetricKey(data: Data("shared secret".utf8))
            )
        #expect(message.headers["X-MLflow-Signature"] == "v1," + Data(code).base64EncodedString())
        let log = try await self.store.deliveries(of: "w", limit: 10)
        #expect(log.map(\.state) == [.delivered])
        #expect(log[0].outcome?.body == "said")
    }

    @Test func `a receiver that fails is tried again with the same id until it takes the event`() async throws {
        let receiver = Receiver(answering: [500, 302, 200])
        try await self.deliver(to: receiver) { dispatcher, _ in
            try await self.register()
            #expect(try await dispatcher.deliverDue() == 1)
            #expect(try await dispatcher.deliverDue() == 0)
            self.clock.advance(.seconds(12))
            #expect(try await dispatcher.deliverDue() == 1)
            self.clock.advance(.seconds(36))
            #expect(try await dispatcher.deliverDue() == 1)
        }
        let ids = receiver.messages.withLock { $0.map { $0.headers["X-MLflow-Delivery-Id"] } }
        #expect(ids.count == 3)
        #expect(Set(ids).count == 1)
        let delivery = try #require(try await self.store.deliveries(of: "w", limit: 1).first)
        #expect(delivery.state == .delivered)
        #expect(delivery.attemptCount == 3)
    }

    @Test func `an event that is never taken ends as failed, with the last answer`() async throws {
        let receiver = Receiver(answering: Array(repeating: 410, count: 20))
        try await self.deliver(to: receiver) { dispatcher, _ in
            try await self.register()
            for _ in 0..<20 {
                _ = try await dispatcher.deliverDue()
                self.clock.advance(.days(1))
            }
        }
        let delivery = try #require(try await self.store.deliveries(of: "w", limit: 1).first)
        #expect(delivery.state == .failed)
        #expect(delivery.attemptCount == WebhookSchedule.attemptLimit)
        #expect(delivery.outcome?.status == 410)
        #expect(receiver.messages.withLock { $0.count } == WebhookSchedule.attemptLimit)
    }

    @Test func `a process that ends between answer and note delivers again`() async throws {
        let receiver = Receiver(answering: [])
        try await self.deliver(to: receiver) { dispatcher, _ in
            try await self.register()
            // Another process claimed the delivery and ended before it wrote down what came of it.
            let claimed = try await self.store.claimDeliveries(
                at: self.clock.now,
                until: self.clock.now + WebhookSchedule.lease,
                limit: 10
            )
            #expect(claimed.count == 1)
            #expect(try await dispatcher.deliverDue() == 0)
            self.clock.advance(WebhookSchedule.lease)
            #expect(try await dispatcher.deliverDue() == 1)
        }
        #expect(receiver.messages.withLock { $0.count } == 1)
    }

    @Test func `nobody at the address is a failure that does not name the address`() async throws {
        let receiver = Receiver(answering: [])
        try await self.deliver(to: receiver, format: .slack) { dispatcher, webhook in
            var gone = webhook
            gone.url = "http://127.0.0.1:1/secret-path"
            let outcome = await dispatcher.test(gone, .modelVersionCreated)
            #expect(outcome.status == nil)
            #expect(outcome.failure?.contains("secret-path") == false)
            let taken = await dispatcher.test(webhook, .modelVersionCreated)
            #expect(taken.isSuccess)
        }
        let body = receiver.messages.withLock { $0.first?.body }
        #expect(body == #"{"text":"martlet registered *example_model:1*; it waits for approval"}"#)
    }
}
