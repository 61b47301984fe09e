import Foundation
import MartletCore
import MartletStores
import MartletTracking
import NIOCore
import Testing

struct SQLiteSpoolJournalTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-spool-\(UUID().uuidString)").path

    private static func call(_ number: Int, making id: String? = nil) -> SpooledCall {
        SpooledCall(
            method: "POST",
            target: "/api/2.0/mlflow/runs/log-metric?n=\(number)",
            contentType: "application/json",
            body: .bytes(Data("{\"run_id\":\"r\(number)\"}".utf8)),
            madeID: id,
            at: EventTime(microseconds: Int64(number))
        )
    }

    @Test func `calls come back in order, after another opening too`() async throws {
        do {
            let journal = try SQLiteSpoolJournal(folder: self.folder)
            for number in 1...3 { _ = try await journal.append(Self.call(number, making: "id\(number)"), knowing: []) }
            let first = try #require(try await journal.first())
            #expect(first.target.hasSuffix("n=1"))
            try await journal.finish(first, realID: "real1")
        }
        let journal = try SQLiteSpoolJournal(folder: self.folder)
        #expect(try await journal.counts().waiting == 2)
        #expect(try await journal.names() == ["id1": "real1"])
        let second = try #require(try await journal.first())
        #expect(second.target.hasSuffix("n=2"))
        #expect(second.madeID == "id2")
        #expect(second.body == Self.call(2).body)
        #expect(second.at == EventTime(microseconds: 2))
        try await journal.refuse(second, .error(400, "INVALID_PARAMETER_VALUE", "no"))
        #expect(try await journal.first()?.target.hasSuffix("n=3") == true)
        let refusals = try await journal.refusals(limit: 10)
        #expect(refusals.map(\.status) == [400])
        #expect(refusals.first?.answer.contains("INVALID_PARAMETER_VALUE") == true)
        #expect(try await journal.counts().refused == 1)
        #expect(try await journal.waitingCalls(mentioning: "r3").count == 1)
        #expect(try await journal.waitingCalls(mentioning: "r2").isEmpty)
    }

    @Test func `an object is found by id and by name`() async throws {
        let journal = try SQLiteSpoolJournal(folder: self.folder)
        let made = SpoolObject(making: .experiment, ["name": "집값"], id: "912", at: EventTime(microseconds: 1))
        _ = try await journal.append(Self.call(1, making: "912"), knowing: [made])
        #expect(try await journal.object(.experiment, "912") == made)
        #expect(try await journal.object(.experiment, "집값") == made)
        #expect(try await journal.object(.run, "912") == nil)
    }

    @Test func `a second spool in the folder is refused, a reader is not`() throws {
        let journal = try SQLiteSpoolJournal(folder: self.folder)
        let error = #expect(throws: TrackingError.self) { try SQLiteSpoolJournal(folder: self.folder) }
        #expect(error?.code == .spoolFailed)
        #expect(error?.message.contains("another spool uses") == true)
        _ = try SQLiteSpoolJournal(folder: self.folder, isReader: true)
        #expect(journal.folder == self.folder)
    }

    @Test func `an upload whose call was never kept is cleared away, one that was is kept`() async throws {
        let (kept, lost): (String, String)
        do {
            let journal = try SQLiteSpoolJournal(folder: self.folder)
            kept = try await journal.writeBody(Pieces(count: 3))
            lost = try await journal.writeBody(Pieces(count: 2))
            let upload = SpooledCall(
                method: "PUT",
                target: "/api/2.0/mlflow-artifacts/artifacts/1/r/artifacts/a",
                contentType: nil,
                body: .file(kept),
                at: EventTime(microseconds: 1)
            )
            _ = try await journal.append(upload, knowing: [])
        }
        let journal = try SQLiteSpoolJournal(folder: self.folder)
        #expect(try Data(contentsOf: URL(filePath: kept)) == Data("abcabcabc".utf8))
        #expect(!FileManager.default.fileExists(atPath: lost))
        let call = try #require(try await journal.first())
        try await journal.finish(call, realID: nil)
        #expect(!FileManager.default.fileExists(atPath: kept))
    }

    @Test func `an upload that breaks off leaves no file`() async throws {
        let journal = try SQLiteSpoolJournal(folder: self.folder)
        await #expect(throws: Pieces.Broken.self) { try await journal.writeBody(Pieces(count: 3, breaksAt: 2)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder + "/bodies").isEmpty)
    }

    @Test(arguments: [20, 60, 150])
    func `a spool killed while it writes keeps every call it took`(milliseconds: Int) async throws {
        let folder = self.folder
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, milliseconds] in
            let journal = try SQLiteSpoolJournal(folder: folder)
            _ = FileManager.default.createFile(atPath: folder + "/taken", contents: nil)
            let taken = try FileHandle(forWritingTo: URL(filePath: folder + "/taken"))
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
                kill(getpid(), SIGKILL)
            }
            var number = 0
            while true {
                number += 1
                _ = try await journal.append(SQLiteSpoolJournalTests.call(number), knowing: [])
                try taken.write(contentsOf: Data([1]))
            }
        }
        let taken = try Data(contentsOf: URL(filePath: folder + "/taken")).count
        let journal = try SQLiteSpoolJournal(folder: folder)
        let waiting = try await journal.counts().waiting
        #expect((taken...taken + 1).contains(waiting))
        var numbers: [Int64] = []
        while let call = try await journal.first(), numbers.count < 20 {
            numbers.append(call.at.microseconds)
            try await journal.finish(call, realID: nil)
        }
        #expect(numbers == numbers.indices.map { Int64($0) + 1 })
    }
}

/// Some pieces of an upload.
private struct Pieces: AsyncSequence, Sendable {
    struct Broken: Error {}

    let count: Int
    var breaksAt = Int.max

    struct AsyncIterator: AsyncIteratorProtocol {
        let pieces: Pieces
        var place = 0

        mutating func next() async throws -> ByteBuffer? {
            if self.place == self.pieces.breaksAt { throw Broken() }
            guard self.place < self.pieces.count else { return nil }
            self.place += 1
            return ByteBuffer(string: "abc")
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pieces: self) }
}
