import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletStores
import MartletTracking
import Testing

/// Rows that broke a rule, and their way back into the table.
struct QuarantineTests {
    private static let source = """
        name: sales
        location: {path: sales.csv}
        format: {csv: {thousands: ","}}
        columns:
          id: int64
          sold_on: {type: date, from: 계약일}
          price: {type: float64, from: 가격}
        expectations:
          - range: {column: price, min: 0}
          - unique: {columns: [id], within: batch}
        cleaning:
          - where: {sql: price < 1000000, reason: not believable}
          - derive: {column: doubled, type: float64, sql: price * 2}
        """

    private static let csv = """
        id,계약일,가격,extra
        1,2023-05-01,10,a
        2,2023-05-02,오만,b
        3,2023-05-03,-5,"c, d"
        1,2023-05-04,20,e
        5,2023-05-05
        6,2023-05-06,-7,f
        """

    private static let author = QuarantineAuthor("kim", at: IngestWorkbench.now + .days(2), reason: "called them")

    private func bench() async throws -> (IngestWorkbench, DuckDBQuarantine, SourceDefinition) {
        let bench = try IngestWorkbench()
        try bench.write("sales.csv", Self.csv)
        let report = try #require(try await bench.ingest(Self.source).first)
        #expect(report.figures.rowsQuarantined == 5)
        return (bench, DuckDBQuarantine(session: bench.session), try bench.definition(Self.source))
    }

    private func set(_ column: String, from: String? = nil, to: String? = nil, sql: String? = nil) -> RepairRule {
        RepairRule(rule: nil, column: column, from: from, to: to, sql: sql)
    }

