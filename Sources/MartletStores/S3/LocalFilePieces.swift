import Foundation
import MartletCore
import MartletTracking

/// A file of this machine as a stream of pieces, read on threads that may block.
struct LocalFilePieces: AsyncSequence, Sendable {
    typealias Element = Data

    let path: String
    let pieceByteCount: Int
    let work: BlockingWork

    /// The size of the file and the hash of its bytes.
    func measure() async throws -> (byteCount: Int, hash: ContentHash) {
        try await self.work.run {
            let file = try self.open()
            defer { try? file.close() }
            var hasher = ContentHasher()
            var byteCount = 0
            while let piece = try file.read(upToCount: self.pieceByteCount), !piece.isEmpty {
                hasher.update(piece)
                byteCount += piece.count
            }
            return (byteCount, hasher.finalize())
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }

    private func open() throws -> FileHandle {
        guard let file = FileHandle(forReadingAtPath: self.path) else {
            throw TrackingError(
                .artifactFailed,
                "the file '\(self.path)' cannot be read, so it cannot be stored as an artifact"
            )
        }
        return file
    }

    /// Reads the file from its start; it is opened with the first piece.
    struct Iterator: AsyncIteratorProtocol {
        let pieces: LocalFilePieces
        private var file: FileHandle?

        init(pieces: LocalFilePieces) { self.pieces = pieces }

        mutating func next() async throws -> Data? {
            let (pieces, opened) = (self.pieces, self.file)
            let (file, piece) = try await pieces.work.run {
                let file = try opened ?? pieces.open()
                return (file, try file.read(upToCount: pieces.pieceByteCount))
            }
            self.file = file
            guard let piece, !piece.isEmpty else {
                try? file.close()
                return nil
            }
            return piece
        }
    }
}

/// Bytes in memory as a stream of one piece.
struct DataPieces: AsyncSequence, Sendable {
    typealias Element = Data

    let bytes: Data

    func makeAsyncIterator() -> Iterator { Iterator(bytes: self.bytes) }

    /// Gives all bytes, then nothing.
    struct Iterator: AsyncIteratorProtocol {
        var bytes: Data?

        mutating func next() async throws -> Data? {
            defer { self.bytes = nil }
            return self.bytes
        }
    }
}
