import Foundation
import HTTPTypes
package import Hummingbird
import Logging
package import MartletCore
package import MartletTracking
import NIOCore
import NIOFoundationCompat

/// The HTTP side of a spool: every path, every method, answered by its desk.
package struct SpoolRouter: Sendable {
    private let desk: SpoolDesk
    private let writeUpload: UploadWriter
    private let now: @Sendable () -> EventTime

    /// Writes the body of an upload to a file, durably, and returns its path.
    package typealias UploadWriter = @Sendable (RequestBody) async throws -> String

    /// The most bytes of a call that is no upload.
    private static let bodyLimit = 64 << 20

    /// Answers through `desk`.
    package init(
        desk: SpoolDesk,
        now: @escaping @Sendable () -> EventTime,
        writeUpload: @escaping UploadWriter
    ) {
        self.desk = desk
        self.now = now
        self.writeUpload = writeUpload
    }

    /// The responder of a server.
    package func responder() -> CallbackResponder<BasicRequestContext> {
        CallbackResponder { request, _ in try await self.answer(request) }
    }

    @concurrent
    private func answer(_ request: Request) async throws -> Response {
        let target = request.uri.string
        let method = request.method.rawValue
        let endpoint = SpoolEndpoint(method: method, path: String(target.prefix { $0 != "?" }))
        let body: SpooledCall.Body
        do {
            if endpoint == .upload, !target.hasSuffix("/MLmodel") {
                body = .file(try await self.writeUpload(request.body))
            } else {
                body = .bytes(Data(buffer: try await request.body.collect(upTo: Self.bodyLimit)))
            }
        } catch {
            return Self.response(
                .error(
                    503,
                    "TEMPORARILY_UNAVAILABLE",
                    "the spool could not take the call: \(readableMessage(of: error))"
                )
            )
        }
        let call = SpooledCall(
            method: method,
            target: target,
            contentType: request.headers[.contentType],
            body: body,
            at: self.now()
        )
        let authorization = request.headers[.authorization]
        // A client that hangs up must not undo what was begun.
        let answer = await Task { await self.desk.answer(call, authorization: authorization) }.value
        return Self.response(answer)
    }

    private static func response(_ answer: SpoolAnswer) -> Response {
        var headers = HTTPFields()
        if let type = answer.contentType { headers[.contentType] = type }
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(data: answer.body))
        )
    }
}
