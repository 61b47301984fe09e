import HTTPTypes
import Hummingbird
import MartletCore
import MartletTracking
import NIOCore

/// An error in the shape that AWS's clients read, `{"__type", "message"}`.
struct SageMakerError: Error, Sendable {
    let status: HTTPResponse.Status
    /// The name of the exception, which clients map to a class.
    let type: String
    let message: String

    init(_ type: String, _ message: String, status: HTTPResponse.Status = .badRequest) {
        self.type = type
        self.message = message
        self.status = status
    }

    /// What was wrong with the request itself.
    static func validation(_ message: String) -> SageMakerError { SageMakerError("ValidationException", message) }

    /// Maps a domain error; clients expect 400 for whatever they did wrong, and 403 for credentials.
    init(_ error: TrackingError) {
        switch error.code {
        case .accessUnauthenticated:
            self.init("MissingAuthenticationTokenException", error.message, status: .forbidden)
        case .signatureMismatch, .signatureMalformed, .signatureBodyChanged, .signatureClockSkew, .signatureExpired:
            self.init("InvalidSignatureException", error.message, status: .forbidden)
        case .accessRefused, .fourEyes: self.init("AccessDeniedException", error.message)
        case .versionIsDeployed: self.init("ConflictException", error.message)
        case .trackingStoreFailed, .trackingStoreUnavailable, .identityKeysUnavailable:
            self.init("ServiceUnavailable", error.message, status: .serviceUnavailable)
        default: self.init("ValidationException", error.message)
        }
    }

    /// The answer over HTTP.
    var response: Response {
        SageMakerResponse.make(self.status, .object(["__type": .string(self.type), "message": .string(self.message)]))
    }
}

/// Makes the responses of AWS's JSON 1.1 protocol.
enum SageMakerResponse {
    static func make(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/x-amz-json-1.1"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.canonicalText))
        )
    }
}
