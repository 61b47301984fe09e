package import HTTPTypes
package import MartletCore
package import MartletServing

extension ServingError {
    /// The status HTTP answers this error with; codes not listed are faults of the server.
    package var status: HTTPResponse.Status {
        switch self.code {
        case .requestNotJSON, .requestNotFinite: .badRequest
        case .requestUnknownEndpoint: .notFound
        case .requestTooLarge, .requestTooManyInputs: .contentTooLarge
        case .requestUnknownKey, .requestDuplicateKey, .requestMissingKey, .requestWrongType, .requestUnknownFeature,
            .requestMissingFeature, .requestUnknownEntityKey, .requestMissingEntity, .requestUnknownEntity,
            .requestNotExplainable:
            .unprocessableContent
        case .endpointNotDeployed, .logFull, .serverBusy: .serviceUnavailable
        default: .internalServerError
        }
    }
}

extension ErrorCode {
    /// No route has the path.
    package static let requestNotFound = ErrorCode("request.notFound")
    /// The route takes another method.
    package static let requestMethodNotAllowed = ErrorCode("request.methodNotAllowed")
    /// HTTP itself was broken, such as a body that ended early.
    package static let requestBroken = ErrorCode("request.broken")
    /// A fault of the server.
    package static let serverFailed = ErrorCode("server.failed")
}
