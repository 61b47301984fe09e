import Foundation
import MartletCore
package import MartletTracking
import Synchronization

/// The rules every `ArtifactStore` keeps.
package enum ArtifactStoreContract {
    /// Returns the rules that the empty `store` broke.
    package static func violations(of store: any ArtifactStore) async throws -> [String] {
        var report = ContractReport()
        let path = try ArtifactPath("1/run/artifacts/model/모델.txt")
        let missing = try await store.entry(at: path)
        report.expect(missing == nil, "what is not there is nil")
        await report.expect(.artifactNotFound, "what is not there cannot be read") { _ = try await store.read(path) }
        let bytes = Data("one".utf8)
        let hash = try await store.put(bytes, at: path)
        report.expect(hash == ContentHash(of: bytes), "a put returns the hash of the bytes")
        let read = try await store.read(path)
        report.expect(read == bytes, "bytes are read back")
        try await store.put(Data("other".utf8), at: path)
        let entry = try await store.entry(at: path)
        report.expect(entry?.byteCount == 5, "a put replaces what was there")
        let folder = try ArtifactPath("1/run/artifacts")
        let children = try await store.list(folder)
        report.expect(children.map(\.path.lastComponent) == ["model"], "a listing holds direct children")
        report.expect(children.map(\.isFolder) == [true], "a listing tells folders from files")
        let root = try await store.list(nil)
        report.expect(root.map(\.path.description) == ["1"], "the root is listed")
        try await Self.checkPieces(store, &report)
        try await Self.checkWholeness(store, &report)
        try await Self.checkStreams(store, &report)
        try await Self.checkUploads(store, &report)
        try await store.delete(folder)
        try await store.delete(folder)
        let rest = try await store.list(folder)
        report.expect(rest.isEmpty, "a deleted folder is empty, and deleting it again is fine")
        return report.violations
    }

    private static func checkPieces(_ store: any ArtifactStore, _ report: inout ContractReport) async throws {
        let path = try ArtifactPath("1/run/artifacts/large.bin")
        let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try bytes.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let hash = try await store.put(file: file.path, at: path)
        let stored = try await store.hash(of: path)
        report.expect(hash == ContentHash(of: bytes) && stored == hash, "a file is stored under its hash")
        for range: Range<Int64>? in [nil, 5..<2_000_000, 2_999_990..<9_000_000, 9_000_000..<9_000_001] {
            let pieces = Mutex<[Data]>([])
            try await store.read(path, range: range) { piece in pieces.withLock { $0.append(piece) } }
            let found = pieces.withLock { $0 }
            let bounds = (range ?? 0..<Int64(bytes.count)).clamped(to: 0..<Int64(bytes.count))
            let expected = bytes[Int(bounds.lowerBound)..<Int(bounds.upperBound)]
            report.expect(
                found.reduce(into: Data()) { $0.append($1) } == Data(expected),
                "the range \(range.map { "\($0)" } ?? "of all") is read in order"
            )
            report.expect(found.allSatisfy { $0.count <= 1 << 20 }, "a piece is at most 1 MiB")
        }
    }

    private static func checkWholeness(_ store: any ArtifactStore, _ report: inout ContractReport) async throws {
        let path = try ArtifactPath("1/run/artifacts/changing")
        let faces = [Data(repeating: 1, count: 200_000), Data(repeating: 2, count: 100_000)]
        try await store.put(faces[0], at: path)
        async let writes: Void = {
            for turn in 1...20 { try await store.put(faces[turn % 2], at: path) }
        }()
        var isWhole = true
        for _ in 1...20 {
            let seen = try await store.read(path)
            isWhole = isWhole && faces.contains(seen)
        }
        try await writes
        report.expect(isWhole, "a reader sees the whole old file or the whole new one")
    }

    private static func checkStreams(_ store: any ArtifactStore, _ report: inout ContractReport) async throws {
        let path = try ArtifactPath("1/run/artifacts/streamed 한글+%20.bin")
        let pieces = (0..<40).map { turn in Data(repeating: UInt8(turn), count: 300_000 + turn) }
        let whole = pieces.reduce(into: Data()) { $0.append($1) }
        let hash = try await store.put(pieces: TestPieces(pieces: pieces), at: path)
        report.expect(hash == ContentHash(of: whole), "a stream is stored under the hash of all its bytes")
        let read = try await store.read(path)
        report.expect(read == whole, "a stream is read back")
        let known = try await store.hash(of: path)
        report.expect(known == hash, "a stream's hash is known or found")
        for count in [0, 1, 39] {
            let broken = TestPieces(pieces: pieces, failsAfter: count)
            await report.expect(.artifactFailed, "a stream that breaks after \(count) pieces is an error") {
                try await store.put(pieces: broken, at: path)
            }
        }
        let after = try await store.read(path)
        report.expect(after == whole, "a stream that breaks leaves what was there")
        let empty = try ArtifactPath("1/run/artifacts/empty")
        try await store.put(pieces: TestPieces(pieces: []), at: empty)
        let size = try await store.entry(at: empty)?.byteCount
        report.expect(size == 0, "an empty stream is an empty file")
        let nothing = try await store.read(empty)
        report.expect(nothing.isEmpty, "an empty file is read as no bytes")
        await report.expect(.artifactFailed, "what the receiver throws stops the reading") {
            try await store.read(path, range: nil) { _ in throw CancellationError() }
        }
        let unfinished = try await store.removeUnfinished(before: EventTime(microseconds: .max))
        report.expect(unfinished == 0, "streams that ended or broke leave nothing unfinished")
    }

    private static func checkUploads(_ store: any ArtifactStore, _ report: inout ContractReport) async throws {
        let path = try ArtifactPath("1/run/artifacts/uploaded.bin")
        let parts = [Data(repeating: 1, count: 5 << 20), Data(repeating: 2, count: 5 << 20), Data("end".utf8)]
        let upload = try await store.beginUpload(at: path)
        var stored: [ArtifactPart] = []
        for (number, bytes) in [(3, parts[2]), (1, parts[1]), (2, parts[1]), (1, parts[0])] {
            let tag = try await store.putPart(number, of: upload, pieces: TestPieces(pieces: [bytes]))
            stored.removeAll { $0.number == number }
            stored.append(ArtifactPart(number: number, tag: tag))
        }
        let early = try await store.entry(at: path)
        report.expect(early == nil, "parts are not seen before the upload is completed")
        await report.expect(.invalidUpload, "a part that was replaced cannot be named") {
            let wrong = stored.map { ArtifactPart(number: $0.number, tag: stored[0].tag) }
            try await store.completeUpload(upload, parts: wrong)
        }
        await report.expect(.invalidUpload, "an upload without parts cannot be completed") {
            try await store.completeUpload(upload, parts: [])
        }
        try await store.completeUpload(upload, parts: stored)
        let read = try await store.read(path)
        report.expect(read == parts[0] + parts[1] + parts[2], "parts are joined in the order of their numbers")
        await report.expect(.uploadNotFound, "a completed upload is gone") {
            _ = try await store.putPart(1, of: upload, pieces: TestPieces(pieces: [parts[2]]))
        }
        let other = try await store.beginUpload(at: path)
        _ = try await store.putPart(1, of: other, pieces: TestPieces(pieces: [parts[2]]))
        try await store.abortUpload(other)
        try await store.abortUpload(other)
        await report.expect(.uploadNotFound, "an aborted upload is gone") {
            try await store.completeUpload(other, parts: [ArtifactPart(number: 1, tag: stored[0].tag)])
        }
        let left = try await store.beginUpload(at: path)
        let early0 = try await store.removeUnfinished(before: EventTime(microseconds: 0))
        let removed = try await store.removeUnfinished(before: EventTime(microseconds: 9_000_000_000_000_000))
        report.expect(early0 == 0 && removed == 1, "only uploads older than the time are removed")
        await report.expect(.uploadNotFound, "an upload that was removed is gone") {
            _ = try await store.putPart(1, of: left, pieces: TestPieces(pieces: [parts[2]]))
        }
        let still = try await store.entry(at: path)?.byteCount
        report.expect(still == (10 << 20) + 3, "uploads that come to nothing leave what was there")
    }
}

/// Pieces in memory as a stream, which may break on the way.
private struct TestPieces: AsyncSequence, Sendable {
    typealias Element = Data

    struct Broken: Error {}

    let pieces: [Data]
    var failsAfter: Int?

    func makeAsyncIterator() -> Iterator { Iterator(pieces: self.pieces[...], failsAfter: self.failsAfter) }

    struct Iterator: AsyncIteratorProtocol {
        var pieces: ArraySlice<Data>
        var failsAfter: Int?
        var taken = 0

        mutating func next() async throws -> Data? {
            if self.taken == self.failsAfter { throw Broken() }
            self.taken += 1
            return self.pieces.popFirst()
        }
    }
}
