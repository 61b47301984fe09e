import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import Testing

@testable import MartletServer

struct TrackingChannelHandlerTests {
    private static let metric = "/api/2.0/mlflow/runs/log-metric"
    private static let create = "/api/2.0/mlflow/runs/create"

    private let services: MLflowServices
    private let tracking: SQLTrackingStore
    private let now = EventTime(microseconds: 1_700_000_000_000_000)

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("martlet-fast-\(UUID().uuidString)")
        let database = try MetadataDatabase(path: folder.appendingPathComponent("metadata.sqlite").path)
        self.tracking = SQLTrackingStore(database)
        self.services = MLflowServices(
            tracking: self.tracking,
            registry: SQLModelRegistry(database),
            artifacts: FileArtifactStore(root: folder.path + "/artifacts"),
            version: "1",
            now: { [now = self.now] in now }
        )
    }

    private var application: some ApplicationProtocol {
        let router = Router()
        MLflowRoutes(services: self.services).add(to: router)
        return Application(router: router)
    }

    private func newRun() async throws -> RunID {
        let new = NewRun(id: .random(), experimentID: "0", name: "r", user: "ada", startedAt: self.now)
        return try await self.tracking.createRun(new).id
    }

    @Test func `a call is answered and stored as behind the router`() async throws {
        let run = try await self.newRun()
        let connection = try await Connection(self.services)
        try await connection.send(Self.metric, #"{"run_id":"\#(run)","key":"mae","value":0.5,"timestamp":7,"step":3}"#)
        let answer = try await connection.answer()
        #expect(answer.head.status == .ok)
        #expect(answer.text == "{}")
        #expect(answer.head.headerFields[.contentLength] == "2")
        #expect(answer.head.headerFields[.contentType] == "application/json")
        #expect(answer.head.headerFields[.date]?.hasSuffix(" GMT") == true)
        let points = try await self.tracking.metricHistory(of: run, key: "mae", limit: 10, offset: 0)
        #expect(points.map(\.value) == [0.5] && points.map(\.step) == [3])
    }

    @Test(arguments: [
        "nonsense", "", "{}", #"{"run_id":"x","key":"a","value":1,"timestamp":1}"#,
        #"{"run_id":"0123456789abcdef0123456789abcdef","key":"a","value":1,"timestamp":1}"#,
        #"{"run_id":"0123456789abcdef0123456789abcdef","key":"a","value":"much","timestamp":1}"#,
    ])
    func `a refusal is the router's refusal`(_ body: String) async throws {
        let connection = try await Connection(self.services)
        try await connection.send(Self.metric, body)
        let answer = try await connection.answer()
        try await self.application.test(.router) { client in
            let routed = try await client.execute(uri: Self.metric, method: .post, body: ByteBuffer(string: body))
            #expect(answer.head.status.code >= 400)
            #expect(answer.head.status.code == routed.status.code)
            #expect(answer.text == String(buffer: routed.body))
        }
    }

    @Test func `calls sent together are answered in their order, and the router waits for its turn`() async throws {
        let connection = try await Connection(self.services)
        for name in ["first", "second"] { try await connection.send(Self.create, #"{"run_name":"\#(name)"}"#) }
        try await connection.send("/api/2.0/mlflow/runs/search", "{}")
        try await connection.send(Self.create, #"{"run_name":"third"}"#)
        #expect(try await connection.answer().text.contains(#""run_name":"first""#))
        #expect(try await connection.answer().text.contains(#""run_name":"second""#))
        // Now the router has its request, and what follows it too.
        guard case .head(let routed) = try await connection.forwarded() else { return #expect(Bool(false)) }
        #expect(routed.path == "/api/2.0/mlflow/runs/search")
        var paths: [String] = []
        while paths.isEmpty {
            if case .head(let head) = try await connection.forwarded() { paths.append(head.path ?? "") }
        }
        #expect(paths == [Self.create])
    }

    @Test func `a long body goes to the router whole`() async throws {
        let connection = try await Connection(self.services)
        try await connection.send(
            Self.metric,
            String(repeating: " ", count: 16_000),
            " 500 more ",
            "the end of it all".padded
        )
        var byteCount = 0
        reading: while true {
            switch try await connection.forwarded() {
            case .head(let head): #expect(head.path == Self.metric)
            case .body(let bytes): byteCount += bytes.readableBytes
            case .end: break reading
            }
        }
        #expect(byteCount == 16_010 + "the end of it all".padded.utf8.count)
    }

    @Test(arguments: [
        ("/api/2.0/mlflow/runs/log-metric?x=1", HTTPRequest.Method.post), ("/api/2.0/mlflow/runs/log-metric", .get),
        ("/api/2.0/mlflow/runs/search", .post), ("/api/2.0/mlflow/metrics/get-history", .get), ("/", .get),
    ])
    func `other requests pass on untouched`(_ path: String, _ method: HTTPRequest.Method) async throws {
        let connection = try await Connection(self.services)
        try await connection.send(path, method: method)
        #expect(try await connection.forwarded() == .head(Connection.head(path, method)))
        #expect(try await connection.forwarded() == .end(nil))
    }

    @Test func `a server that closes waits for the call under way`() async throws {
        let connection = try await Connection(self.services)
        try await connection.begin(Self.create)
        try await connection.channel.testingEventLoop.executeInContext { [channel = connection.channel] in
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        #expect(connection.eventCount.withLock(\.self) == 0)
        try await connection.finish(#"{"run_name":"last"}"#)
        #expect(try await connection.answer().head.status == .ok)
        #expect(connection.eventCount.withLock(\.self) == 1)
    }

    @Test func `a client that left has its call made, and nothing breaks`() async throws {
        let run = try await self.newRun()
        let connection = try await Connection(self.services)
        try await connection.send(Self.metric, #"{"run_id":"\#(run)","key":"mae","value":1,"timestamp":7}"#)
        _ = try await connection.channel.finish(acceptAlreadyClosed: true)
        while try await self.tracking.metricHistory(of: run, key: "mae", limit: 1, offset: 0).isEmpty {
            await Task.yield()
        }
    }
}

/// A connection with the handler in it, and what a client sends.
private struct Connection {
    let channel: NIOAsyncTestingChannel
    /// How many quiesce events went past the handler.
    let eventCount: EventCount

    final class EventCount: Sendable {
        private let count = Mutex(0)
        func add() { self.count.withLock { $0 += 1 } }
        func withLock<Result>(_ body: (Int) -> Result) -> Result { self.count.withLock { body($0) } }
    }

    init(_ services: MLflowServices) async throws {
        let count = EventCount()
        self.eventCount = count
        let calls = TrackingFastPath(services, admission: .everyone)
        self.channel = try await NIOAsyncTestingChannel { channel in
            try channel.pipeline.syncOperations.addHandler(TrackingChannelHandler(calls))
            try channel.pipeline.syncOperations.addHandler(EventCounter(count))
        }
        try await self.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
    }

    static func head(_ path: String, _ method: HTTPRequest.Method = .post) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: "x", path: path)
    }

    /// Sends a whole request, its body in the parts given.
    func send(_ path: String, method: HTTPRequest.Method = .post, _ parts: String...) async throws {
        try await self.begin(path, method)
        for part in parts { try await self.write(.body(ByteBuffer(string: part))) }
        try await self.write(.end(nil))
    }

    func begin(_ path: String, _ method: HTTPRequest.Method = .post) async throws {
        try await self.write(.head(Self.head(path, method)))
    }

    func finish(_ body: String) async throws {
        try await self.write(.body(ByteBuffer(string: body)))
        try await self.write(.end(nil))
    }

    private func write(_ part: HTTPRequestPart) async throws { try await self.channel.writeInbound(part) }

    /// The next part that came through to the router.
    func forwarded() async throws -> HTTPRequestPart {
        try await self.next { try await self.channel.readInbound(as: HTTPRequestPart.self) }
    }

    /// The next whole answer.
    func answer() async throws -> (head: HTTPResponse, text: String) {
        var head = HTTPResponse(status: .ok)
        var text = ""
        while true {
            switch try await self.next({ try await self.channel.readOutbound(as: HTTPResponsePart.self) }) {
            case .head(let found): head = found
            case .body(let bytes): text += String(buffer: bytes)
            case .end: return (head, text)
            }
        }
    }

    /// Runs what the handler gave the loop to do until `read` finds something.
    private func next<Part: Sendable>(_ read: () async throws -> Part?) async throws -> Part {
        while true {
            await self.channel.testingEventLoop.run()
            if let part = try await read() { return part }
            await Task.yield()
        }
    }

    private final class EventCounter: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        typealias InboundOut = HTTPRequestPart
        private let count: EventCount

        init(_ count: EventCount) { self.count = count }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { self.count.add() }
    }
}

extension String {
    /// The text with spaces before it, long enough to pass a limit.
    fileprivate var padded: String { String(repeating: " ", count: 400) + self }
}
