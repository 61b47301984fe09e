import Foundation
import MartletEngines

/// A file that is being written under a name of its own, until it takes its place in one step.
///
/// Used by one task at a time, on the store's threads.
final class FileDraft: Sendable {
    /// Where the draft lies.
    let path: String
    private let file: FileHandle

    /// Creates a draft in `folder`, which is made when it is not there.
    init(in folder: String) throws {
        try FileDurability.makeFolder(folder)
        self.path = "\(folder)/\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: self.path, contents: nil),
            let file = FileHandle(forWritingAtPath: self.path)
        else { throw EngineError(.engineFile, "could not create a file in '\(folder)'") }
        self.file = file
    }

    func write(_ bytes: Data) throws { try self.file.write(contentsOf: bytes) }

    /// Appends the bytes of the file at `source`.
    func append(contentsOf source: String, pieceByteCount: Int) throws {
        guard let input = FileHandle(forReadingAtPath: source) else {
            throw EngineError(.engineFile, "could not open '\(source)'")
        }
        defer { try? input.close() }
        while let piece = try input.read(upToCount: pieceByteCount), !piece.isEmpty { try self.write(piece) }
    }

    /// Puts the file at `place`, durably and in one step.
    func move(to place: String) throws {
        try self.file.close()
        try FileDurability.makeFolder(URL(fileURLWithPath: place).deletingLastPathComponent().path)
        try FileDurability.replace(place, with: self.path)
    }

    /// Removes the draft.
    func discard() {
        try? self.file.close()
        try? FileManager.default.removeItem(atPath: self.path)
    }
}
