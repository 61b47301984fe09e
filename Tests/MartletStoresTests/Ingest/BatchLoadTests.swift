import Foundation
import MartletCore
import MartletIngest
import MartletStores
import Testing

struct BatchLoadTests {
    private static let source = """
        name: sales
        location: {path: sales.csv}
        format: {csv: {date_format: YYYYMMDD, thousands: ","}}
        columns:
          id: int64
          sold_on: {type: date, from: 계약일}
          price: {type: float64, missing: ["-1"]}
          district: string
        """

    private static let csv = """
        id,계약일,price,district,extra
        1,20230523,"1,234.5",강남구,a
        2,20230230,10,서초구,b
        3,20230101,inf,서초구,c
        4,20230101,-1,,d
        5,20230102
        6,20230102,"12,34",서초구,f
        7,20230103,20,"say ""hi"", ok",g
        7,20230103,20,"say ""hi"", ok",g
        """

    @Test func `rows that are not of their types go to quarantine with number and value`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("sales.csv", Self.csv)
        let report = try #require(try await bench.ingest(Self.source).first)
        #expect(report.outcome == .loaded)
        #expect(report.figures.rowsRead == 8)
        #expect(report.figures.rowsQuarantined == 4)
        #expect(report.figures.rowsLoaded == 4)
        #expect(report.figures.undeclaredColumns == ["extra"])
        #expect(
            try await bench.rows("SELECT \"row\", rule, column_name, value FROM quarantine ORDER BY \"row\"") == [
                "2|type|sold_on|20230230", "3|type|price|inf", "5|malformed||MISSING COLUMNS", "6|type|price|12,34",
            ]
        )
        #expect(
            try await bench.rows("SELECT raw->>'line' FROM quarantine WHERE rule = 'malformed'") == ["5,20230102"]
        )
        #expect(try await bench.rows("SELECT raw->>'extra' FROM quarantine WHERE \"row\" = 2") == ["b"])
        #expect(
            try await bench.rows("SELECT _row, id, sold_on, price, district FROM sales ORDER BY _row") == [
                "1|1|2023-05-23T00:00:00Z|1234.5|강남구", "4|4|2023-01-01T00:00:00Z||",
                "7|7|2023-01-03T00:00:00Z|20.0|say \"hi\", ok", "8|7|2023-01-03T00:00:00Z|20.0|say \"hi\", ok",
            ]
        )
    }

    @Test func `the same bytes again change nothing, and a new definition needs a reload`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("sales.csv", Self.csv)
        let first = try #require(try await bench.ingest(Self.source).first)
        let again = try #require(try await bench.ingest(Self.source).first)
        #expect(again.outcome == .alreadyLoaded)
        #expect(again.batch == first.batch)
        #expect(try await bench.rows("SELECT count(*) FROM sales") == ["4"])
        let changed =
            Self.source
            + "\ncleaning:\n  - drop_duplicates:\n  - derive: {column: double_price, type: float64, sql: price * 2}"
        #expect(try await bench.ingest(changed).first?.outcome == .definitionChanged)
        #expect(try await bench.rows("SELECT count(*) FROM sales") == ["4"])
        let reloaded = try #require(try await bench.ingest(changed, isReload: true).first)
        #expect(reloaded.outcome == .reloaded)
        #expect(reloaded.figures.rowsDuplicate == 1)
        #expect(
            try await bench.rows("SELECT id, double_price FROM sales ORDER BY _row") == ["1|2469.0", "4|", "7|40.0"]
        )
        #expect(try await bench.rows("SELECT count(*), sum(rows_loaded) FROM martlet_loads") == ["1|3"])
        #expect(try await bench.rows("SELECT count(*) FROM quarantine") == ["4"])
    }

    @Test func `of runs at the same moment one loads the bytes, and the others find them loaded`() async throws {
        for _ in 0..<5 {
            let bench = try IngestWorkbench()
            defer { bench.remove() }
            try bench.write("sales.csv", Self.csv)
            let outcomes = try await withThrowingTaskGroup(of: IngestReport.Outcome?.self) { group in
                for _ in 0..<3 { group.addTask { try await bench.ingest(Self.source).first?.outcome } }
                return try await group.reduce(into: [IngestReport.Outcome]()) { all, one in
                    if let one { all.append(one) }
                }
            }
            #expect(outcomes.filter { $0 == .loaded }.count == 1)
            #expect(outcomes.filter { $0 == .alreadyLoaded }.count == 2)
            #expect(try await bench.rows("SELECT count(*), count(DISTINCT _batch) FROM sales") == ["4|1"])
            #expect(try await bench.rows("SELECT count(*), sum(rows_loaded) FROM martlet_loads") == ["1|4"])
        }
    }

    @Test func `a rule about the batch stops it and the last good data stays`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let source = """
            name: sales
            location: {glob: "day*.csv"}
            format: csv
            columns: {id: int64, price: float64}
            expectations:
              - mean_within: {column: price, percent: 50}
              - row_count: {min: 2}
              - unique: {columns: [id]}
            """
        try bench.write("day1.csv", "id,price\n1,10\n2,20\n2,30\n")
        try bench.write("day2.csv", "id,price\n3,1000\n4,2000\n")
        try bench.write("day3.csv", "id,price\n2,14\n5,16\n6,12\n")
        let reports = try await bench.ingest(source)
        #expect(reports.map(\.outcome) == [.loaded, .refused, .loaded])
        #expect(reports.map(\.figures.rowsLoaded) == [2, 0, 2])
        #expect(reports[1].figures.refusals.count == 1)
        #expect(reports[1].summary.contains("the table is unchanged"))
        #expect(
            try await bench.rows("SELECT id, price FROM sales ORDER BY id") == ["1|10.0", "2|20.0", "5|16.0", "6|12.0"]
        )
        #expect(
            try await bench.rows("SELECT rule, value FROM quarantine ORDER BY value, \"row\"") == [
                "unique|2", "unique|2",
            ]
        )
        #expect(
            try await bench.rows("SELECT origin, reasons->>0 LIKE 'mean_within(price)%' FROM martlet_refusals") == [
                "day2.csv|true"
            ]
        )
    }

    @Test func `rules and cleaning steps count what they touch`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("m.csv", "k;v;c\na;1;x\na;2;y\nb;3;z\nb;100;x\nc;-50;x\nd;4;q\n")
        let report = try #require(
            try await bench.ingest(
                """
                name: m
                location: {path: m.csv}
                format: {csv: {delimiter: ";"}}
                columns: {k: string, v: int64, c: string}
                expectations:
                  - allowed: {column: c, values: [x, y, z]}
                  - pattern: {column: k, regex: "[a-b]", severity: warn}
                  - condition: {name: v_below_50, sql: v < 50}
                cleaning:
                  - map_values: {column: c, values: {x: ex}}
                  - cap_outliers: {column: v, method: bounds, min: 0}
                  - where: {sql: "k <> 'b'", reason: no b}
                """
            )
            .first
        )
        #expect(report.figures.quarantined.map(\.label) == ["allowed(c)", "v_below_50"])
        #expect(report.figures.warnings == [RuleCount(rule: "pattern", column: "k", count: 2)])
        #expect(report.figures.cleaning.map(\.count) == [2, 1, 1])
        #expect(report.figures.rowsFiltered == 1)
        #expect(try await bench.rows("SELECT k, v, c FROM m ORDER BY _row") == ["a|1|ex", "a|2|y", "c|0|ex"])
    }

    @Test func `JSON lines and Parquet load like the same rows of CSV`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let columns = "columns: {id: int64, at: timestamp, name: string, ok: boolean}\ntimezone: Asia/Seoul"
        try bench.write(
            "j.jsonl",
            """
            {"id": 1, "at": "2023-05-23T10:00:00", "name": "a,b", "ok": true}
            {"id": 2, "at": "2023-05-23T10:00:00+02:00", "name": null, "ok": false}
            {not json
            {"id": 4}

            """
        )
        let report = try #require(
            try await bench.ingest("name: j\nlocation: {path: j.jsonl}\nformat: json_lines\n\(columns)").first
        )
        #expect(report.figures.rowsRead == 4)
        #expect(report.figures.quarantined == [RuleCount(rule: "malformed", column: nil, count: 1)])
        let expected = ["1|1|2023-05-23T01:00:00Z|a,b|true", "2|2|2023-05-23T08:00:00Z||false", "4|4|||"]
        #expect(try await bench.rows("SELECT _row, id, \"at\", name, ok FROM j ORDER BY _row") == expected)
        let file = bench.folder.appendingPathComponent("p.parquet").path
        _ = try await bench.rows(
            "COPY (SELECT id, \"at\", name, ok FROM j ORDER BY _row) TO '\(file)' (FORMAT parquet)"
        )
        try await bench.ingest(
            "name: p\nlocation: {path: p.parquet}\nformat: parquet\ncolumns: {id: int64, at: timestamp, name: string, ok: boolean}"
        )
        #expect(
            try await bench.rows("SELECT id, \"at\", name, ok FROM p ORDER BY _row")
                == (try await bench.rows("SELECT id, \"at\", name, ok FROM j ORDER BY _row"))
        )
    }

    @Test func `a missing column is named with the nearest one`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("sales.csv", "id,계약일,prize,district\n1,20230523,1,a\n")
        let error = await #expect(throws: IngestError.self) { try await bench.ingest(Self.source) }
        #expect(error?.code == .ingestMissingColumn)
        #expect(error?.message.contains("'price' (column 'price'). Did you mean 'prize'?") == true)
        let absent = await #expect(throws: IngestError.self) {
            try await bench.ingest(Self.source.replacing("sales.csv", with: "sale.csv"))
        }
        #expect(absent?.message.contains("'sales.csv' lies beside it") == true)
    }
}
