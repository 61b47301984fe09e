import MartletTesting
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import MartletServer

struct PlainHeadTests {
    private static func read(_ text: String) -> PlainHeadReader.Reading {
        PlainHeadReader.read(ByteBuffer(string: text).readableBytesUInt8Span)
    }

    @Test func `a head is read with what it says`() {
        let head = "POST /a/b?c=%20 HTTP/1.1\r\nhost: x\r\nContent-length:12 \r\nAUTHORIZATION: Basic YTpi\r\n\r\n"
        let expected = PlainHead(
            method: "POST",
            path: "/a/b?c=%20",
            authorization: "Basic YTpi",
            bodyByteCount: 12,
            byteCount: head.utf8.count
        )
        #expect(Self.read(head + "what follows") == .plain(expected))
    }

    @Test func `a head is incomplete until its last byte`() {
        let head = "DELETE /x HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\nx-y_z: \r\n\r\n"
        for count in 0..<head.utf8.count { #expect(Self.read(String(head.utf8.prefix(count)) ?? "") == .incomplete) }
        guard case .plain = Self.read(head) else { return #expect(Bool(false)) }
    }

    @Test(arguments: [
        "GET /x HTTP/1.0\r\nHost: x\r\n\r\n", "GET /x HTTP/1.1\r\n\r\n", "get /x HTTP/1.1\r\nHost: x\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", "GET  /x HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /x HTTP/1.1\nHost: x\n\n", "GET /x HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "\r\nGET /x HTTP/1.1\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, upgrade\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", "GET /x HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", "GET /x HTTP/1.1\r\n: x\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: 가\r\n\r\n", "GET /x HTTP/1.1\r\nHost: x\u{0}\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\ry\r\n\r\n", "GET /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", "CONNECT /x HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
    ])
    func `what is unusual is left to the decoder`(_ head: String) { #expect(Self.read(head) == .other) }

    @Test func `a head without end is left to the decoder`() {
        let text = "GET /x HTTP/1.1\r\nHost: x\r\nx-long: " + String(repeating: "y", count: PlainHeadReader.byteLimit)
        #expect(Self.read(text) == .other)
        #expect(Self.read(text + "\r\n\r\n") == .other)
    }

    /// Requests made of usual and unusual pieces, and changed at random: what is read as plain, the decoder must read the
    /// same, with the next request beginning at the same byte.
    @Test func `what is read here, the decoder reads the same`() throws {
        var random = SplitMix64(seed: 20)
        var plainCount = 0
        for _ in 0..<20_000 {
            let bytes = Self.randomHead(&random)
            guard case .plain(let head) = PlainHeadReader.read(ByteBuffer(bytes: bytes).readableBytesUInt8Span) else {
                continue
            }
            plainCount += 1
            #expect(head.byteCount <= bytes.count)
            guard head.bodyByteCount < 10_000 else { continue }
            let decoded = try Self.decode(Array(bytes.prefix(head.byteCount)), bodyByteCount: head.bodyByteCount)
            #expect(decoded == Self.expected(of: head), "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        #expect(plainCount > 2_000)
    }

    private static func expected(of head: PlainHead) -> [String] {
        [
            "\(head.method) \(head.path) \(head.authorization ?? "-")", "body \(head.bodyByteCount)",
            "GET /next -", "body 0",
        ]
    }

    /// What the decoder makes of a head, a body of so many bytes, and another request.
    private static func decode(_ head: [UInt8], bodyByteCount: Int) throws -> [String] {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        var bytes = ByteBuffer(bytes: head)
        bytes.writeRepeatingByte(UInt8(ascii: "x"), count: bodyByteCount)
        bytes.writeString("GET /next HTTP/1.1\r\nHost: next\r\n\r\n")
        var found: [String] = []
        do {
            try channel.writeInbound(bytes)
        } catch {
            found.append("\(error)")
        }
        var bodyCount = 0
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                found.append("\(head.method) \(head.uri) \(head.headers.first(name: "authorization") ?? "-")")
                bodyCount = 0
            case .body(let body): bodyCount += body.readableBytes
            case .end: found.append("body \(bodyCount)")
            }
        }
        return found
    }

    private static func randomHead(_ random: inout SplitMix64) -> [UInt8] {
        let methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "post", "TRACE"]
        let paths = ["/", "/x", "/v1/endpoints/a/predict", "/x?y=1&z=%41", "/x#y", "*", "http://x/y", "/x y"]
        let fields = [
            "Host: x", "host:x", "Content-Length: 0", "Content-Length: 5", "content-length:\t17 ",
            "Content-Length: 1 2",
            "Connection: keep-alive", "Connection: close", "Transfer-Encoding: chunked", "Authorization: Bearer a.b",
            "X-Empty:", "Accept: */*", "Cookie: a=b; c=d", "Expect: 100-continue", " folded", "x y: z", "TE: trailers",
            "Content-Length : 3", "Transfer-encoding:identity", "X-Tab: a\tb",
        ]
        func pick(_ list: [String], usual: Int) -> String {
            random.next() % 4 > 0
                ? list[Int(random.next() % UInt64(usual))] : list[Int(random.next() % UInt64(list.count))]
        }
        var text = "\(pick(methods, usual: 7)) \(pick(paths, usual: 4)) HTTP/1.1\r\nHost: a\r\n"
        for _ in 0..<random.next() % 4 {
            text += fields[Int(random.next() % UInt64(fields.count))] + (random.next() % 20 == 0 ? "\n" : "\r\n")
        }
        var bytes = Array((text + "\r\n").utf8)
        for _ in 0..<(random.next() % 3 == 0 ? random.next() % 3 : 0) {
            let place = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 3 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            default: bytes.insert([0x20, 0x0D, 0x0A, 0x09, 0x3A, 0x00][Int(random.next() % 6)], at: place)
            }
        }
        return bytes
    }
}
