import Foundation
import MartletCore
import MartletEngines
import MartletIngest
import MartletTesting
import Testing

/// A query of a real PostgreSQL server as a source.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL is not installed; see scripts/setup-clients"))
struct PostgresSourceTests {
    private let server: PostgresServer
    private let table = PostgresServer.uniqueName("sales")

    init() throws { self.server = try PostgresServer.shared.get() }

    private func source(_ cursor: String = "cursor: changed_at") -> String {
        """
        name: sales
        location:
          postgres:
            url: "\(self.server.uri())"
            query: SELECT id, name, price, changed_at FROM \(self.table)
            \(cursor)
        format: json_lines
        columns: {id: int64, name: string, price: float64, changed_at: timestamp}
        expectations:
          - range: {column: price, min: 0}
        """
    }

    private func run(_ sql: String) throws {
        try PostgresConnection(self.server.address(), locator: .ofProcess()).execute(sql)
    }

    private func makeTable() throws {
        try self.run(
            """
            CREATE TABLE \(self.table) (id bigint, name text, price numeric, changed_at timestamptz);
            INSERT INTO \(self.table) VALUES
                (1, E'강남 "a"\\n', 10.5, '2023-05-01 09:00+09'), (2, NULL, -1, '2023-05-02 00:00:00.000001Z')
            """
        )
    }

    @Test func `each load takes the rows beyond the last one`() async throws {
        try self.makeTable()
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let first = try #require(try await bench.ingest(self.source()).first)
        #expect(first.figures.rowsRead == 2)
        #expect(first.figures.rowsQuarantined == 1)
        #expect(!first.origin.contains("@"))
        // A row that went to quarantine was read all the same.
        #expect(try await bench.ingest(self.source()).map(\.outcome) == [.nothingNew])
        try self.run("INSERT INTO \(self.table) VALUES (3, 'c', 3, '2023-05-02 00:00:00.000002Z')")
        let second = try #require(try await bench.ingest(self.source()).first)
        #expect(second.figures.rowsRead == 1)
        #expect(
            try await bench.rows("SELECT id, name, price, changed_at FROM sales ORDER BY id") == [
                "1|강남 \"a\"\n|10.5|2023-05-01T00:00:00Z", "3|c|3.0|2023-05-02T00:00:00.000002Z",
            ]
        )
        #expect(try await bench.rows("SELECT count(*) FROM martlet_watermarks") == ["1"])
    }

    @Test(arguments: [IngestStep.landed, .written])
    func `the watermark moves with the load, and not before`(step: IngestStep) async throws {
        try self.makeTable()
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let (path, source, word) = (bench.folder.path, self.source(), step.rawValue)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, source = source as String, word = word as String] in
            let bench = try IngestWorkbench(folder: URL(fileURLWithPath: path))
            try await bench.ingest(source) { step in
                if step.rawValue == word { kill(getpid(), SIGKILL) }
            }
        }
        try self.run("INSERT INTO \(self.table) VALUES (3, 'c', 3, '2023-05-03')")
        let report = try #require(try await bench.ingest(self.source()).first)
        #expect(report.figures.rowsRead == 3)
        #expect(try await bench.rows("SELECT id FROM sales ORDER BY id") == ["1", "3"])
        #expect(try await bench.ingest(self.source()).map(\.outcome) == [.nothingNew])
    }

    @Test func `without a cursor the whole query is the batch`() async throws {
        try self.makeTable()
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        #expect(try await bench.ingest(self.source("")).map(\.outcome) == [.loaded])
        #expect(try await bench.ingest(self.source("")).map(\.outcome) == [.alreadyLoaded])
    }

    @Test func `rows that no cursor would find are an error, and so is a query that cannot run`() async throws {
        try self.makeTable()
        try self.run("INSERT INTO \(self.table) VALUES (9, 'z', 1, NULL)")
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let record = IngestRecord()
        let missing = await #expect(throws: IngestError.self) {
            try await bench.ingest(self.source(), in: IngestWorkbench.Surroundings(record: record))
        }
        #expect(missing?.message.contains("1 rows of the query") == true)
        #expect(record.pauses.isEmpty)
        let wrong = await #expect(throws: PostgresError.self) {
            try await bench.ingest(self.source().replacing("FROM \(self.table)", with: "FROM nowhere"))
        }
        #expect(wrong?.message.contains("nowhere") == true)
    }
}
