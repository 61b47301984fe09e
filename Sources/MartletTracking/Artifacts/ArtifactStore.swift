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
/// - A put that fails, its sequence of pieces included, leaves what was there.
package protocol ArtifactStore: Sendable {
    /// Stores `bytes` at `path`, replacing what was there, and returns their hash.
    @discardableResult
    func put(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash

    /// Stores the file at `localPath` under `path`, and returns the hash of its bytes.
    @discardableResult
    func put(file localPath: String, at path: ArtifactPath) async throws(TrackingError) -> ContentHash

    /// Stores the `pieces`, of any sizes and in order, as one file at `path`, and returns the hash of all bytes.
    ///
    /// The next piece is asked for when the one before has been taken, so a slow disk or network slows the sender.
    ///
    /// - Throws: `artifact.failed`; what `pieces` throws is its underlying error, or is thrown as it is when it is a
    ///   `TrackingError`.
    @discardableResult
    func put<Pieces: AsyncSequence & Sendable>(
        pieces: Pieces,
        at path: ArtifactPath
    ) async throws(TrackingError) -> ContentHash where Pieces.Element == Data

    /// Returns all bytes at `path`; for small files.
    ///
    /// - Throws: `artifact.notFound`.
    func read(_ path: ArtifactPath) async throws(TrackingError) -> Data

    /// Hands the bytes at `path` to `receive` in order, in pieces of at most 1 MiB.
    ///
    /// `range` is in bytes; `nil` is all. Its end is held at the size of the file. The next piece is read when `receive`
    /// has returned.
    ///
    /// - Throws: `artifact.notFound` before `receive` is called, or what `receive` throws as the underlying error of
    ///   `artifact.failed`.
    func read(
        _ path: ArtifactPath,
        range: Range<Int64>?,
        into receive: (Data) async throws -> Void
    ) async throws(TrackingError)

    /// Returns the hash of the bytes at `path`.
    func hash(of path: ArtifactPath) async throws(TrackingError) -> ContentHash

    /// Describes what lies at `path`, or returns `nil`.
    func entry(at path: ArtifactPath) async throws(TrackingError) -> ArtifactEntry?

    /// Returns what lies directly in `folder` by name; `nil` is the root, a missing folder is empty.
    func list(_ folder: ArtifactPath?) async throws(TrackingError) -> [ArtifactEntry]

    /// Deletes the file or the whole folder at `path`; what is not there is fine.
    func delete(_ path: ArtifactPath) async throws(TrackingError)

    /// Begins an upload in parts, which become one file at `path` in one step when it is completed.
    func beginUpload(at path: ArtifactPath) async throws(TrackingError) -> ArtifactUpload

    /// Stores part `number` of `upload`, from 1 on; parts may come in any order, several at once and again.
    ///
    /// - Returns: the tag by which the part is named when the upload is completed.
    /// - Throws: `artifact.uploadNotFound`, `artifact.failed`.
    func putPart<Pieces: AsyncSequence & Sendable>(
        _ number: Int,
        of upload: ArtifactUpload,
        pieces: Pieces
    ) async throws(TrackingError) -> String where Pieces.Element == Data

    /// Makes the `parts` of `upload`, in the order of their numbers, the file at its path.
    ///
    /// - Throws: `artifact.uploadNotFound`; `artifact.invalidUpload` when a part is missing or is not the one that was
    ///   stored; the upload is then still there.
    func completeUpload(_ upload: ArtifactUpload, parts: [ArtifactPart]) async throws(TrackingError)

    /// Forgets `upload` and its parts; one that is not there is fine.
    func abortUpload(_ upload: ArtifactUpload) async throws(TrackingError)

    /// Removes what writes and uploads that never ended have left, when nothing was added to it since `time`.
    ///
    /// - Returns: how many were removed.
    @discardableResult
    func removeUnfinished(before time: EventTime) async throws(TrackingError) -> Int

    /// Returns an address that lets its holder do `operation` for `lifetime` without credentials.
    ///
    /// - Returns: `nil` when the store has no such addresses, as files have none.
    func presigned(
        _ operation: ArtifactOperation,
        lifetime: TimeSpan
    ) async throws(TrackingError) -> PresignedRequest?
}
