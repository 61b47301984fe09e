import Foundation
import MartletIngest
import MartletTesting
import Testing

struct EncodedFileTests {
    private static let columns = "columns: {on: {type: date, from: 계약일}, district: {type: string, from: 자치구}}"

    /// `계약일,자치구` and two rows in CP949; the second district has a syllable that EUC-KR lacks.
    private static var cp949: Data {
        var bytes: [UInt8] = [0xB0, 0xE8, 0xBE, 0xE0, 0xC0, 0xCF, 0x2C, 0xC0, 0xDA, 0xC4, 0xA1, 0xB1, 0xB8, 0x0A]
        bytes += Array("2023-05-23,".utf8) + [0xB0, 0xAD, 0xB3, 0xB2, 0xB1, 0xB8, 0x0A]
        bytes += Array("2023-05-24,".utf8) + [0x8C, 0x63, 0xB9, 0xE6, 0xB0, 0xA2, 0xC7, 0xCF, 0x0A]
        return Data(bytes)
    }

    private static func pack(_ file: URL) throws {
        #expect(try TestProgram.run(["gzip", file.path]).status == 0)
    }

    @Test(arguments: [false, true])
    func `CP949 files load, packed or not`(isPacked: Bool) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let file = bench.folder.appendingPathComponent("s.csv")
        try Self.cp949.write(to: file)
        if isPacked { try Self.pack(file) }
        let name = isPacked ? "s.csv.gz" : "s.csv"
        let report = try #require(
            try await bench.ingest(
                "name: s\nlocation: {path: \(name)}\nformat: {csv: {encoding: cp949}}\n" + Self.columns
            )
            .first
        )
        #expect(report.figures.rowsLoaded == 2)
        #expect(
            try await bench.rows("SELECT \"on\", district FROM s ORDER BY _row") == [
                "2023-05-23T00:00:00Z|강남구", "2023-05-24T00:00:00Z|똠방각하",
            ]
        )
        // What was landed is what was there, not a rewritten text.
        let raw = try Data(contentsOf: bench.folder.appendingPathComponent("raw/" + report.rawPath))
        #expect(raw == (try Data(contentsOf: bench.folder.appendingPathComponent(name))))
    }

    @Test func `a CP949 file that is declared UTF-8 is refused with the way out`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try Self.cp949.write(to: bench.folder.appendingPathComponent("s.csv"))
        let error = await #expect(throws: IngestError.self) {
            try await bench.ingest("name: s\nlocation: {path: s.csv}\nformat: csv\n" + Self.columns)
        }
        #expect(error?.message.contains("encoding: cp949") == true)
    }

    @Test(arguments: ["csv", "{csv: {encoding: cp949}}"], [String.Encoding.utf16LittleEndian, .utf16BigEndian])
    func `a UTF-16 file is told to be one, with the way out`(format: String, encoding: String.Encoding) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let text = try #require("\u{FEFF}계약일,자치구\n2023-05-23,강남구\n".data(using: encoding))
        try text.write(to: bench.folder.appendingPathComponent("s.csv"))
        let error = await #expect(throws: IngestError.self) {
            try await bench.ingest("name: s\nlocation: {path: s.csv}\nformat: \(format)\n" + Self.columns)
        }
        #expect(error?.message.contains("is UTF-16") == true && error?.message.contains("iconv") == true)
    }

    @Test(arguments: ["csv", "json_lines"])
    func `packed UTF-8 files load like plain ones`(format: String) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let text =
            format == "csv"
            ? "계약일,자치구\n2023-05-23,강남구\n\"2023-05-24\",\"똠,방\"\n"
            : "{\"계약일\": \"2023-05-23\", \"자치구\": \"강남구\"}\n{\"계약일\": \"2023-05-24\", \"자치구\": \"똠,방\"}\n"
        try bench.write("plain", text)
        try bench.write("packed", text)
        try Self.pack(bench.folder.appendingPathComponent("packed"))
        for name in ["plain", "packed.gz"] {
            let source = name.prefix { $0 != "." }
            try await bench.ingest("name: \(source)\nlocation: {path: \(name)}\nformat: \(format)\n" + Self.columns)
            #expect(
                try await bench.rows("SELECT \"on\", district FROM \(source) ORDER BY _row") == [
                    "2023-05-23T00:00:00Z|강남구", "2023-05-24T00:00:00Z|똠,방",
                ]
            )
        }
    }
}
