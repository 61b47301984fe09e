package import MartletCore

/// A batch or a source that cannot be ingested.
package struct IngestError: CodedError {
    package let code: ErrorCode
    package let message: String
    package let underlying: (any Error)?
    /// Whether the same attempt may succeed a little later.
    package let mayPass: Bool
    /// How long the other side asks to be left alone.
    package let retryAfter: TimeSpan?

    /// Records what was attempted, what was found and what to do.
    package init(
        _ code: ErrorCode,
        _ message: String,
        underlying: (any Error)? = nil,
        mayPass: Bool = true,
        retryAfter: TimeSpan? = nil
    ) {
        self.code = code
        self.message = message
        self.underlying = underlying
        self.mayPass = mayPass
        self.retryAfter = retryAfter
    }
}
