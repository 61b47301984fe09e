package import Foundation
package import MartletCore
import MartletEngines
package import MartletTracking

/// Uploads in parts: a folder for each upload, with the path it is for and a file for each part.
///
/// The name of a part's file holds the hash of its bytes, which is the part's tag.
extension FileArtifactStore {
    private var uploadFolder: String { "\(self.root)/.martlet-uploads" }

    package func beginUpload(at path: ArtifactPath) async throws(TrackingError) -> ArtifactUpload {
        try await self.run("begin an upload of the artifact '\(path)'") {
            _ = try self.checked(path)
            let id = UUID().uuidString.lowercased()
            let folder = "\(self.uploadFolder)/\(id)"
            try FileDurability.makeFolder(folder)
            try FileDurability.write(Array(path.description.utf8), to: "\(folder)/path")
            return ArtifactUpload(id: id, path: path)
        }
    }

    package func putPart<Pieces: AsyncSequence & Sendable>(
        _ number: Int,
        of upload: ArtifactUpload,
        pieces: Pieces
    ) async throws(TrackingError) -> String where Pieces.Element == Data {
        guard (1...ArtifactUpload.partLimit).contains(number) else {
            throw TrackingError(
                .invalidUpload,
                "part \(number) of the artifact '\(upload.path)' is not 1 to \(ArtifactUpload.partLimit)"
            )
        }
        let attempt = "store part \(number) of the artifact '\(upload.path)'"
        let folder = try await self.run(attempt) { try self.folder(of: upload) }
        let hash = try await self.receive(pieces, attempt) { draft, hash in
            let earlier = try Self.parts(in: folder).filter { $0.number == number && $0.tag != hash.description }
            try draft.move(to: Self.file(of: ArtifactPart(number: number, tag: hash.description), in: folder))
            for part in earlier { try FileManager.default.removeItem(atPath: Self.file(of: part, in: folder)) }
        }
        return hash.description
    }

    package func completeUpload(
        _ upload: ArtifactUpload,
        parts: [ArtifactPart]
    ) async throws(TrackingError) {
        try await self.run("complete the upload of the artifact '\(upload.path)'") {
            let folder = try self.folder(of: upload)
            let stored = Set(try Self.parts(in: folder))
            guard !parts.isEmpty, Set(parts.map(\.number)).count == parts.count else {
                throw TrackingError(
                    .invalidUpload,
                    "the upload of the artifact '\(upload.path)' names no parts, or one twice; name each part once"
                )
            }
            let ordered = parts.sorted { $0.number < $1.number }
            if let missing = ordered.first(where: { !stored.contains($0) }) {
                throw TrackingError(
                    .invalidUpload,
                    "part \(missing.number) of the artifact '\(upload.path)' is not stored under that tag; send it again"
                )
            }
            let place = try self.checked(upload.path)
            try self.withDraft { draft in
                for part in ordered {
                    try draft.append(
                        contentsOf: Self.file(of: part, in: folder),
                        pieceByteCount: Self.pieceByteCount
                    )
                }
                try draft.move(to: place)
            }
            try FileManager.default.removeItem(atPath: folder)
        }
    }

    package func abortUpload(_ upload: ArtifactUpload) async throws(TrackingError) {
        try await self.run("abort the upload of the artifact '\(upload.path)'") {
            guard let folder = try? self.folder(of: upload) else { return }
            try FileManager.default.removeItem(atPath: folder)
        }
    }

    package func presigned(
        _ operation: ArtifactOperation,
        lifetime: TimeSpan
    ) async throws(TrackingError) -> PresignedRequest? { nil }

    @discardableResult
    package func removeUnfinished(before time: EventTime) async throws(TrackingError) -> Int {
        try await self.run("remove unfinished writes") {
            let manager = FileManager.default
            var count = 0
            for folder in [self.draftFolder, self.uploadFolder] {
                for name in (try? manager.contentsOfDirectory(atPath: folder)) ?? [] {
                    // A folder's own time moves whenever a part is added to it.
                    let place = "\(folder)/\(name)"
                    let changed = try? manager.attributesOfItem(atPath: place)[.modificationDate] as? Date
                    guard let changed, EventTime(changed) < time else { continue }
                    try manager.removeItem(atPath: place)
                    count += 1
                }
            }
            return count
        }
    }

    /// The folder of `upload`, whose id a client sent.
    private func folder(of upload: ArtifactUpload) throws -> String {
        let folder = "\(self.uploadFolder)/\(upload.id)"
        guard UUID(uuidString: upload.id) != nil,
            let path = FileManager.default.contents(atPath: "\(folder)/path"),
            String(decoding: path, as: UTF8.self) == upload.path.description
        else {
            throw TrackingError(
                .uploadNotFound,
                "no upload of that id for the artifact '\(upload.path)' is under way; begin a new one"
            )
        }
        return folder
    }

    private static func file(of part: ArtifactPart, in folder: String) -> String {
        "\(folder)/part-\(part.number)-\(part.tag)"
    }

    private static func parts(in folder: String) throws -> [ArtifactPart] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .compactMap { name in
                let pieces = name.split(separator: "-")
                guard pieces.count == 3, pieces[0] == "part", let number = Int(pieces[1]) else { return nil }
                return ArtifactPart(number: number, tag: String(pieces[2]))
            }
    }
}
