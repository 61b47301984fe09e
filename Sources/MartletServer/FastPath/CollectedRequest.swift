import HTTPTypes
import NIOCore

/// A request that is being read whole before it is answered on the event loop of its connection.
struct CollectedRequest<Target> {
    let request: HTTPRequest
    /// What the request asks for.
    let target: Target
    private(set) var body: ByteBuffer?

    /// Begins with the head of a request.
    init(_ request: HTTPRequest, for target: Target) {
        self.request = request
        self.target = target
    }

    /// The body so far.
    var bodyBytes: [UInt8] { self.body.map { Array($0.readableBytesView) } ?? [] }

    /// Keeps a part of the body; `false`, and nothing is kept, when the body is longer than `limit` bytes.
    mutating func take(_ part: ByteBuffer, limit: Int) -> Bool {
        guard (self.body?.readableBytes ?? 0) + part.readableBytes <= limit else { return false }
        if self.body == nil {
            self.body = part
        } else {
            self.body?.writeImmutableBuffer(part)
        }
        return true
    }
}

extension HTTPRequest {
    /// Whether the connection goes on after this request as it was, without a word before the body.
    var isPlain: Bool { self.headerFields[.connection] == nil && self.headerFields[.expect] == nil }
}

extension HTTPResponse {
    /// The head of a JSON answer of `byteCount` bytes.
    static func json(_ status: Status, byteCount: Int, date: String) -> HTTPResponse {
        var head = HTTPResponse(status: status)
        head.headerFields.reserveCapacity(4)
        head.headerFields[.contentType] = "application/json"
        head.headerFields[.contentLength] = String(byteCount)
        head.headerFields[.date] = date
        return head
    }
}
