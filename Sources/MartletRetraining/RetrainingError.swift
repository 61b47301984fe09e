package import MartletCore

/// Labels or a retraining that cannot be made.
package struct RetrainingError: CodedError {
    package let code: ErrorCode
    package let message: String
    package let underlying: (any Error)?

    /// Records what was attempted, what was found and what to do.
    package init(_ code: ErrorCode, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }
}

extension ErrorCode {
    /// The columns of a label table are not known, or two have one name.
    package static let labelsInvalidColumns = ErrorCode("labels.invalidColumns")
    /// The warehouse has a table of that name that was not made of labels.
    package static let labelsTableTaken = ErrorCode("labels.tableTaken")
    /// The prediction log holds values of another type than the label table declares.
    package static let labelsTypeMismatch = ErrorCode("labels.typeMismatch")
    /// The label table was not built yet.
    package static let labelsNotBuilt = ErrorCode("labels.notBuilt")
}
