import Foundation
import MartletCore
import MartletTracking
import Synchronization
import Testing

@testable import MartletStores

/// Writes on threads that their callers lend.
struct LentThreadTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path

    private func tag(_ key: String, _ value: String, in database: MetadataDatabase) async throws {
        _ = try await database.write(to: "set a tag") { connection in
            try connection.run(
                "INSERT INTO experiment_tags (experiment, key, value) VALUES (?, ?, ?)",
                [0, key, value]
            )
        }
    }

    private func keys(in database: MetadataDatabase) async throws -> [String] {
        try await database.read(to: "read") { try $0.texts("SELECT key FROM experiment_tags ORDER BY key") }
    }

    /// The thread that a task begins on; what follows stays on it as long as nothing has to wait.
    private static var thread: UInt { UInt(bitPattern: Int(pthread_self())) }

    @Test func `a write is made on the lent thread, and not on one that is not lent`() async throws {
        let database = try MetadataDatabase(path: self.path)
        for isLent in [true, false] {
            let (before, within, after) = try await WriteThread.$isLent.withValue(isLent) {
                let before = Self.thread
                let within = try await database.write(to: "look") { _ in Self.thread }
                return (before, within, Self.thread)
            }
            #expect((before == within) == isLent)
            if isLent { #expect(before == after) }
        }
    }

    @Test func `a lent thread does not wait for another process, whose write comes first`() async throws {
        let database = try MetadataDatabase(path: self.path)
        let other = try MetadataDatabase(path: self.path)
        let (begun, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let first: Void = other.write(to: "hold the lock") { connection in
            begun.signal()
            release.wait()
            try connection.run("INSERT INTO experiment_tags (experiment, key, value) VALUES (0, 'a', '1')", [])
        }
        await Self.wait(for: begun)
        let isLate = Mutex(false)
        async let second: Void = WriteThread.$isLent.withValue(true) {
            try await database.write(to: "write behind it") { connection in
                isLate.withLock { $0 = true }
                let count: Int = try connection.rows("SELECT key FROM experiment_tags", []).count
                try connection.run(
                    "INSERT INTO experiment_tags (experiment, key, value) VALUES (0, 'b', ?)",
                    ["\(count)"]
                )
            }
        }
        #expect(!isLate.withLock { $0 })
        release.signal()
        try await first
        try await second
        let rows = try await database.read(to: "read") {
            try $0.pairs("SELECT key, value FROM experiment_tags", [])
        }
        #expect(rows == ["a": "1", "b": "1"])
    }

    @Test func `many writers on lent threads lose nothing, and one that fails fails alone`() async throws {
        let database = try MetadataDatabase(path: self.path)
        try await self.tag("taken", "1", in: database)
        let failures = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
            for index in 0..<200 {
                group.addTask {
                    await WriteThread.$isLent.withValue(true) {
                        do {
                            try await self.tag(index % 4 == 0 ? "taken" : "k\(index)", "v", in: database)
                            return false
                        } catch {
                            return true
                        }
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == 50)
        #expect(try await self.keys(in: database).count == 151)
    }

    @Test func `the log of a file that is written without pause is written back and stays short`() async throws {
        let database = try MetadataDatabase(path: self.path)
        let text = String(repeating: "x", count: 1_000_000)
        for index in 0..<60 {
            try await WriteThread.$isLent.withValue(true) { try await self.tag("k\(index)", text, in: database) }
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: self.path + "-wal")
        let bytes = try #require(attributes[.size] as? Int)
        // 60 MB were written; the log is written back at 16 MB.
        #expect(bytes < 24_000_000)
        #expect(try await self.keys(in: database).count == 60)
    }

    @Test func `after a slow write the next ones are not made on lent threads`() {
        var pace = WritePace()
        pace.note(.milliseconds(5))
        let afterQuick = pace.isQuick()
        pace.note(.milliseconds(6))
        let afterSlow = (0..<WritePace.restCount).map { _ in pace.isQuick() }
        let afterRest = pace.isQuick()
        #expect(afterQuick)
        #expect(!afterSlow.contains(true))
        #expect(afterRest)
    }

    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global()
                .async {
                    semaphore.wait()
                    continuation.resume()
                }
        }
    }
}
