import Foundation
import MartletCore
import MartletEngines
import MartletTesting
import Testing

struct FileTests {
    private let folder: String

    init() throws {
        self.folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID().uuidString)").path
        try FileDurability.makeFolder(self.folder + "/a/b")
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try FileDurability.write(bytes, to: "\(self.folder)/\(name)")
        return "\(self.folder)/\(name)"
    }

    private func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(self.folder)/\(name)")))
    }

    @Test func `a file is replaced whole and leaves no other`() throws {
        _ = try self.write([1, 2, 3], "f")
        _ = try self.write(Array(repeating: 7, count: 100_000), "f")
        #expect(try self.read("f").count == 100_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.folder).sorted() == ["a", "f"])
        let error = #expect(throws: EngineError.self) { try self.write([1], "none/f") }
        #expect(error?.code == .engineFile)
    }

    @Test func `a lock is held once`() throws {
        let path = self.folder + "/lock"
        let first = try #require(try FileLock.acquire(path))
        #expect(try FileLock.acquire(path) == nil)
        first.release()
        #expect(try FileLock.acquire(path) != nil)
    }

    @Test func `Korean text of CP949 becomes UTF-8, over the edges of pieces`() throws {
        // 가격 in CP949, and a syllable only the superset has: 똠.
        let line: [UInt8] = [0xB0, 0xA1, 0xB0, 0xDD, 0x2C, 0x8C, 0x63, 0x0A]
        let source = try self.write([0x78] + Array(repeatElement(line, count: 40_000).joined()), "k.csv")
        try Transcoder(from: .cp949).transcode(source, to: self.folder + "/u.csv")
        let text = String(decoding: try self.read("u.csv"), as: UTF8.self)
        #expect(text == "x" + String(repeating: "가격,똠\n", count: 40_000))
    }

    @Test func `a byte that is no text is told with its place`() throws {
        let source = try self.write(Array("ab\ncd\n".utf8) + [0xB0, 0xA1, 0xFF, 0x20], "bad.csv")
        let error = #expect(throws: EngineError.self) {
            try Transcoder(from: .cp949).transcode(source, to: self.folder + "/u.csv")
        }
        #expect(error?.code == .engineBadEncoding)
        #expect(error?.message.contains("byte 8, on line 3,") == true)
        let cut = try self.write(Array("가".utf8.dropLast()), "cut.csv")
        #expect(throws: EngineError.self) { try Transcoder(from: .utf8).transcode(cut, to: self.folder + "/u.csv") }
    }

    @Test func `UTF-8 loses only its byte order mark`() throws {
        let source = try self.write([0xEF, 0xBB, 0xBF] + Array("가,b\n".utf8), "bom.csv")
        try Transcoder(from: .utf8).transcode(source, to: self.folder + "/u.csv")
        #expect(try self.read("u.csv") == Array("가,b\n".utf8))
        let empty = try self.write([], "empty.csv")
        try Transcoder(from: .cp949).transcode(empty, to: self.folder + "/u.csv")
        #expect(try self.read("u.csv").isEmpty)
    }

    @Test func `gzip is unpacked, and what is none or cut off is told`() throws {
        let plain = Array(String(repeating: "a line of text\n", count: 60_000).utf8)
        let source = try self.write(plain, "t.csv")
        #expect(try TestProgram.run(["gzip", "-k", source]).status == 0)
        try Gunzip.unpack(source + ".gz", to: self.folder + "/out")
        #expect(try self.read("out") == plain)
        let cut = try self.write(Array(try self.read("t.csv.gz").dropLast(20)), "cut.gz")
        #expect(throws: EngineError.self) { try Gunzip.unpack(cut, to: self.folder + "/out") }
        let error = #expect(throws: EngineError.self) { try Gunzip.unpack(source, to: self.folder + "/out") }
        #expect(error?.message.contains("is not gzip") == true)
    }

    @Test func `the process knows itself`() {
        let facts = ProcessFacts.current()
        #expect(facts.residentBytes > 1_000_000)
        #expect(facts.peakResidentBytes >= facts.residentBytes / 2)
        #expect(facts.cpuSeconds > 0)
        #expect(facts.coreCount > 0)
        #expect(facts.processID == getpid())
    }
}
