import MartletCore
import MartletIngest
import MartletStores
import Testing

/// Rules about whole batches that look at history or at other sources, from files to refusals.
struct BatchGateTests {
    private static func rows(_ values: [String]) -> String {
        "k,v\n" + values.joined(separator: "\n") + "\n"
    }

    private func source(_ rule: String) -> String {
        """
        name: s
        location: {path: s.csv}
        format: csv
        columns: {k: string, v: float64}
        expectations:
          - \(rule)
        """
    }

    /// Three good batches of a hundred rows: values about 1 to 100, four categories, every tenth value missing.
    private func load(_ bench: IngestWorkbench, _ rule: String) async throws {
        for batch in 0..<3 {
            let values = (1...100)
                .map { number in
                    "\(["a", "b", "c", "d"][number % 4]),\(number % 10 == batch ? "" : String(number + batch))"
                }
            try bench.write("s.csv", Self.rows(values))
            #expect(try await bench.ingest(self.source(rule)).map(\.outcome) == [.loaded])
        }
    }

    @Test(arguments: [
        (
            "quantiles_within: {column: v, percent: 20}", (1...100).map { "a,\($0 > 80 ? $0 * 2 : $0)" },
            "quantile 0.9 is"
        ),
        (
            "quantiles_within: {column: v, percent: 20, quantiles: [0.5]}", (1...50).map { "a,\($0)" },
            "quantile 0.5 is 25.5"
        ),
        (
            "null_share: {column: v, within: 0.05}", (1...100).map { "a,\($0 % 5 == 0 ? "" : "\($0)")" },
            "20 % of the values"
        ),
        ("null_share: {column: v, max: 0.1}", (1...5).map { "a,\($0 == 1 ? "" : "\($0)")" }, "at most 10 % may be"),
        (
            "mix_within: {column: k, max: 0.2}", (1...100).map { "\($0 % 2 == 0 ? "a" : "b"),\($0)" },
            "50 % of the rows moved"
        ),
        ("mix_within: {column: k, max: 0.3}", (1...40).map { "\($0 < 20 ? "a" : "z"),\($0)" }, "rows moved to another"),
    ])
    func `a batch unlike the earlier ones is refused`(
        _ example: (rule: String, rows: [String], words: String)
    ) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try await self.load(bench, example.rule)
        try bench.write("s.csv", Self.rows(example.rows))
        let report = try #require(try await bench.ingest(self.source(example.rule)).first)
        #expect(report.outcome == .refused)
        #expect(report.figures.refusals.first?.contains(example.words) == true, "\(report.figures.refusals)")
        #expect(try await bench.rows("SELECT count(*) FROM s") == ["300"])
        // The same rows again, as they were before: good.
        try bench.write(
            "s.csv",
            Self.rows((1...100).map { "\(["d", "c", "b", "a"][$0 % 4]),\($0 % 10 == 7 ? "" : "\($0)")" })
        )
        #expect(try await bench.ingest(self.source(example.rule)).map(\.outcome) == [.loaded])
    }

    @Test func `without history, and with few rows, gates wait`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let rule = "quantiles_within: {column: v, percent: 1, history: 1}"
        try bench.write("s.csv", Self.rows((1...100).map { "a,\($0)" }))
        #expect(try await bench.ingest(self.source(rule)).map(\.outcome) == [.loaded])
        try bench.write("s.csv", Self.rows(["a,5000"]))
        #expect(try await bench.ingest(self.source(rule)).map(\.outcome) == [.loaded])
        // The latest batch alone is history, and it is too small.
        try bench.write("s.csv", Self.rows((1...100).map { "a,\($0 * 9)" }))
        #expect(try await bench.ingest(self.source(rule)).map(\.outcome) == [.loaded])
    }

    @Test func `keys are looked up in another source, and totals are held against it`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let districts = "name: districts\nlocation: {path: d.csv}\nformat: csv\ncolumns: {code: string, total: float64}"
        let sales = """
            name: sales
            location: {path: s.csv}
            format: csv
            columns: {district: string, price: float64}
            expectations:
              - references: {columns: [district], source: districts, to: [code]}
              - total:
                  name: declared
                  sql: SELECT sum(price) FROM batch
                  equals: SELECT sum(total) FROM districts WHERE code IN (SELECT district FROM batch)
                  percent: 1
            """
        try bench.write("s.csv", "district,price\n11110,10\n99999,5\n,1\n11140,19.95\n")
        let early = await #expect(throws: IngestError.self) { try await bench.ingest(sales) }
        #expect(early?.message.contains("martlet ingest districts") == true)
        try bench.write("d.csv", "code,total\n11110,11\n11140,20\n11170,500\n")
        try await bench.ingest(districts)
        let report = try #require(try await bench.ingest(sales).first)
        #expect(report.outcome == .loaded)
        #expect(report.figures.quarantined == [RuleCount(rule: "references districts", column: "district", count: 1)])
        #expect(try await bench.rows("SELECT value FROM quarantine") == ["99999"])
        try bench.write("s.csv", "district,price\n11110,11\n11140,30\n")
        let refused = try #require(try await bench.ingest(sales).first)
        #expect(
            refused.figures.refusals == [
                "total declared: 41 in the batch, 31 expected; at most 1 % apart is allowed"
            ]
        )
        // Programs are told the sentence alone.
        #expect(refused.figures.refusalReasons.map(\.code) == ["ingest.totalApart"])
        let told = try JSONValue(encoding: refused)["figures"]
        #expect(told?["refusals"] == .array(refused.figures.refusals.map(JSONValue.string)))
        #expect(told?["refusalRemarks"] == nil)
        let definitions = try [sales, districts].map { try bench.definition($0) }
        #expect(SourceDefinition.inLoadingOrder(definitions).map(\.name) == ["districts", "sales"])
    }

    @Test func `a change of the fields is shown as a diff, and stops until it is accepted`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let source = """
            name: s
            location: {path: s.jsonl}
            format: json_lines
            columns: {id: int64, v: string}
            schema_changes: stop
            """
        let review = DuckDBSchemaReview(session: bench.session)
        let definition = try bench.definition(source)
        try bench.write("s.jsonl", "{\"id\": 1, \"v\": \"a\", \"seldom\": null}\n{\"id\": 2}\n")
        #expect(try await bench.ingest(source).map(\.outcome) == [.loaded])
        // A field that no column reads may be absent, and one that was null may get a value.
        try bench.write("s.jsonl", "{\"id\": 3, \"v\": \"a\"}\n")
        #expect(try await bench.ingest(source).map(\.outcome) == [.loaded])
        try bench.write("s.jsonl", "{\"id\": 4, \"v\": 7, \"cancelled\": true}\n")
        let record = IngestRecord()
        for _ in 0..<2 {
            let refused = try #require(
                try await bench.ingest(source, in: IngestWorkbench.Surroundings(record: record)).first
            )
            #expect(refused.outcome == .refused)
            #expect(
                refused.figures.schemaChanges == ["+ cancelled: boolean", "~ v: text → number (read by column 'v')"]
            )
        }
        #expect(record.events.map(\.kind) == [.schemaChanged, .batchRefused, .batchRefused])
        #expect(try await review.differences(of: definition).map(\.field) == ["cancelled", "v"])
        let accepted = try await review.accept(definition, QuarantineAuthor("kim", at: IngestWorkbench.now))
        #expect(accepted.count == 2)
        #expect(try await bench.ingest(source).map(\.outcome) == [.loaded])
        #expect(try await review.differences(of: definition).isEmpty)
        #expect(try await bench.rows("SELECT action FROM martlet_ingest_outbox") == ["ingest.schemaAccepted"])
    }

    @Test func `a new column of a file loads with a warning`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let source = "name: s\nlocation: {path: s.csv}\nformat: csv\ncolumns: {k: string}"
        try bench.write("s.csv", "k,old\na,1\n")
        try await bench.ingest(source)
        try bench.write("s.csv", "k,new\nb,1\n")
        let report = try #require(try await bench.ingest(source).first)
        #expect(report.outcome == .loaded)
        #expect(report.figures.schemaChanges == ["+ new", "- old"])
    }
}
