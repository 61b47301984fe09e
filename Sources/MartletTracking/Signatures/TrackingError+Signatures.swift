package import MartletCore

extension ErrorCode {
    /// The signature of a request lacks a part or cannot be read.
    package static let signatureMalformed = ErrorCode("signature.malformed")
    /// The signature is not the one that the key gives.
    package static let signatureMismatch = ErrorCode("signature.mismatch")
    /// The clocks of client and server are too far apart.
    package static let signatureClockSkew = ErrorCode("signature.clockSkew")
    /// A presigned request is used after its life.
    package static let signatureExpired = ErrorCode("signature.expired")
    /// The body is not the one that was signed.
    package static let signatureBodyChanged = ErrorCode("signature.bodyChanged")
}
