package import MartletCore
package import MartletTracking

/// What goes live and back as one: nothing of it changes on its own.
package struct ReleaseUnit: Sendable, Hashable, Codable {
    package var version: ModelVersionID
    /// The feature service the model reads.
    package var featureService: String
    /// The definition of that service.
    package var featureFingerprint: ContentHash
    /// The inputs the model takes.
    package var inputSchema: ContentHash
    /// The rules it was released by.
    package var policy: ContentHash

    /// Puts a unit together.
    package init(
        version: ModelVersionID,
        featureService: String,
        featureFingerprint: ContentHash,
        inputSchema: ContentHash,
        policy: ContentHash
    ) {
        self.version = version
        self.featureService = featureService
        self.featureFingerprint = featureFingerprint
        self.inputSchema = inputSchema
        self.policy = policy
    }

    /// The name of the unit: equal content has an equal name.
    package var id: ContentHash {
        let parts: JSONValue = [
            .string(self.version.description), .string(self.featureService),
            .string(self.featureFingerprint.description), .string(self.inputSchema.description),
            .string(self.policy.description),
        ]
        return ContentHash(of: parts.canonicalText)
    }
}
