package import Foundation
package import MartletCore

/// An artifact store that lets each request do only what the roles of its account allow.
///
/// The first component of a path is the id of the experiment whose roles hold for the file; below any other name only a
/// role on everything reaches. Who asks is ``Principal/current``; where there is none everything is allowed.
package struct GuardedArtifactStore: ArtifactStore {
    private let base: any ArtifactStore
    private let experiments: any TrackingStore

    /// Stands before `base`; `experiments` knows their names, unguarded.
    package init(_ base: any ArtifactStore, experiments: any TrackingStore) {
        self.base = base
        self.experiments = experiments
    }

    private func resource(of path: ArtifactPath) async throws(TrackingError) -> AccessResource {
        let id = String(path.description.prefix { $0 != "/" })
        guard let experiment = try await self.experiments.experiment(id: id) else { return .unnamed }
        return .experiment(experiment.name)
    }

    private func require(_ action: AccessAction, _ path: ArtifactPath) async throws(TrackingError) {
        guard let principal = Principal.limited(in: action) else { return }
        try principal.require(action, on: try await self.resource(of: path))
    }

    @discardableResult
    package func put(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.require(.write, path)
        return try await self.base.put(bytes, at: path)
    }

    @discardableResult
    package func put(file localPath: String, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.require(.write, path)
        return try await self.base.put(file: localPath, at: path)
    }

    @discardableResult
    package func put<Pieces: AsyncSequence & Sendable>(
        pieces: Pieces,
        at path: ArtifactPath
    ) async throws(TrackingError) -> ContentHash where Pieces.Element == Data {
        try await self.require(.write, path)
        return try await self.base.put(pieces: pieces, at: path)
    }

    package func read(_ path: ArtifactPath) async throws(TrackingError) -> Data {
        try await self.require(.read, path)
        return try await self.base.read(path)
    }

    package func read(
        _ path: ArtifactPath,
        range: Range<Int64>?,
        into receive: (Data) async throws -> Void
    ) async throws(TrackingError) {
        try await self.require(.read, path)
        try await self.base.read(path, range: range, into: receive)
    }

    package func hash(of path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.require(.read, path)
        return try await self.base.hash(of: path)
    }

    package func entry(at path: ArtifactPath) async throws(TrackingError) -> ArtifactEntry? {
        try await self.require(.read, path)
        return try await self.base.entry(at: path)
    }

    package func list(_ folder: ArtifactPath?) async throws(TrackingError) -> [ArtifactEntry] {
        guard let principal = Principal.limited(in: .read) else { return try await self.base.list(folder) }
        if let folder { try principal.require(.read, on: try await self.resource(of: folder)) }
        let entries = try await self.base.list(folder)
        guard folder == nil else { return entries }
        var readable: [ArtifactEntry] = []
        for entry in entries where principal.may(.read, on: try await self.resource(of: entry.path)) {
            readable.append(entry)
        }
        return readable
    }

    package func delete(_ path: ArtifactPath) async throws(TrackingError) {
        try await self.require(.write, path)
        try await self.base.delete(path)
    }

    package func beginUpload(at path: ArtifactPath) async throws(TrackingError) -> ArtifactUpload {
        try await self.require(.write, path)
        return try await self.base.beginUpload(at: path)
    }

    package func putPart<Pieces: AsyncSequence & Sendable>(
        _ number: Int,
        of upload: ArtifactUpload,
        pieces: Pieces
    ) async throws(TrackingError) -> String where Pieces.Element == Data {
        try await self.require(.write, upload.path)
        return try await self.base.putPart(number, of: upload, pieces: pieces)
    }

    package func completeUpload(
        _ upload: ArtifactUpload,
        parts: [ArtifactPart]
    ) async throws(TrackingError) {
        try await self.require(.write, upload.path)
        try await self.base.completeUpload(upload, parts: parts)
    }

    package func abortUpload(_ upload: ArtifactUpload) async throws(TrackingError) {
        try await self.require(.write, upload.path)
        try await self.base.abortUpload(upload)
    }

    @discardableResult
    package func removeUnfinished(before time: EventTime) async throws(TrackingError) -> Int {
        try Principal.require(.administer, on: .server)
        return try await self.base.removeUnfinished(before: time)
    }

    package func presigned(
        _ operation: ArtifactOperation,
        lifetime: TimeSpan
    ) async throws(TrackingError) -> PresignedRequest? {
        switch operation {
        case .read(let path): try await self.require(.read, path)
        case .write(let path): try await self.require(.write, path)
        case .writePart(_, let upload): try await self.require(.write, upload.path)
        }
        return try await self.base.presigned(operation, lifetime: lifetime)
    }
}
