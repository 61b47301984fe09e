/// An upload in parts that is under way.
package struct ArtifactUpload: Sendable, Hashable {
    /// The store's own name for the upload.
    package let id: String
    /// Where the file will be.
    package let path: ArtifactPath

    /// Names an upload that a store began.
    package init(id: String, path: ArtifactPath) {
        self.id = id
        self.path = path
    }

    /// The most parts of one upload.
    package static let partLimit = 10_000
    /// The fewest bytes of a part that is not the last, as S3 stores want it.
    package static let smallestPartByteCount = 5 << 20
}

/// A part of an upload that has been stored.
package struct ArtifactPart: Sendable, Hashable {
    /// From 1 on; gaps are fine.
    package let number: Int
    /// What storing the part returned (`ETag`), without quotation marks.
    package let tag: String

    /// Names a part; quotation marks around `tag` are taken off.
    package init(number: Int, tag: String) {
        self.number = number
        self.tag =
            tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.count > 1 ? String(tag.dropFirst().dropLast()) : tag
    }
}
