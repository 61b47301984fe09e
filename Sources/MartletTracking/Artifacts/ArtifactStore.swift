package import Foundation
package import MartletCore

/// A file or folder in the artifact store.
package struct ArtifactEntry: Sendable, Hashable {
    package let path: ArtifactPath
    package let isFolder: Bool
    /// The size in bytes; `nil` for a folder.
    package let byteCount: Int64?

    /// Describes one entry of a listing.
    package init(path: ArtifactPath, isFolder: Bool, byteCount: Int64?) {
        self.path = path
        self.isFolder = isFolder
        self.byteCount = byteCount
    }
}

/// Keeps the files of runs: models, reports, references.
///
/// Every implementation keeps these rules, and `ArtifactStoreContract` holds each one to them:
/// - A reader sees the whole old file or the whole new one, never a part; a put that returns is durable.
/// - Bytes stream in pieces in both directions, so that memory stays flat for files of any size.
package protocol ArtifactStore: Sendable {
    /// Stores `bytes` at `path`, replacing what was there, and returns their hash.
    @discardableResult
    func put(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash

    /// Stores the file at `localPath` under `path`, and returns the hash of its bytes.
    @discardableResult
    func put(file localPath: String, at path: ArtifactPath) async throws(TrackingError) -> ContentHash

    /// Returns all bytes at `path`; for small files.
    ///
    /// - Throws: `artifact.notFound`.
    func read(_ path: ArtifactPath) async throws(TrackingError) -> Data

    /// Hands the bytes at `path` to `receive` in order, in pieces of at most 1 MiB.
    ///
    /// `range` is in bytes; `nil` is all. Its end is held at the size of the file.
    ///
    /// - Throws: `artifact.notFound`, or what `receive` throws as the underlying error of `artifact.failed`.
    func read(
        _ path: ArtifactPath,
        range: Range<Int64>?,
        into receive: @escaping @Sendable (Data) throws -> Void
    ) async throws(TrackingError)

    /// Returns the hash of the bytes at `path`.
    func hash(of path: ArtifactPath) async throws(TrackingError) -> ContentHash

    /// Describes what lies at `path`, or returns `nil`.
    func entry(at path: ArtifactPath) async throws(TrackingError) -> ArtifactEntry?

    /// Returns what lies directly in `folder` by name; `nil` is the root, a missing folder is empty.
    func list(_ folder: ArtifactPath?) async throws(TrackingError) -> [ArtifactEntry]

    /// Deletes the file or the whole folder at `path`; what is not there is fine.
    func delete(_ path: ArtifactPath) async throws(TrackingError)
}
