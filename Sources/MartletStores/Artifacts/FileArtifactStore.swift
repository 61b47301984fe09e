package import Foundation
package import MartletCore
import MartletEngines
package import MartletTracking

/// Artifacts as files under one folder.
///
/// A file is written under a name that no artifact can have, synchronised, then renamed: a crash leaves the old file, the
/// new one, or a leftover that no listing shows and `removeUnfinished(before:)` removes. Symbolic links are never
/// followed out of the folder.
package struct FileArtifactStore: ArtifactStore {
    /// The folder that holds everything.
    package let root: String

    static let pieceByteCount = 1 << 20
    let work = BlockingWork("martlet.artifacts", threadLimit: 4)

    /// Keeps artifacts under the folder `root`, which is made when the first is stored.
    package init(root: String) { self.root = URL(fileURLWithPath: root).standardizedFileURL.path }

    /// Where the bytes of `path` lie on this machine; there may be nothing.
    package func localPath(of path: ArtifactPath) -> String { "\(self.root)/\(path)" }

    /// Where files are written before they take their places.
    var draftFolder: String { "\(self.root)/.martlet-drafts" }

    @discardableResult
    package func put(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.run("store the artifact '\(path)'") {
            let place = try self.checked(path)
            try self.withDraft { draft in
                try draft.write(bytes)
                try draft.move(to: place)
            }
            return ContentHash(of: bytes)
        }
    }

    @discardableResult
    package func put(file localPath: String, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.run("store the artifact '\(path)'") {
            let place = try self.checked(path)
            guard let source = FileHandle(forReadingAtPath: localPath) else {
                throw TrackingError(
                    .artifactFailed,
                    "the file '\(localPath)' cannot be read, so it cannot be stored as the artifact '\(path)'"
                )
            }
            defer { try? source.close() }
            var hasher = ContentHasher()
            try self.withDraft { draft in
                while let piece = try source.read(upToCount: Self.pieceByteCount), !piece.isEmpty {
                    hasher.update(piece)
                    try draft.write(piece)
                }
                try draft.move(to: place)
            }
            return hasher.finalize()
        }
    }

    @discardableResult
    package func put<Pieces: AsyncSequence & Sendable>(
        pieces: Pieces,
        at path: ArtifactPath
    ) async throws(TrackingError) -> ContentHash where Pieces.Element == Data {
        let place = try await self.run("store the artifact '\(path)'") { try self.checked(path) }
        return try await self.receive(pieces, "store the artifact '\(path)'") { draft, _ in try draft.move(to: place) }
    }

    /// Writes `pieces` to a draft, then hands it with its hash to `place`; a throw anywhere leaves nothing.
    func receive<Pieces: AsyncSequence & Sendable>(
        _ pieces: Pieces,
        _ attempt: String,
        place: @escaping @Sendable (FileDraft, ContentHash) throws -> Void
    ) async throws(TrackingError) -> ContentHash where Pieces.Element == Data {
        let draft = try await self.run(attempt) { try FileDraft(in: self.draftFolder) }
        do {
            var hasher = ContentHasher()
            var batches = PieceBatches(pieces, byteCount: Self.pieceByteCount)
            while let batch = try await batches.next() {
                hasher.update(batch)
                try await self.work.run { try draft.write(batch) }
            }
            let hash = hasher.finalize()
            try await self.work.run { try place(draft, hash) }
            return hash
        } catch {
            await self.work.finish { draft.discard() }
            throw self.failure(attempt, error)
        }
    }

    package func read(_ path: ArtifactPath) async throws(TrackingError) -> Data {
        try await self.run("read the artifact '\(path)'") {
            let file = try self.open(path)
            defer { try? file.close() }
            return try file.readToEnd() ?? Data()
        }
    }

    package func read(
        _ path: ArtifactPath,
        range: Range<Int64>?,
        into receive: (Data) async throws -> Void
    ) async throws(TrackingError) {
        let attempt = "read the artifact '\(path)'"
        let file = try await self.run(attempt) {
            let file = try self.open(path)
            if let range { try file.seek(toOffset: UInt64(max(0, range.lowerBound))) }
            return file
        }
        defer { try? file.close() }
        do {
            var remaining = range.map { $0.upperBound - max(0, $0.lowerBound) } ?? .max
            while remaining > 0 {
                let wanted = Int(min(Int64(Self.pieceByteCount), remaining))
                guard let piece = try await self.work.run({ try file.read(upToCount: wanted) }), !piece.isEmpty else {
                    return
                }
                remaining -= Int64(piece.count)
                try await receive(piece)
            }
        } catch {
            throw self.failure(attempt, error)
        }
    }

    package func hash(of path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.run("read the artifact '\(path)'") {
            let file = try self.open(path)
            defer { try? file.close() }
            var hasher = ContentHasher()
            while let piece = try file.read(upToCount: Self.pieceByteCount), !piece.isEmpty { hasher.update(piece) }
            return hasher.finalize()
        }
    }

    package func entry(at path: ArtifactPath) async throws(TrackingError) -> ArtifactEntry? {
        try await self.run("look at the artifact '\(path)'") { try self.describe(path) }
    }

    package func list(_ folder: ArtifactPath?) async throws(TrackingError) -> [ArtifactEntry] {
        try await self.run("list the artifacts\(folder.map { " of '\($0)'" } ?? "")") {
            let place = try folder.map { try self.checked($0) } ?? self.root
            guard Self.type(of: place) == .typeDirectory else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: place).sorted()
                .compactMap { name in
                    // Leftovers of a crash and names no artifact can have are passed over.
                    guard let path = try? folder.map({ try $0.appending(name) }) ?? ArtifactPath(name) else {
                        return nil
                    }
                    return try? self.describe(path)
                }
        }
    }

    package func delete(_ path: ArtifactPath) async throws(TrackingError) {
        try await self.run("delete the artifact '\(path)'") {
            let place = try self.checked(path)
            guard FileManager.default.fileExists(atPath: place) else { return }
            try FileManager.default.removeItem(atPath: place)
            try FileDurability.sync(URL(fileURLWithPath: place).deletingLastPathComponent().path)
        }
    }

    /// Hands `body` a new draft; a throw removes it.
    func withDraft(_ body: (FileDraft) throws -> Void) throws {
        let draft = try FileDraft(in: self.draftFolder)
        do {
            try body(draft)
        } catch {
            draft.discard()
            throw error
        }
    }

    private func describe(_ path: ArtifactPath) throws -> ArtifactEntry? {
        let place = try self.checked(path)
        guard FileManager.default.fileExists(atPath: place) else { return nil }
        let attributes = try FileManager.default.attributesOfItem(atPath: place)
        if attributes[.type] as? FileAttributeType == .typeDirectory {
            return ArtifactEntry(path: path, isFolder: true, byteCount: nil)
        }
        return ArtifactEntry(path: path, isFolder: false, byteCount: (attributes[.size] as? NSNumber)?.int64Value)
    }

    private static func type(of place: String) -> FileAttributeType? {
        (try? FileManager.default.attributesOfItem(atPath: place))?[.type] as? FileAttributeType
    }

    private func open(_ path: ArtifactPath) throws -> FileHandle {
        let place = try self.checked(path)
        guard Self.type(of: place) == .typeRegular, let file = FileHandle(forReadingAtPath: place)
        else {
            throw TrackingError(.artifactNotFound, "no artifact '\(path)' is stored")
        }
        return file
    }

    /// The place of `path` on disk, after checking that no component on the way is a symbolic link.
    func checked(_ path: ArtifactPath) throws -> String {
        var place = self.root
        for component in path.description.split(separator: "/") {
            place += "/\(component)"
            if (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) != nil {
                throw TrackingError(
                    .invalidArtifactPath,
                    "the artifact path '\(path)' goes through a symbolic link; put real files into the artifact folder"
                )
            }
        }
        return place
    }

    func run<Result: Sendable>(
        _ attempt: String,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.work.run(body)
        } catch {
            throw self.failure(attempt, error)
        }
    }

    private func failure(_ attempt: String, _ error: any Error) -> TrackingError {
        if let error = error as? TrackingError { return error }
        guard error is EngineError || error is CocoaError || error is POSIXError else {
            // What the sender or receiver of the bytes threw, such as a connection that was cut.
            return TrackingError(
                .artifactFailed,
                "could not \(attempt): the other side stopped; try again",
                underlying: error
            )
        }
        return TrackingError(
            .artifactFailed,
            "could not \(attempt): \(readableMessage(of: error)); check that '\(self.root)' is writable and the disk "
                + "is not full",
            underlying: error
        )
    }
}
