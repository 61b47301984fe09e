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
import Testing

@testable import MartletServer

struct TrackingShortWayTests {
    private static let metric = "/api/2.0/mlflow/runs/log-metric"
    private static let create = "/api/2.0/mlflow/runs/create"
    private static let search = "/api/2.0/mlflow/runs/search"

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

    private func connection() async throws -> ShortWayConnection {
        let calls = TrackingFastPath(self.services, admission: .everyone)
        return try await ShortWayConnection(ShortWay(gateway: nil, isAdmitted: { _, _ in true }, tracking: calls))
    }

    private func newRun() async throws -> RunID {
        let new = NewRun(id: .random(), experimentID: "0", name: "r", user: "ada", startedAt: self.now)
        return try await self.tracking.createRun(new).id
    }

    private static func point(_ run: RunID, _ value: Double = 0.5) -> String {
        #"{"run_id":"\#(run)","key":"mae","value":\#(value),"timestamp":7,"step":3}"#
    }

    @Test func `a call is answered and stored as behind the router`() async throws {
        let run = try await self.newRun()
        let connection = try await self.connection()
        try await connection.send(ShortWayConnection.request(Self.metric, Self.point(run)))
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
        let connection = try await self.connection()
        try await connection.send(ShortWayConnection.request(Self.metric, body))
        let answer = try await connection.answer()
        try await self.application.test(.router) { client in
            let routed = try await client.execute(uri: Self.metric, method: .post, body: ByteBuffer(string: body))
            #expect(answer.head.status.code >= 400)
            #expect(answer.head.status.code == routed.status.code)
            #expect(answer.text == String(buffer: routed.body))
        }
    }

    @Test func `calls sent together are answered in their order, and the router waits for its turn`() async throws {
        let connection = try await self.connection()
        let calls = [
            (Self.create, #"{"run_name":"first"}"#), (Self.create, #"{"run_name":"second"}"#), (Self.search, "{}"),
            (Self.create, #"{"run_name":"third"}"#),
        ]
        try await connection.send(calls.map { ShortWayConnection.request($0.0, $0.1) }.joined())
        #expect(try await connection.answer().text.contains(#""run_name":"first""#))
        #expect(try await connection.answer().text.contains(#""run_name":"second""#))
        // Now the router has its request, and what follows it too.
        for (path, body) in calls.suffix(2) {
            let forwarded = try await connection.forwarded() ?? ("", "")
            #expect(forwarded == (path, body))
        }
        for _ in 0..<2 {
            try await connection.answerAsRouter()
            #expect(try await connection.answer().head.status == .accepted)
        }
        try await connection.send(ShortWayConnection.request(Self.create, #"{"run_name":"fourth"}"#))
        #expect(try await connection.answer().text.contains(#""run_name":"fourth""#))
    }

    @Test func `a call whose bytes come one by one is answered`() async throws {
        let run = try await self.newRun()
        let connection = try await self.connection()
        let bytes = ShortWayConnection.request(Self.metric, Self.point(run)).utf8
        for byte in bytes { try await connection.send(String(decoding: [byte], as: UTF8.self)) }
        #expect(try await connection.answer().text == "{}")
    }

    @Test func `a long body goes to the router whole`() async throws {
        let connection = try await self.connection()
        let long = String(repeating: " ", count: 16_000) + " 500 more " + String(repeating: "x", count: 400)
        let bytes = ShortWayConnection.request(Self.metric, long)
        try await connection.send(String(bytes.prefix(9_000)), String(bytes.dropFirst(9_000)))
        let forwarded = try await connection.forwarded() ?? ("", "")
        #expect(forwarded == (Self.metric, long))
    }

    @Test(arguments: [
        ("/api/2.0/mlflow/runs/log-metric?x=1", "POST"), ("/api/2.0/mlflow/runs/log-metric", "GET"),
        ("/api/2.0/mlflow/runs/search", "POST"), ("/api/2.0/mlflow/metrics/get-history", "GET"), ("/", "GET"),
    ])
    func `other requests pass on untouched`(_ path: String, _ method: String) async throws {
        let connection = try await self.connection()
        try await connection.send(ShortWayConnection.request(path, method: method))
        #expect(try await connection.forwarded()?.path == path)
    }

    @Test func `a server that closes waits for the call under way`() async throws {
        let connection = try await self.connection()
        let bytes = ShortWayConnection.request(Self.create, #"{"run_name":"last"}"#)
        try await connection.send(String(bytes.dropLast(5)))
        try await connection.fire(ChannelShouldQuiesceEvent())
        #expect(connection.eventCount == 0)
        try await connection.send(String(bytes.suffix(5)))
        #expect(try await connection.answer().head.status == .ok)
        #expect(connection.eventCount == 1)
    }

    @Test func `a client that closes its side after its call is answered`() async throws {
        let connection = try await self.connection()
        try await connection.send(ShortWayConnection.request(Self.create, #"{"run_name":"last"}"#))
        try await connection.fire(ChannelEvent.inputClosed)
        #expect(try await connection.answer().head.status == .ok)
        #expect(connection.eventCount == 1)
    }

    @Test func `a client that left has its call made, and nothing breaks`() async throws {
        let run = try await self.newRun()
        let connection = try await self.connection()
        try await connection.send(ShortWayConnection.request(Self.metric, Self.point(run, 1)))
        _ = try await connection.channel.finish(acceptAlreadyClosed: true)
        for _ in 0..<100_000 {
            if try await !self.tracking.metricHistory(of: run, key: "mae", limit: 1, offset: 0).isEmpty { return }
            await Task.yield()
        }
        Issue.record("the point was not stored")
    }
}
