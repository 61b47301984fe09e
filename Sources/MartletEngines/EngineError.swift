package import MartletCore

/// A failure of a C library: not found, of the wrong version, or reported by the library itself.
package struct EngineError: CodedError {
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
