package import MartletCore

extension ErrorCode {
    /// The bytes are not a complete, well-formed model.
    package static let forestMalformedModel = ErrorCode("forest.malformedModel")
    /// The model is sound but uses something the scorer does not evaluate, such as several classes.
    package static let forestUnsupportedModel = ErrorCode("forest.unsupportedModel")
}

extension ForestError {
    static func malformed(_ message: String, underlying: (any Error)? = nil) -> ForestError {
        ForestError(.forestMalformedModel, message, underlying: underlying)
    }

    static func unsupported(_ message: String) -> ForestError {
        ForestError(.forestUnsupportedModel, message)
    }
}
