package import MartletCore

/// A prediction or deployment that cannot be carried out.
///
/// On the request path it is a value, not an accident: every refused request is one of these, and its code decides the
/// status that HTTP answers with.
package struct ServingError: CodedError {
    package let code: ErrorCode
    package let message: String
    /// The part of the request that is wrong, such as `inputs[0].features.area`; `nil` when it is the whole.
    package let field: String?
    package let underlying: (any Error)?

    /// Records what was attempted, what was found and what to do.
    package init(_ code: ErrorCode, _ message: String, field: String? = nil, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.underlying = underlying
    }
}

extension ErrorCode {
    /// The body is not one JSON value; the message names the byte.
    package static let requestNotJSON = ErrorCode("request.notJSON")
    /// A number is not finite: `NaN`, an infinity, or too large for a double.
    package static let requestNotFinite = ErrorCode("request.notFinite")
    /// A key that the request format does not have.
    package static let requestUnknownKey = ErrorCode("request.unknownKey")
    /// A key is there twice.
    package static let requestDuplicateKey = ErrorCode("request.duplicateKey")
    /// A part that must be there is not.
    package static let requestMissingKey = ErrorCode("request.missingKey")
    /// A value has another JSON type than the one declared.
    package static let requestWrongType = ErrorCode("request.wrongType")
    /// A request feature that the model does not take.
    package static let requestUnknownFeature = ErrorCode("request.unknownFeature")
    /// A request feature that the model needs was not sent.
    package static let requestMissingFeature = ErrorCode("request.missingFeature")
    /// A join key that the feature service does not use.
    package static let requestUnknownEntityKey = ErrorCode("request.unknownEntityKey")
    /// A join key that the feature service needs was not sent.
    package static let requestMissingEntity = ErrorCode("request.missingEntity")
    /// No feature view has a row for the entity.
    package static let requestUnknownEntity = ErrorCode("request.unknownEntity")
    /// The body has more bytes than the limit.
    package static let requestTooLarge = ErrorCode("request.tooLarge")
    /// The body has more inputs than the limit.
    package static let requestTooManyInputs = ErrorCode("request.tooManyInputs")
    /// No endpoint has the name.
    package static let requestUnknownEndpoint = ErrorCode("request.unknownEndpoint")
    /// The endpoint has no live model version.
    package static let endpointNotDeployed = ErrorCode("endpoint.notDeployed")
    /// The prediction log cannot take another record.
    package static let logFull = ErrorCode("log.full")
    /// More requests are under way than the limit.
    package static let serverBusy = ErrorCode("server.busy")
    /// A deployed version cannot be loaded.
    package static let deploymentNotLoadable = ErrorCode("deployment.notLoadable")
    /// SHAP contributions and base value do not add up to the raw score.
    package static let explanationInexact = ErrorCode("explanation.inexact")
}
