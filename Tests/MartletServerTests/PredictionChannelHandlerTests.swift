import Foundation
import HTTPTypes
import HummingbirdTesting
import MartletCore
import MartletServing
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import MartletServer

struct PredictionChannelHandlerTests {
    private static let body = #"{"inputs":[{"features":{"area":80}}]}"#

    @Test func `a predict request is answered in place as the router answers it`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let routed = try await fixture.application().test(.router) { try await $0.predict(Self.body) }
        let connection = try Connection(fixture)
        for part in [#"{"inputs":[{"fea"#, #"tures":{"area":80}}]}"#] { #expect(try connection.read(part) == []) }
        let answer = try connection.end()
        #expect(answer.status == .ok)
        #expect(try answer.json["predictions"] == routed.json()["predictions"])
        #expect(answer.head?.headerFields[.contentLength] == String(answer.body.readableBytes))
        #expect(answer.head?.headerFields[.contentType] == "application/json")
        #expect(answer.head?.headerFields[.date]?.hasSuffix(" GMT") == true)
        #expect(try answer.json["request_id"] == answer.requestID.map { .string($0) })
        #expect(fixture.gateway.runningCount == 0)
        #expect(fixture.gateway.queue.depth == 2)
    }

    @Test(arguments: ["nonsense", #"{"inputs":[]}"#, #"{"inputs":[{"features":{"area":"x"}}]}"#, ""])
    func `a refusal is the router's refusal`(_ body: String) async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let routed = try await fixture.application().test(.router) { try await $0.predict(body) }
        let connection = try Connection(fixture)
        _ = try connection.read(body)
        let answer = try connection.end()
        #expect(answer.status?.code == routed.status.code)
        #expect(answer.body == routed.body)
    }

    @Test func `a long body goes to the router whole`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try Connection(fixture)
        let first = String(repeating: " ", count: 4_000)
        #expect(try connection.read(first) == [])
        let forwarded = try connection.read(String(repeating: " ", count: 200))
        #expect(forwarded.count == 3)
        #expect(forwarded.compactMap(\.body).map(\.readableBytes) == [4_000, 200])
        #expect(try connection.readEnd() == [.end(nil)])
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `answers keep the order of requests when the router is slower`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try Connection(fixture, path: "/health/live", method: .get)
        #expect(try connection.readEnd() == [.end(nil)])
        #expect(try connection.readHead("/v1/endpoints/prices/predict").count == 1)
        #expect(try connection.read(Self.body).count == 1)
        #expect(try connection.readEnd() == [.end(nil)])
        for _ in 0..<2 {
            try connection.channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try connection.channel.writeOutbound(HTTPResponsePart.end(nil))
        }
        _ = try connection.written()
        #expect(try connection.readHead("/v1/endpoints/prices/predict") == [])
        _ = try connection.read(Self.body)
        #expect(try connection.end().status == .ok)
    }

    @Test(arguments: [
        ("/v1/endpoints/prices/predict?x=1", HTTPRequest.Method.post), ("/v1/endpoints/a%20b/predict", .post),
        ("/v1/endpoints/prices/predict", .get), ("/v1/endpoints//predict", .post), ("/v1/endpoints/predict", .post),
        ("/v1/endpoints/a/b/predict", .post), ("/v1/models", .post),
    ])
    func `other requests pass on untouched`(_ path: String, _ method: HTTPRequest.Method) async throws {
        let fixture = try await ServerFixture()
        let connection = try Connection(fixture, path: path, method: method, isForwarded: true)
        #expect(try connection.readEnd() == [.end(nil)])
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test(arguments: [HTTPField.Name.connection, .expect])
    func `a request that asks something of the connection is the router's`(_ name: HTTPField.Name) async throws {
        let fixture = try await ServerFixture()
        _ = try Connection(fixture, fields: [name: "close"], isForwarded: true)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `a request whose bearer is not admitted is the router's`() async throws {
        let fixture = try await ServerFixture()
        _ = try Connection(fixture, isAdmitted: false, isForwarded: true)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `a connection that breaks off is counted out`() async throws {
        let fixture = try await ServerFixture()
        let connection = try Connection(fixture)
        _ = try connection.read("{")
        #expect(fixture.gateway.runningCount == 1)
        _ = try connection.channel.finish(acceptAlreadyClosed: true)
        #expect(fixture.gateway.runningCount == 0)
    }

    @Test func `a server that closes waits for the request under way`() async throws {
        let fixture = try await ServerFixture()
        try await fixture.deploy(1)
        let connection = try Connection(fixture)
        _ = try connection.read(Self.body)
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(connection.events.count == 0)
        #expect(try connection.end().status == .ok)
        #expect(connection.events.count == 1)
    }
}

/// A connection with the handler in it, and what a client sends.
private final class Connection {
    let channel: EmbeddedChannel
    let events = EventCounter()

    init(
        _ fixture: ServerFixture,
        path: String = "/v1/endpoints/prices/predict",
        method: HTTPRequest.Method = .post,
        fields: HTTPFields = [:],
        isAdmitted: Bool = true,
        isForwarded: Bool? = nil
    ) throws {
        let handler = PredictionChannelHandler(gateway: fixture.gateway, isAdmitted: { _, _ in isAdmitted })
        self.channel = EmbeddedChannel(handlers: [handler, self.events])
        let read = try self.readHead(path, method, fields)
        if let isForwarded { #expect(read.isEmpty != isForwarded) }
    }

    @discardableResult
    func readHead(
        _ path: String,
        _ method: HTTPRequest.Method = .post,
        _ fields: HTTPFields = [:]
    ) throws -> [HTTPRequestPart] {
        try self.read(
            HTTPRequestPart.head(
                HTTPRequest(method: method, scheme: "http", authority: "x", path: path, headerFields: fields)
            )
        )
    }

    func read(_ text: String) throws -> [HTTPRequestPart] { try self.read(.body(ByteBuffer(string: text))) }

    func readEnd() throws -> [HTTPRequestPart] { try self.read(.end(nil)) }

    func end() throws -> Written {
        #expect(try self.readEnd() == [])
        return try self.written()
    }

    func written() throws -> Written {
        var written = Written()
        while let part = try self.channel.readOutbound(as: HTTPResponsePart.self) {
            switch part {
            case .head(let head): written.head = head
            case .body(var bytes): written.body.writeBuffer(&bytes)
            case .end: break
            }
        }
        return written
    }

    /// Sends `part`, and returns what came through to the router.
    private func read(_ part: HTTPRequestPart) throws -> [HTTPRequestPart] {
        try self.channel.writeInbound(part)
        var forwarded: [HTTPRequestPart] = []
        while let part = try self.channel.readInbound(as: HTTPRequestPart.self) { forwarded.append(part) }
        return forwarded
    }
}

private struct Written {
    var head: HTTPResponse?
    var body = ByteBuffer()

    var status: HTTPResponse.Status? { self.head?.status }
    var requestID: String? { HTTPField.Name("x-request-id").flatMap { self.head?.headerFields[$0] } }
    var json: JSONValue {
        get throws { try JSONValue(parsing: Data(self.body.readableBytesView)) }
    }
}

private final class EventCounter: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    private(set) var count = 0

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { self.count += 1 }
}

extension HTTPRequestPart {
    fileprivate var body: ByteBuffer? {
        if case .body(let bytes) = self { bytes } else { nil }
    }
}
