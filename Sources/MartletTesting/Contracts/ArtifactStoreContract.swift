import Foundation
import MartletCore
package import MartletTracking
import Synchronization

/// The rules every ``ArtifactStore`` keeps.
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
}
