package import Foundation
package import MartletCore
import MartletEngines
package import MartletTracking

/// Artifacts as files under one folder.
///
/// A file is written beside its place under a name no artifact can have, synchronised, then renamed: a crash leaves the
/// old file, the new one, or a leftover that no listing shows. Symbolic links are never followed out of the folder.
package struct FileArtifactStore: ArtifactStore {
    /// The folder that holds everything.
    package let root: String

    static let pieceByteCount = 1 << 20
    private let work = BlockingWork("martlet.artifacts", threadLimit: 4)

    /// Keeps artifacts under the folder `root`, which is made when the first is stored.
    package init(root: String) { self.root = URL(fileURLWithPath: root).standardizedFileURL.path }

    /// Where the bytes of `path` lie on this machine; there may be nothing.
    package func localPath(of path: ArtifactPath) -> String { "\(self.root)/\(path)" }

    @discardableResult
    package func put(_ bytes: Data, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.run("store the artifact '\(path)'") {
            try self.place(path) { file in try file.write(contentsOf: bytes) }
            return ContentHash(of: bytes)
        }
    }

    @discardableResult
    package func put(file localPath: String, at path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.run("store the artifact '\(path)'") {
            guard let source = FileHandle(forReadingAtPath: localPath) else {
                throw TrackingError(
                    .artifactFailed,
                    "the file '\(localPath)' cannot be read, so it cannot be stored as the artifact '\(path)'"
                )
            }
            defer { try? source.close() }
            var hasher = ContentHasher()
            try self.place(path) { file in
                while let piece = try source.read(upToCount: Self.pieceByteCount), !piece.isEmpty {
                    hasher.update(piece)
                    try file.write(contentsOf: piece)
                }
            }
            return hasher.finalize()
        }
    }

    package func read(_ path: ArtifactPath) async throws(TrackingError) -> Data {
        try await self.run("read the artifact '\(path)'") {
            try self.withFile(path) { try $0.readToEnd() ?? Data() }
        }
    }

    package func read(
        _ path: ArtifactPath,
        range: Range<Int64>?,
        into receive: @escaping @Sendable (Data) throws -> Void
    ) async throws(TrackingError) {
        try await self.run("read the artifact '\(path)'") {
            try self.withFile(path) { file in
                if let range { try file.seek(toOffset: UInt64(max(0, range.lowerBound))) }
                var remaining = range.map { $0.upperBound - max(0, $0.lowerBound) } ?? .max
                while remaining > 0 {
                    let wanted = Int(min(Int64(Self.pieceByteCount), remaining))
                    guard let piece = try file.read(upToCount: wanted), !piece.isEmpty else { return }
                    remaining -= Int64(piece.count)
                    try receive(piece)
                }
            }
        }
    }

    package func hash(of path: ArtifactPath) async throws(TrackingError) -> ContentHash {
        try await self.run("read the artifact '\(path)'") {
            try self.withFile(path) { file in
                var hasher = ContentHasher()
                while let piece = try file.read(upToCount: Self.pieceByteCount), !piece.isEmpty { hasher.update(piece) }
                return hasher.finalize()
            }
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

    /// Hands `body` a new file beside the place of `path`, then puts it there durably; a throw changes nothing.
    private func place(_ path: ArtifactPath, _ body: (FileHandle) throws -> Void) throws {
        let place = try self.checked(path)
        let folder = URL(fileURLWithPath: place).deletingLastPathComponent()
        try FileDurability.makeFolder(folder.path)
        let draft = folder.appendingPathComponent(".martlet-\(UUID().uuidString)")
        do {
            try Data().write(to: draft)
            let file = try FileHandle(forWritingTo: draft)
            defer { try? file.close() }
            try body(file)
            try FileDurability.replace(place, with: draft.path)
        } catch {
            try? FileManager.default.removeItem(at: draft)
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

    private func withFile<Result>(_ path: ArtifactPath, _ body: (FileHandle) throws -> Result) throws -> Result {
        let place = try self.checked(path)
        guard Self.type(of: place) == .typeRegular, let file = FileHandle(forReadingAtPath: place)
        else {
            throw TrackingError(.artifactNotFound, "no artifact '\(path)' is stored")
        }
        defer { try? file.close() }
        return try body(file)
    }

    /// The place of `path` on disk, after checking that no component on the way is a symbolic link.
    private func checked(_ path: ArtifactPath) throws -> String {
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

    private func run<Result: Sendable>(
        _ attempt: String,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(TrackingError) -> Result {
        do {
            return try await self.work.run(body)
        } catch let error as TrackingError {
            throw error
        } catch {
            throw TrackingError(
                .artifactFailed,
                "could not \(attempt): \(readableMessage(of: error)); check that '\(self.root)' is writable and the disk "
                    + "is not full",
                underlying: error
            )
        }
    }
}
