package import MartletCore

extension ErrorCode {
    /// The server a spool sends to gave no answer.
    package static let spoolUnreachable = ErrorCode("spool.unreachable")
    /// The spool's own folder could not be read or written.
    package static let spoolFailed = ErrorCode("spool.failed")
}
