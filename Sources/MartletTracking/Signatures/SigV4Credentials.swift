/// The key with which requests in the manner of AWS are signed (Signature Version 4).
///
/// The secret is never part of a description, a dump or an error.
package struct SigV4Credentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The public half, which stands in every signed request.
    package let accessKeyID: String
    /// The secret half.
    package let secretAccessKey: String
    /// The token of temporary credentials, which is sent along.
    package let sessionToken: String?

    /// Takes both halves as they were issued.
    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    package var description: String { "key \(self.accessKeyID)" }

    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": self.accessKeyID]) }
}
