package import MartletCore

/// Reads the tokens of an identity provider.
package protocol TokenVerifier: Sendable {
    /// Returns the name of the account a signed token is for.
    ///
    /// - Throws: `access.unauthenticated` when the token is not signed by the provider, not for this server, or not valid
    ///   at `now`; the message never holds the token.
    func accountName(ofToken token: String, at now: EventTime) async throws(TrackingError) -> String
}
