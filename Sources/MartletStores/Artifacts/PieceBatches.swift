import Foundation

/// Joins the small pieces of a stream, and cuts its large ones, into batches of one size; only the last is smaller.
struct PieceBatches<Pieces: AsyncSequence> where Pieces.Element == Data {
    private var iterator: Pieces.AsyncIterator
    private let byteCount: Int
    private var pending = Data()
    private var isAtEnd = false

    /// Reads `pieces`, whose batches will hold `byteCount` bytes.
    init(_ pieces: Pieces, byteCount: Int) {
        self.iterator = pieces.makeAsyncIterator()
        self.byteCount = byteCount
    }

    /// The next batch, or `nil` at the end; never empty.
    mutating func next() async throws -> Data? {
        while !self.isAtEnd, self.pending.count < self.byteCount {
            guard let piece = try await self.iterator.next(isolation: #isolation) else {
                self.isAtEnd = true
                break
            }
            self.pending.append(piece)
        }
        guard !self.pending.isEmpty else { return nil }
        if self.pending.count <= self.byteCount {
            defer { self.pending = Data() }
            return self.pending
        }
        let batch = Data(self.pending.prefix(self.byteCount))
        self.pending = Data(self.pending.dropFirst(self.byteCount))
        return batch
    }
}
