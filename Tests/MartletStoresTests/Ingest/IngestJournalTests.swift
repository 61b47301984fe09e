import Foundation
import MartletCore
import MartletIngest
import MartletStores
import Testing

/// What became of ingested data, as pages and routes read it.
struct IngestJournalTests {
    private static let source = """
        name: sales
        location: {path: sales.csv}
        format: csv
        columns: {id: int64, price: float64}
        expectations:
          - range: {column: price, min: 0}
          - row_count: {min: 2}
        """

    @Test func `sources, loads and held rows are counted as they are`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let journal = DuckDBIngestJournal(session: bench.session)
        #expect(try await journal.standings().isEmpty)
        #expect(try await journal.heldCounts().isEmpty)
        try bench.write("sales.csv", "id,price\n1,10\n2,-5\n3,x\n4,-6\n5,20\n")
        _ = try await bench.ingest(Self.source)
        let standing = try #require(try await journal.standings().first)
        #expect(standing.source == "sales" && standing.batches == 1 && standing.rows == 2 && standing.held == 3)
        #expect(standing.via == nil && standing.refusal == nil && standing.lastLoadedAt != nil)
        let counts = try await journal.heldCounts()
        #expect(counts.map(\.rows) == [2, 1] && counts.map(\.column) == ["price", "price"])
        let load = try #require(try await journal.loads(of: "sales", limit: 5).first)
        #expect(load.read == 5 && load.loaded == 2 && load.quarantined == 3 && load.origin.hasSuffix("sales.csv"))
        let range = QuarantineSelection(source: "sales", rule: counts[0].rule)
        let rows = try await journal.heldRows(range, offset: 0, limit: 10)
        #expect(rows.map(\.row) == [2, 4] && rows.first?.raw?.contains("-5") == true)
        #expect(try await journal.heldRows(range, offset: 1, limit: 10).map(\.row) == [4])
        #expect(try await journal.heldRows(.init(source: "sales", rows: [3]), offset: 0, limit: 9).map(\.row) == [3])
        #expect(try await journal.heldRows(.init(source: "other"), offset: 0, limit: 9).isEmpty)
    }

    @Test func `a refused batch is told with its reasons until one is loaded`() async throws {
        let bench = try IngestWorkbench()
        defer { bench.remove() }
        let journal = DuckDBIngestJournal(session: bench.session)
        try bench.write("sales.csv", "id,price\n1,10\n")
        _ = try? await bench.ingest(Self.source)
        let refused = try #require(try await journal.standings().first)
        let refusal = try #require(refused.refusal)
        #expect(!refusal.isOvercome && refused.batches == 0)
        #expect(refusal.reasons.map(\.code) == ["ingest.tooFew"])
        // A report in a form that nobody knows any more leaves its sentences.
        _ = try await bench.rows("UPDATE martlet_refusals SET report = '{}'")
        let earlier = try #require(try await journal.standings().first?.refusal)
        #expect(earlier.reasons == refusal.reasons.map { Remark(said: $0.text) })
    }
}
