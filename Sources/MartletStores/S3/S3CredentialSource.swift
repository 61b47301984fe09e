package import MartletCore
package import MartletTracking

/// Where the key of an S3 store comes from; asked for each request, so that keys may change while Martlet runs.
package protocol S3CredentialSource: Sendable {
    /// The key that is good at `time`.
    ///
    /// - Throws: `artifact.noCredentials`, with the places that were looked at.
    func credentials(at time: EventTime) async throws(TrackingError) -> SigV4Credentials
}

/// A key that never changes.
package struct FixedS3Credentials: S3CredentialSource {
    private let key: SigV4Credentials

    /// Always answers `key`.
    package init(_ key: SigV4Credentials) { self.key = key }

    package func credentials(at time: EventTime) async throws(TrackingError) -> SigV4Credentials { self.key }
}

extension ErrorCode {
    /// No key for an object store was found.
    package static let artifactNoCredentials = ErrorCode("artifact.noCredentials")
}
