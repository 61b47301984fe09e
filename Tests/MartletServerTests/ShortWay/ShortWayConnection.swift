import Foundation
import HTTPTypes
import MartletCore
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Synchronization

@testable import MartletServer

/// A connection with all handlers of the server but the router in it, and what a client sends.
struct ShortWayConnection {
    let channel: NIOAsyncTestingChannel
    private let client: NIOAsyncTestingChannel
    private let events = EventCount()

    final class EventCount: Sendable {
        private let count = Mutex(0)
        func add() { self.count.withLock { $0 += 1 } }
        var value: Int { self.count.withLock(\.self) }
    }

    /// How many events reached the router.
    var eventCount: Int { self.events.value }

    init(_ way: ShortWay) async throws {
        let events = self.events
        self.channel = try await NIOAsyncTestingChannel { channel in
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(RoutedAnswers(way))
            try pipeline.addHandler(EventCounter(events))
        }
        try await self.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        // Reads the answers as any client does; it wants to know of the requests first.
        self.client = try await NIOAsyncTestingChannel { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPClientCodec())
        }
        for _ in 0..<500 {
            let request = HTTPRequest(method: .post, scheme: "http", authority: "x", path: "/")
            try await self.client.writeOutbound(HTTPRequestPart.head(request))
            try await self.client.writeOutbound(HTTPRequestPart.end(nil))
        }
    }

    /// The bytes of a request with the fields that clients send.
    static func request(
        _ path: String,
        method: String = "POST",
        _ body: String = "",
        fields: String = "Connection: keep-alive\r\n"
    ) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: test\r\n\(fields)"
            + "Content-Length: \(body.utf8.count)\r\nContent-Type: application/json\r\n\r\n\(body)"
    }

    /// Sends `reads`, each of which the server reads by itself.
    func send(_ reads: String...) async throws {
        for read in reads { try await self.channel.writeInbound(ByteBuffer(string: read)) }
    }

    func fire(_ event: any Sendable) async throws {
        try await self.channel.testingEventLoop.executeInContext { [channel = self.channel] in
            channel.pipeline.fireUserInboundEventTriggered(event)
        }
    }

    /// The next part that came through to the router, if any is there.
    func forwardedPart() async throws -> HTTPRequestPart? {
        await self.channel.testingEventLoop.run()
        return try await self.channel.readInbound(as: HTTPRequestPart.self)
    }

    /// The next whole request that came through to the router; `nil` when none is there.
    func forwarded() async throws -> (path: String, body: String)? {
        var path: String?
        var body = ""
        while let part = try await self.forwardedPart() {
            switch part {
            case .head(let head): path = head.path
            case .body(let bytes): body += String(buffer: bytes)
            case .end: return path.map { ($0, body) }
            }
        }
        return nil
    }

    /// Answers a request as the router would.
    func answerAsRouter() async throws {
        let head = HTTPResponse(status: .accepted, headerFields: [.contentLength: "0"])
        try await self.channel.writeOutbound(HTTPResponsePart.head(head))
        try await self.channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    /// The next whole answer; waits for it.
    func answer() async throws -> Answer {
        var answer = Answer()
        while true {
            while let part = try await self.client.readInbound(as: HTTPResponsePart.self) {
                switch part {
                case .head(let head): answer.head = head
                case .body(let bytes): answer.text += String(buffer: bytes)
                case .end: return answer
                }
            }
            await self.channel.testingEventLoop.run()
            if let bytes = try await self.channel.readOutbound(as: ByteBuffer.self) {
                try await self.client.writeInbound(bytes)
            } else {
                await Task.yield()
            }
        }
    }

    /// Whether the server has written anything that was not read yet.
    func hasAnswer() async throws -> Bool {
        await self.channel.testingEventLoop.run()
        guard let bytes = try await self.channel.readOutbound(as: ByteBuffer.self) else { return false }
        try await self.client.writeInbound(bytes)
        return true
    }

    struct Answer {
        var head = HTTPResponse(status: .ok)
        var text = ""

        var requestID: String? { HTTPField.Name("x-request-id").flatMap { self.head.headerFields[$0] } }
        var json: JSONValue {
            get throws { try JSONValue(parsing: Data(self.text.utf8)) }
        }
    }

    private final class EventCounter: ChannelInboundHandler {
        typealias InboundIn = HTTPRequestPart
        typealias InboundOut = HTTPRequestPart
        private let events: EventCount

        init(_ events: EventCount) { self.events = events }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            self.events.add()
        }
    }

}
