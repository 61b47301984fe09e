package import MartletCore

/// Why something could not be monitored.
package struct MonitoringError: CodedError {
    package let code: ErrorCode
    package let message: String
    package let underlying: (any Error)?

    /// Says what was attempted, what was found and what to do.
    package init(_ code: ErrorCode, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }
}

extension ErrorCode {
    /// A model version without what its training data looked like.
    package static let monitoringNoReference = ErrorCode("monitoring.noReference")
    /// A stored profile that cannot be read.
    package static let monitoringInvalidProfile = ErrorCode("monitoring.invalidProfile")
    /// Too little traffic in the window to say anything.
    package static let monitoringNoTraffic = ErrorCode("monitoring.noTraffic")
    /// An option that cannot be meant so.
    package static let monitoringInvalid = ErrorCode("monitoring.invalid")
}
