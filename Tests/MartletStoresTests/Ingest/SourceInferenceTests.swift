import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletStores
import Testing

struct SourceInferenceTests {
    private let inference = SourceInference(locator: .ofProcess())

    @Test func `types, date formats, separators and suspects are found in separated values`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write(
            "New Sales.csv",
            """
            id;code;거래일(계약);price;area;ratio;built;ok;note;at
            1;007;20230523;1,234;84.5;NA;1999;true;;2023-05-23 10:00:00
            2;012;20230524;12;-1;0.5;0;false;x;2023-05-24 10:00:00
            3;100;20230525;1,000,000;59.9;0.7;2005;true;NA;2023-05-25 10:00:00

            """
        )
        let path = bench.folder.appendingPathComponent("New Sales.csv").path
        let text = try await self.inference.propose(path: path)
        let definition = try bench.definition(text)
        #expect(definition.name == "new_sales")
        #expect(
            definition.columns.map { "\($0.name) \($0.type.rawValue)" } == [
                "id int64", "code string", "거래일_계약 date", "price int64", "area float64", "ratio float64", "built int64",
                "ok boolean", "note string", "at timestamp",
            ]
        )
        #expect(text.contains("거래일_계약: {type: date, from: \"거래일(계약)\", format: YYYYMMDD}"))
        #expect(text.contains("price: {type: int64, thousands: \",\"}"))
        #expect(text.contains("ratio: {type: float64, missing: [\"NA\"]}"))
        #expect(text.contains("# code: a number would lose the leading zeros"))
        #expect(text.contains("# area: -1 stands 1 times and is the only negative value"))
        #expect(text.contains("# built: 0 stands 1 times"))
        let report = try #require(try await bench.ingest(text).first)
        #expect(report.figures.rowsLoaded == 3)
        #expect(report.figures.quarantined.isEmpty)
    }

    @Test(arguments: [
        ("h.csv", "1,2023-01-01,a\n2,2023-01-02,b\n", ["int64", "date", "string"]),
        ("t.tsv", "a\tb\n1\t2.5\n", ["int64", "float64"]),
        (
            "j.jsonl", "{\"a\": 1, \"b\": \"2023-05-23T10:00:00Z\"}\n{\"a\": 2, \"c\": true}\n",
            ["int64", "timestamp", "boolean"]
        ),
        ("d.json", "{\"meta\": 1, \"rows\": [{\"a\": 1.5}, {\"a\": 2}]}", ["float64"]),
    ])
    func `a proposal for every kind of text loads`(name: String, content: String, types: [String]) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write(name, content)
        let path = bench.folder.appendingPathComponent(name).path
        let text = try await self.inference.propose(path: path, name: "proposed")
        #expect(try bench.definition(text).columns.map(\.type.rawValue) == types, "\(text)")
        let report = try #require(try await bench.ingest(text).first)
        #expect(report.figures.rowsLoaded > 0)
        #expect(report.figures.rowsQuarantined == 0)
    }

    @Test func `CP949 and Parquet files are recognised`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let korean = bench.folder.appendingPathComponent("k.csv")
        let district: [UInt8] = [0xC0, 0xDA, 0xC4, 0xA1, 0xB1, 0xB8, 0x0A, 0xB0, 0xAD, 0xB3, 0xB2, 0xB1, 0xB8, 0x0A]
        try Data(district).write(to: korean)
        let text = try await self.inference.propose(path: korean.path)
        #expect(text.contains("csv: {encoding: cp949}"))
        #expect(text.contains("\n  자치구: string\n"))
        let parquet = bench.folder.appendingPathComponent("p.parquet").path
        _ = try await bench.rows(
            "COPY (SELECT 1 AS id, 2.5 AS v, TIMESTAMP '2023-05-23 10:00:00' AS at) TO '\(parquet)' (FORMAT parquet)"
        )
        let definition = try bench.definition(try await self.inference.propose(path: parquet))
        #expect(definition.columns.map(\.type.rawValue) == ["int64", "float64", "timestamp"])
    }

    @Test func `a file without contents is told so`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("empty.csv", "\n")
        let path = bench.folder.appendingPathComponent("empty.csv").path
        let error = await #expect(throws: IngestError.self) { try await self.inference.propose(path: path) }
        #expect(error?.code == .ingestNotInferable)
    }

    @Test(.enabled(if: SourceFiles.isWanted, "the real data sets are not on this machine"))
    func `proposals for the real files load without loss`() async throws {
        let data = try #require(SourceFiles.folder)
        let files = [
            "seoul_transactions_2023/transactions.csv": 23_529, "cdnow_orders/orders.csv": 69_659,
            "diecasting_process_2019/process_log.csv": 90_177, "hdb_resale_2012_2016/resale_transactions.csv": 89_356,
        ]
        for (file, count) in files.sorted(by: { $0.key < $1.key }) {
            let bench = try IngestWorkbench()
            defer { bench.remove() }
            let text = try await self.inference.propose(path: data + "/" + file, name: "proposed")
            let report = try #require(try await bench.ingest(text).first)
            #expect(report.figures.rowsLoaded == count, "\(text)\n\(report.figures)")
        }
    }
}
