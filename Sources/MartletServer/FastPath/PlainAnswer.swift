import HTTPTypes
import MartletCore
import NIOCore

/// Writes answers in JSON as the bytes of HTTP/1.1.
struct PlainAnswer {
    private var date = HTTPDate()

    /// The bytes of an answer, head and body.
    ///
    /// - Parameters:
    ///   - status: how it went.
    ///   - body: JSON in UTF-8.
    ///   - requestID: our own name of the request, of letters, digits and dashes.
    ///   - allocator: where the bytes are kept.
    /// - Returns: the whole answer.
    mutating func bytes(
        _ status: HTTPResponse.Status,
        _ body: [UInt8],
        requestID: String?,
        allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: body.count + 256)
        if status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ")
        } else {
            buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
            buffer.writeStaticString("Content-Type: application/json\r\nContent-Length: ")
        }
        buffer.writeString(String(body.count))
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(self.date.text(at: .now))
        if let requestID {
            buffer.writeString("\r\n\(JSONResponse.requestIDName.rawName): ")
            buffer.writeString(requestID)
        }
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
