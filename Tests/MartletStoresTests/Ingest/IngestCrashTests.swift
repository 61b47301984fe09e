import Foundation
import MartletIngest
import Testing

/// Runs that are killed at a step, and the run after each.
struct IngestCrashTests {
    private static let source = """
        name: sales
        location: {path: sales.csv}
        format: {csv: {thousands: ","}}
        columns: {id: int64, price: float64}
        expectations:
          - range: {column: price, min: 0}
          - unique: {columns: [id]}
        cleaning:
          - drop_duplicates: {}
          - derive: {column: doubled, type: float64, sql: price * 2}
        """

    private static let tables = [
        "SELECT id, price, doubled, _batch, _row, _loaded_at FROM sales ORDER BY _row",
        "SELECT * FROM quarantine ORDER BY \"row\", rule", "SELECT * FROM martlet_loads ORDER BY source, batch",
    ]

    private static var csv: String {
        let rows = (0..<5_000).map { "\($0),\($0 % 97 == 0 ? "-1" : $0 % 89 == 0 ? "x" : "\($0).5")" }
        return "id,price\n" + rows.joined(separator: "\n") + "\n1,1.5\n7,8\n"
    }

    private static func rows(of bench: IngestWorkbench) async throws -> [[String]] {
        var rows: [[String]] = []
        for sql in self.tables { rows.append(try await bench.rows(sql)) }
        return rows
    }

    @Test(arguments: IngestStep.allCases)
    func `a run killed at any step is finished by the next one`(step: IngestStep) async throws {
        let undisturbed = try IngestWorkbench()
        defer { undisturbed.remove() }
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        for folder in [undisturbed, bench] { try folder.write("sales.csv", Self.csv) }
        let whole = try #require(try await undisturbed.ingest(Self.source).first)
        #expect(whole.figures.rowsQuarantined > 100)

        let (path, source, word) = (bench.folder.path, Self.source, step.rawValue)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, source = source as String, word = word as String] in
            let bench = try IngestWorkbench(folder: URL(fileURLWithPath: path))
            try await bench.ingest(source) { step in
                if step.rawValue == word { kill(getpid(), SIGKILL) }
            }
        }

        let report = try #require(try await bench.ingest(Self.source).first)
        #expect(report.outcome == (step == .committed ? .alreadyLoaded : .loaded))
        #expect(report.batch == whole.batch)
        #expect(try await Self.rows(of: bench) == Self.rows(of: undisturbed))
        let raw = bench.folder.appendingPathComponent("raw/sales")
        #expect(try FileManager.default.contentsOfDirectory(atPath: raw.path) == ["2023-11-14"])
        let beside = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(!beside.contains { $0.contains("staging") })
    }

    @Test(arguments: [IngestStep.cleaned, .written])
    func `a reload that is killed keeps the old rows`(step: IngestStep) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        try bench.write("sales.csv", Self.csv)
        try await bench.ingest(Self.source)
        let before = try await Self.rows(of: bench)
        let changed = Self.source.replacing("price * 2", with: "price * 3")

        let (path, word) = (bench.folder.path, step.rawValue)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, changed = changed as String, word = word as String] in
            let bench = try IngestWorkbench(folder: URL(fileURLWithPath: path))
            try await bench.ingest(changed, isReload: true) { step in
                if step.rawValue == word { kill(getpid(), SIGKILL) }
            }
        }

        #expect(try await Self.rows(of: bench) == before)
        #expect(try await bench.ingest(changed, isReload: true).first?.outcome == .reloaded)
        #expect(try await bench.rows("SELECT count(*) FROM sales WHERE doubled <> price * 3") == ["0"])
    }

    @Test(arguments: [IngestStep.cleaned, .written, .committed])
    func `a replacement that is killed keeps all of the old rows or has all of the new ones`(
        step: IngestStep
    ) async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let replacing = Self.source + "\nupdates: replace\n"
        try bench.write("sales.csv", Self.csv)
        try await bench.ingest(replacing)
        let before = try await Self.rows(of: bench)
        try bench.write("sales.csv", Self.csv.replacing("id,price\n", with: "id,price\n90001,3\n"))

        let (path, source, word) = (bench.folder.path, replacing, step.rawValue)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, source = source as String, word = word as String] in
            let bench = try IngestWorkbench(folder: URL(fileURLWithPath: path))
            try await bench.ingest(source) { step in
                if step.rawValue == word { kill(getpid(), SIGKILL) }
            }
        }

        if step != .committed { #expect(try await Self.rows(of: bench) == before) }
        let outcome = try await bench.ingest(replacing).map(\.outcome)
        #expect(outcome == [step == .committed ? .alreadyLoaded : .loaded])
        #expect(try await bench.rows("SELECT count(*) FROM sales WHERE id = 90001") == ["1"])
        #expect(try await bench.rows("SELECT count(DISTINCT _batch) FROM sales") == ["1"])
        #expect(try await bench.rows("SELECT count(*) FROM martlet_loads") == ["1"])
    }
}
