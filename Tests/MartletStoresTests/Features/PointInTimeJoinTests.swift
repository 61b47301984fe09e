import Foundation
import MartletCore
import MartletFeatures
import MartletStores
import MartletTesting
import Testing

struct PointInTimeJoinTests {
    @Test(arguments: Array(UInt64(1)...24), PointInTimeSQL.Strategy.allCases)
    func `the newest visible row is the one the plain reference finds`(
        seed: UInt64,
        strategy: PointInTimeSQL.Strategy
    ) async throws {
        try await self.check(RandomJoin(seed: seed, isAggregated: false), by: strategy)
    }

    @Test(arguments: Array(UInt64(1)...12))
    func `windowed aggregates are those of the plain reference`(seed: UInt64) async throws {
        try await self.check(RandomJoin(seed: seed, isAggregated: true), by: .pairs)
    }

    @Test(arguments: Array(UInt64(1)...24), [false, true])
    func `rows that became known too late are counted as the plain reference counts them`(
        seed: UInt64,
        isAggregated: Bool
    ) async throws {
        let join = RandomJoin(seed: seed, isAggregated: isAggregated)
        let warehouse = try FeatureWarehouse()
        try await warehouse.fill(join)
        let request = HistoricalRequest(
            spine: .sql("SELECT * FROM spine"),
            timestampColumn: "moment",
            service: everything(of: [join.view]),
            output: warehouse.path("joined.parquet"),
            countsLateRows: true
        )
        let result = try await DuckDBOfflineStore(session: warehouse.session).historicalFeatures(request)
        let reference = PointInTimeReference(join.view, rows: join.rows)
        struct Moment: Hashable { let keys: [Value], time: EventTime }
        let moments = Set(
            join.spine.compactMap { row in
                row.keys.contains(.null) ? nil : row.time.map { Moment(keys: row.keys, time: $0) }
            }
        )
        let lateCount = moments.count { reference.hasLateRow(for: $0.keys, at: $0.time) }
        let share = result.lateShares["state"] ?? 0
        #expect(abs(share * Double(moments.count) - Double(lateCount)) < 1e-9)
    }

    private func check(_ join: RandomJoin, by strategy: PointInTimeSQL.Strategy) async throws {
        let warehouse = try FeatureWarehouse()
        try await warehouse.fill(join)
        let spine = join.spineBatch
        let service = everything(of: [join.view])
        let found = try await warehouse.join(service, to: .sql("SELECT * FROM spine ORDER BY number;"), by: strategy)
        #expect(found.schema.names == spine.schema.names + service.features.map(\.columnName))
        try #require(found.rowCount == spine.rowCount)
        let reference = PointInTimeReference(join.view, rows: join.rows)
        for (index, row) in join.spine.enumerated() {
            let expected = spine.row(index) + reference.features(for: row.keys, at: row.time).reversed()
            #expect(found.row(index) == expected, "spine row \(index)")
        }
    }

    @Test func `a spine keeps its order, its duplicates and rows of unknown entities`() async throws {
        let warehouse = try FeatureWarehouse()
        try await warehouse.execute(
            """
            CREATE TABLE events AS SELECT '00003' AS id, TIMESTAMP '2024-01-01' AS event, 1.5 AS a
            """
        )
        let spine = warehouse.path("spine.csv")
        try "id,moment\n00009,2024-02-01\n00003,2024-01-01\n00003,2023-12-31\n00003,2024-01-01\n"
            .write(toFile: spine, atomically: true, encoding: .utf8)
        let view = FeatureView(
            name: "state",
            entities: ["thing"],
            joinKeys: [JoinKey("id", .string)],
            source: .table("events"),
            eventTimestamp: "event",
            features: [Feature(name: "a", type: .float64, origin: .column("a"))]
        )
        let found = try await warehouse.join(everything(of: [view]), to: .file(spine))
        #expect((0..<4).map { found.columns[0][$0].text } == ["00009", "00003", "00003", "00003"])
        #expect((0..<4).map { found.columns[2][$0] } == [.null, .float64(1.5), .null, .float64(1.5)])
    }

    @Test func `the result says what it was made from`() async throws {
        let warehouse = try FeatureWarehouse()
        try await warehouse.execute(
            """
            CREATE TABLE events AS SELECT 1 AS id, TIMESTAMP '2024-01-01' AS event, 1.5 AS a;
            CREATE TABLE asked AS SELECT 1 AS id, TIMESTAMP '2024-01-02' AS moment UNION ALL SELECT 2, TIMESTAMP '2024-01-02';
            """
        )
        let view = FeatureView(
            name: "state",
            entities: ["thing"],
            joinKeys: [JoinKey("id", .int64)],
            source: .sql("SELECT * FROM events;"),
            eventTimestamp: "event",
            features: [Feature(name: "a", type: .float64, origin: .column("a"))]
        )
        let request = HistoricalRequest(
            spine: .sql("SELECT * FROM asked"),
            timestampColumn: "moment",
            service: everything(of: [view]),
            output: warehouse.path("deep/joined.parquet")
        )
        let store = DuckDBOfflineStore(session: warehouse.session)
        let first = try await store.historicalFeatures(request)
        #expect(first.rowCount == 2)
        #expect(first.sourceTables == ["asked", "events"])
        #expect(first.presentCounts == ["state__a": 1])
        #expect(first.schema.names == ["id", "moment", "state__a"])
        let second = try await store.historicalFeatures(request)
        #expect(second.contentHash == first.contentHash)
        #expect(try FileManager.default.contentsOfDirectory(atPath: warehouse.path("deep")) == ["joined.parquet"])
    }
}
