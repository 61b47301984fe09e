import HTTPTypes
import Hummingbird
import MartletCore
import MartletServing
import MartletTracking

/// A refusal in the shape MLflow clients read: an error code and a message.
struct MLflowError: Error, Sendable, Hashable {
    /// The error codes of the protocol that this server answers with.
    enum Code: String, Sendable, Hashable {
        case invalidParameterValue = "INVALID_PARAMETER_VALUE"
        case resourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST"
        case resourceAlreadyExists = "RESOURCE_ALREADY_EXISTS"
        case endpointNotFound = "ENDPOINT_NOT_FOUND"
        case methodNotAllowed = "METHOD_NOT_ALLOWED"
        case permissionDenied = "PERMISSION_DENIED"
        case requestTooLarge = "REQUEST_TOO_LARGE"
        case notImplemented = "NOT_IMPLEMENTED"
        case temporarilyUnavailable = "TEMPORARILY_UNAVAILABLE"
        case internalError = "INTERNAL_ERROR"

        /// The status the code travels with; an existing resource is 400 here, not 409.
        var status: HTTPResponse.Status {
            switch self {
            case .invalidParameterValue, .resourceAlreadyExists: .badRequest
            case .resourceDoesNotExist, .endpointNotFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .permissionDenied: .forbidden
            case .requestTooLarge: .contentTooLarge
            case .notImplemented: .notImplemented
            case .temporarilyUnavailable: .serviceUnavailable
            case .internalError: .internalServerError
            }
        }
    }

    let code: Code
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A value that cannot be taken.
    static func invalid(_ message: String) -> MLflowError { MLflowError(.invalidParameterValue, message) }

    /// Something that is not there.
    static func missing(_ message: String) -> MLflowError { MLflowError(.resourceDoesNotExist, message) }

    /// A field that a request must have.
    static func required(_ field: String) -> MLflowError {
        .invalid(
            "Missing value for required parameter '\(field)'. See the API docs for more information about request "
                + "parameters."
        )
    }

    /// A field of the wrong type or outside its bounds; `hint` goes on after the value.
    static func invalidValue(_ value: WireValue, of field: String, _ hint: String) -> MLflowError {
        var text = value.text
        if text.count > 500 { text = String(text.prefix(500)) + "…" }
        return .invalid("Invalid value \(text) for parameter '\(field)' supplied: \(hint)")
    }

    /// What the store says, in the protocol's words.
    init(_ error: TrackingError) {
        self.init(Self.code(of: error.code), error.message)
    }

    private static func code(of code: ErrorCode) -> Code {
        switch code {
        case .experimentNotFound, .runNotFound, .tagNotFound, .loggedModelNotFound, .modelNotFound,
            .modelVersionNotFound, .artifactNotFound, .endpointNotFound:
            .resourceDoesNotExist
        case .experimentExists, .runExists, .modelExists, .loggedModelExists: .resourceAlreadyExists
        case .trackingStoreFailed, .trackingStoreUnavailable: .temporarilyUnavailable
        case .artifactFailed: .internalError
        case .versionNotApproved, .accessRefused, .fourEyes: .permissionDenied
        default: .invalidParameterValue
        }
    }

    /// The answer a client gets.
    var response: Response { JSONResponse.make(self.code.status, self.json) }

    /// The body of the answer.
    var json: [UInt8] {
        MLflowAnswer.object(capacity: 160 + self.message.utf8.count) { json in
            json.string("error_code", self.code.rawValue)
            json.string("message", self.message)
        }
    }
}
