import HTTPTypes
package import Hummingbird
package import MartletCore
import NIOCore

/// Makes the JSON responses of all routes.
package enum JSONResponse {
    /// A response with `bytes` that are JSON already.
    package static func make(_ status: HTTPResponse.Status, _ bytes: [UInt8], requestID: String? = nil) -> Response {
        var headers = HTTPFields()
        headers.reserveCapacity(4)
        headers[.contentType] = "application/json"
        if let requestID { headers[Self.requestIDName] = requestID }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A response with `value`.
    package static func make(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
        Self.make(status, Array((value.prettyText + "\n").utf8))
    }

    /// A response with an error.
    package static func make(_ status: HTTPResponse.Status, _ error: ErrorBody, requestID: String? = nil) -> Response {
        Self.make(status, error.json, requestID: requestID)
    }

    /// The header that names a request.
    static let requestIDName = HTTPField.Name("x-request-id") ?? .contentLocation
}
