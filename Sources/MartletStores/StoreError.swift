package import MartletCore

/// A backing store that could not do what it was asked.
package struct StoreError: CodedError {
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
