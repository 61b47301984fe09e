import MartletCore
import MartletFeatures
import MartletStores
import MartletTesting
import Testing

struct EntityKeyAgreementTests {
    private static let words = [
        "plain", "it's", "\"quoted\"", "\\", "\\\\", "|", "\\|", "|\\", "a|b", "a\\", "b", "", " ", "한국", "é",
        "e\u{301}", "?",
    ]

    /// Writes each row of `rows` under its key from SQL, and finds it under the key made in Swift.
    private func check(_ types: [DataType], _ rows: [[Value]]) async throws {
        let warehouse = try FeatureWarehouse()
        let names: [DataType: String] = [.string: "VARCHAR", .int64: "BIGINT", .boolean: "BOOLEAN", .date: "DATE"]
        let keys = types.enumerated().map { JoinKey("key\($0)", $1) }
        let columns = keys.map { "\($0.name) \(names[$0.type] ?? "")" } + ["event TIMESTAMP", "a BIGINT"]
        try await warehouse.execute("CREATE TABLE events (\(columns.joined(separator: ", ")))")
        let fields = keys.map { Field($0.name, $0.type) } + [Field("event", .timestamp), Field("a", .int64)]
        let batch = ColumnBatch(
            schema: Schema(fields),
            rows: rows.enumerated().map { $1 + [.time(hour(1)), .int64(Int64($0))] }
        )
        try await warehouse.append(batch, to: "events")
        let view = FeatureView(
            name: "state",
            entities: ["thing"],
            joinKeys: keys,
            source: .table("events"),
            eventTimestamp: "event",
            features: [Feature(name: "a", type: .int64, origin: .column("a"))]
        )
        let online = MemoryOnlineStore()
        let service = MaterializationService(
            offline: DuckDBOfflineStore(session: warehouse.session),
            online: online
        )
        let report = try await service.materialize(view, asOf: hour(2))
        #expect(report.rowsChanged == rows.count)
        for (index, row) in rows.enumerated() {
            let key = try #require(EntityKey(row, for: keys))
            let found = try await online.read(view.onlineIdentity, keys: [key])
            #expect(found[0]?.values == [.int64(Int64(index))], "\(row)")
        }
    }

    @Test func `one text key is itself in SQL and Swift`() async throws {
        try await self.check([.string], Self.words.map { [.string($0)] })
    }

    @Test func `pairs of texts are written the same in SQL and Swift`() async throws {
        let pairs = Self.words.flatMap { first in Self.words.map { [Value.string(first), .string($0)] } }
        try await self.check([.string, .string], pairs)
    }

    @Test func `numbers, flags and days are written the same in SQL and Swift`() async throws {
        let days = ["1969-12-31", "2024-02-29"].compactMap { EventTime(iso8601: $0).map(Value.time) }
        let rows = [Int64.min, -1, 0, .max]
            .flatMap { number in
                [true, false].flatMap { flag in days.map { [Value.int64(number), .boolean(flag), $0] } }
            }
        try await self.check([.int64, .boolean, .date], rows)
        try await self.check([.date], days.map { [$0] })
    }
}
