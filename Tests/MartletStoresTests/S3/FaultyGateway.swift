import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletTesting
import NIOCore
import NIOHTTP1
import Synchronization

/// A gateway before a real server that fails in chosen ways.
final class FaultyGateway: Sendable {
    /// What goes wrong with one request.
    enum Fault: Sendable {
        /// Nothing.
        case none
        /// The gateway answers with a status, and the request does not reach the server.
        case status(Int)
        /// The server does its work, and the answer is lost.
        case lostAnswer
        /// The answer stops after so many bytes of its body.
        case cut(Int)
        /// One byte of the answer's body is another.
        case damage
        /// The gateway answers with a status and one of S3's codes, and the request does not reach the server.
        case refusal(Int, code: String)
        /// The answer carries these fields in place of its own; an empty one is left out.
        case fields([String: String])
    }

    /// What happened to each request, in order: its method and path with query.
    let seen = Mutex<[String]>([])
    private let faults: @Sendable (String, Int) -> Fault
    private let server: String

    /// Stands before `server`; `faults` is asked with the method and path, and how often these came before.
    init(before server: String, faults: @escaping @Sendable (String, Int) -> Fault) {
        self.server = server
        self.faults = faults
    }

    /// Runs the gateway and gives its address to `body`.
    func run(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.pass(request) },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
        )
        try await application.test(.live) { client in
            guard let port = client.port else { return }
            try await body("http://127.0.0.1:\(port)")
        }
    }

    private func pass(_ request: Request) async throws -> Response {
        let line = "\(request.method) \(request.uri)"
        let earlier = self.seen.withLock { seen in
            seen.append(line)
            return seen.count { $0 == line } - 1
        }
        let fault = self.faults(line, earlier)
        if case .status(let code) = fault {
            return Response(status: HTTPResponse.Status(code: code))
        }
        if case .refusal(let status, let code) = fault {
            let text = "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>m</Message></Error>"
            let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
            return Response(status: HTTPResponse.Status(code: status), body: body)
        }
        var forwarded = HTTPClientRequest(url: self.server + request.uri.description)
        forwarded.method = .RAW(value: request.method.rawValue)
        for field in request.headers { forwarded.headers.add(name: field.name.rawName, value: field.value) }
        forwarded.headers.replaceOrAdd(name: "Host", value: request.head.authority ?? "")
        let body = try await request.body.collect(upTo: 256 << 20)
        if body.readableBytes > 0 || request.method == .put || request.method == .post { forwarded.body = .bytes(body) }
        let answer = try await MotoServer.http.execute(forwarded, timeout: .seconds(60))
        var bytes = try await answer.body.collect(upTo: 256 << 20)
        var headers = HTTPFields()
        for header in answer.headers {
            if let name = HTTPField.Name(header.name), header.name.lowercased() != "connection" {
                headers.append(HTTPField(name: name, value: header.value))
            }
        }
        let status = HTTPResponse.Status(code: Int(answer.status.code))
        switch fault {
        case .lostAnswer: return Response(status: .badGateway)
        case .damage:
            let index = bytes.readerIndex + bytes.readableBytes / 2
            let byte = bytes.getInteger(at: index, as: UInt8.self) ?? 0
            bytes.setInteger(byte ^ 1, at: index)
        case .cut(let count):
            let start = bytes.readSlice(length: min(count, bytes.readableBytes)) ?? ByteBuffer()
            return Response(
                status: status,
                headers: headers,
                body: ResponseBody { writer in
                    try await writer.write(start)
                    throw CancellationError()
                }
            )
        case .fields(let fields):
            for (name, value) in fields {
                guard let name = HTTPField.Name(name) else { continue }
                headers[name] = value.isEmpty ? nil : value
            }
        case .none, .status, .refusal: break
        }
        if request.method == .head {
            let length = answer.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            let body = ResponseBody(contentLength: length) { try await $0.finish(nil) }
            return Response(status: status, headers: headers, body: body)
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: bytes))
    }
}
