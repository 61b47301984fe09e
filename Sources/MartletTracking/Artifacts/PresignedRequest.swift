/// What a presigned address is good for.
package enum ArtifactOperation: Sendable, Hashable {
    /// Reading the file at a path, whole or in ranges.
    case read(ArtifactPath)
    /// Storing the file at a path.
    case write(ArtifactPath)
    /// Storing one part of an upload.
    case writePart(number: Int, of: ArtifactUpload)
}

/// A request that its holder may send as it is, without credentials.
package struct PresignedRequest: Sendable, Hashable {
    package let method: String
    package let url: String
    /// Headers that must be sent along; most requests need none.
    package let headers: [String: String]

    /// Describes a request that a store signed.
    package init(method: String, url: String, headers: [String: String] = [:]) {
        self.method = method
        self.url = url
        self.headers = headers
    }
}