    @Test func `a repaired row enters the table with its own time and the present as the time we learnt of it`()
        async throws
    {
        let (bench, quarantine, definition) = try await self.bench()
        defer { bench.remove() }
        let all = QuarantineSelection(source: "sales")
        let rules = [self.set("price", from: "오만", to: "50,000"), self.set("price", sql: "ltrim(value, '-')")]
        let tried = try await quarantine.repair(all, of: definition, by: rules, Self.author, isTrial: true)
        #expect(try await bench.rows("SELECT count(*) FROM martlet_repairs") == ["0"])
        let changed = try await quarantine.repair(all, of: definition, by: rules, Self.author, isTrial: false)
        #expect(changed == tried)
        #expect(changed.map(\.row) == [2, 3, 6])
        #expect(changed.first?.after == "{\"id\":\"2\",\"계약일\":\"2023-05-02\",\"extra\":\"b\",\"가격\":\"50,000\"}")

        let trial = try await quarantine.readmit(all, of: definition, Self.author, isTrial: true) { _ in }
        #expect(try await bench.rows("SELECT count(*) FROM sales") == ["1"])
        let outcome = try await quarantine.readmit(all, of: definition, Self.author, isTrial: false) { _ in }
        #expect(outcome == trial)
        #expect(outcome.map(\.readmitted) == [3])
        // The second row with id 1 breaks its rule again, and the line that is no record waits.
        #expect(outcome.map(\.stayed) == [2])
        #expect(outcome.first?.broken == [RuleCount(rule: "unique", column: "id", count: 1)])
        #expect(
            try await bench.rows("SELECT id, sold_on, price, doubled, _row, _loaded_at FROM sales ORDER BY id") == [
                "1|2023-05-01T00:00:00Z|10.0|20.0|1|\(IngestWorkbench.now)",
                "2|2023-05-02T00:00:00Z|50000.0|100000.0|2|\(Self.author.at)",
                "3|2023-05-03T00:00:00Z|5.0|10.0|3|\(Self.author.at)",
                "6|2023-05-06T00:00:00Z|7.0|14.0|6|\(Self.author.at)",
            ]
        )
        #expect(try await bench.rows("SELECT DISTINCT \"row\" FROM quarantine ORDER BY 1") == ["4", "5"])
        #expect(try await bench.rows("SELECT rows_loaded, rows_quarantined FROM martlet_loads") == ["4|2"])
        let again = try await quarantine.readmit(all, of: definition, Self.author, isTrial: false) { _ in }
        #expect(again.map(\.readmitted) == [0])
        #expect(try await bench.rows("SELECT count(*) FROM sales") == ["4"])
    }

    @Test func `a reload of the batch keeps what was repaired and what was discarded`() async throws {
        let (bench, quarantine, definition) = try await self.bench()
        defer { bench.remove() }
        let row = QuarantineSelection(source: "sales", rows: [2])
        _ = try await quarantine.repair(
            row,
            of: definition,
            by: [self.set("price", to: "5000000")],
            Self.author,
            isTrial: false
        )
        let left = try await quarantine.readmit(row, of: definition, Self.author, isTrial: false) { _ in }
        #expect(left.map(\.leftOut) == [1])
        let range = QuarantineSelection(source: "sales", rule: "range", rows: [3])
        _ = try await quarantine.repair(
            range,
            of: definition,
            by: [self.set("price", to: "5")],
            Self.author,
            isTrial: false
        )
        _ = try await quarantine.readmit(range, of: definition, Self.author, isTrial: false) { _ in }
        #expect(try await quarantine.discard(QuarantineSelection(source: "sales", rule: "malformed"), Self.author) == 1)

        let changed = Self.source.replacing("price * 2", with: "price * 3")
        #expect(try await bench.ingest(changed, isReload: true).map(\.outcome) == [.reloaded])
        #expect(try await bench.rows("SELECT id, doubled FROM sales ORDER BY id") == ["1|30.0", "3|15.0"])
        #expect(try await bench.rows("SELECT DISTINCT \"row\" FROM quarantine ORDER BY 1") == ["4", "6"])
    }

    @Test(arguments: ["held.csv", "held.jsonl"])
    func `rows are edited by hand in a file`(name: String) async throws {
        let (bench, quarantine, definition) = try await self.bench()
        defer { bench.remove() }
        let path = bench.folder.appendingPathComponent(name).path
        #expect(try await quarantine.export(QuarantineSelection(source: "sales"), to: path) == 5)
        let untouched = try await quarantine.importRecords(from: path, of: definition, Self.author, isTrial: false)
        #expect(untouched.isEmpty)
        var text = try String(contentsOfFile: path, encoding: .utf8)
        text = text.replacing("오만", with: "50000").replacing("-7", with: "7")
        if name.hasSuffix("csv") {
            text = text.replacing(",malformed,,\"5,2023-05-05\",,,", with: ",malformed,5,,2023-05-05,9,")
        } else {
            text = text.replacing(
                "{\"line\":\"5,2023-05-05\"}",
                with: "{\"id\": 5, \"계약일\": \"2023-05-05\", \"가격\": 9}"
            )
        }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let changed = try await quarantine.importRecords(from: path, of: definition, Self.author, isTrial: false)
        #expect(changed.map(\.row) == [2, 5, 6], "\(text)")
        let outcome = try await quarantine.readmit(
            QuarantineSelection(source: "sales"),
            of: definition,
            Self.author,
            isTrial: false
        ) { _ in }
        #expect(outcome.map(\.readmitted) == [3])
        #expect(
            try await bench.rows("SELECT id, price FROM sales ORDER BY id") == [
                "1|10.0", "2|50000.0", "5|9.0", "6|7.0",
            ]
        )
        let stale = await #expect(throws: IngestError.self) {
            try await quarantine.importRecords(from: path, of: definition, Self.author, isTrial: false)
        }
        #expect(stale?.message.contains("3 rows of") == true)
    }

    @Test(arguments: [IngestStep.cleaned, .written, .committed])
    func `a readmission that is killed is whole or not there`(step: IngestStep) async throws {
        let (bench, quarantine, definition) = try await self.bench()
        defer { bench.remove() }
        let all = QuarantineSelection(source: "sales")
        _ = try await quarantine.repair(
            all,
            of: definition,
            by: [self.set("price", sql: "ltrim(value, '-')")],
            Self.author,
            isTrial: false
        )
        let (path, source, word) = (bench.folder.path, Self.source, step.rawValue)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, source = source as String, word = word as String] in
            let bench = try IngestWorkbench(folder: URL(fileURLWithPath: path))
            let author = QuarantineAuthor("kim", at: IngestWorkbench.now + .days(2), reason: "called them")
            _ = try await DuckDBQuarantine(session: bench.session)
                .readmit(
                    QuarantineSelection(source: "sales"),
                    of: try bench.definition(source),
                    author,
                    isTrial: false
                ) { step in
                    if step.rawValue == word { kill(getpid(), SIGKILL) }
                }
        }
        let isDone = step == .committed
        #expect(try await bench.rows("SELECT count(*) FROM sales") == [isDone ? "3" : "1"])
        #expect(try await bench.rows("SELECT count(*) FROM martlet_ingest_outbox") == [isDone ? "2" : "1"])
        _ = try await quarantine.readmit(all, of: definition, Self.author, isTrial: false) { _ in }
        #expect(try await bench.rows("SELECT id FROM sales ORDER BY id") == ["1", "3", "6"])
        #expect(try await bench.rows("SELECT DISTINCT \"row\" FROM quarantine ORDER BY 1") == ["2", "4", "5"])
    }

    @Test func `every decision comes to the ledger once`() async throws {
        let (bench, quarantine, definition) = try await self.bench()
        defer { bench.remove() }
        let all = QuarantineSelection(source: "sales")
        _ = try await quarantine.repair(
            all,
            of: definition,
            by: [self.set("price", to: "1")],
            Self.author,
            isTrial: false
        )
        _ = try await quarantine.readmit(all, of: definition, Self.author, isTrial: false) { _ in }
        _ = try await quarantine.discard(all, Self.author)
        let database = try MetadataPlace.file(path: bench.folder.path + "/metadata.sqlite").open()
        let outbox = LedgerOutbox(session: bench.session, database: database)
        _ = try await bench.rows("CREATE TABLE kept AS FROM martlet_ingest_outbox")
        #expect(try await outbox.carry() == 3)
        // A process that was killed before it could forget carries them again.
        _ = try await bench.rows("INSERT INTO martlet_ingest_outbox FROM kept")
        #expect(try await outbox.carry() == 3)
        let entries = try await SQLLedger(database).newestEntries(of: "source:sales", limit: 10)
        #expect(Set(entries.map(\.action)) == ["quarantine.repaired", "quarantine.readmitted", "quarantine.discarded"])
        #expect(entries.count == 3)
        #expect(entries.allSatisfy { $0.actor == "kim" && $0.payload.contains("called them") })
        #expect(try await SQLLedger(database).verify(anchor: nil).isIntact)
    }

    @Test func `a repair of a column that is not there, or that is no SQL, changes nothing`() async throws {
        let (bench, quarantine, definition) = try await self.bench()
        defer { bench.remove() }
        for (rule, words) in [
            (self.set("prise", to: "1"), "Did you mean 'price'?"),
            (self.set("price", sql: "nonsense("), "could not be"),
        ] {
            let error = await #expect(throws: IngestError.self) {
                try await quarantine.repair(
                    QuarantineSelection(source: "sales"),
                    of: definition,
                    by: [self.set("price", to: "1"), rule],
                    Self.author,
                    isTrial: false
                )
            }
            #expect(error?.message.contains(words) == true)
        }
        #expect(try await bench.rows("SELECT count(*) FROM quarantine") == ["5"])
    }
}
