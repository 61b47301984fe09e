import MartletCore
import MartletFeatures
import MartletStores
import MartletTesting
import Testing

@Suite(.enabled(if: RealData.isExpected("cdnow_orders/orders.csv"), "shared/data/cdnow_orders is not here"))
struct CDNOWFeatureTests {
    private static let window = TimeSpan.days(400)
    private static let wanted: [WindowedAggregate] = [
        WindowedAggregate(.count, of: nil, over: Self.window),
        WindowedAggregate(.sum, of: "quantity", over: Self.window),
        WindowedAggregate(.sum, of: "amount", over: Self.window),
    ]
    private static let source = FeatureSource.sql(
        """
        SELECT * FROM read_csv('\(RealData.path("cdnow_orders/orders.csv"))', header = true, types = {
            'customer_id': 'VARCHAR', 'order_date': 'DATE', 'quantity': 'BIGINT', 'amount': 'DOUBLE'})
        """
    )
    private static let service = everything(of: [
        FeatureView(
            name: "newest",
            entities: ["customer"],
            joinKeys: [JoinKey("customer_id", .string)],
            source: Self.source,
            eventTimestamp: "order_date",
            features: [Feature(name: "last_order", type: .date, origin: .column("order_date"))]
        ),
        FeatureView(
            name: "history",
            entities: ["customer"],
            joinKeys: [JoinKey("customer_id", .string)],
            source: Self.source,
            eventTimestamp: "order_date",
            features: Self.wanted.map { Feature(name: $0.featureName, type: $0.type, origin: .aggregate($0)) }
        ),
    ])

    @Test func `four customers have their known history before July 1997`() async throws {
        let warehouse = try FeatureWarehouse()
        let spine = """
            SELECT customer_id, TIMESTAMP '1997-06-30 23:59:59' AS moment
            FROM (VALUES ('00003'), ('00004'), ('00119'), ('07592'), ('99999')) AS t (customer_id)
            """
        let found = try await warehouse.join(Self.service, to: .sql(spine))
        let known: [(count: Int64, discs: Double, amount: Double, last: String)] = [
            (3, 6, 61.06, "1997-04-02"), (2, 4, 59.06, "1997-01-18"), (1, 3, 41.69, "1997-01-01"),
            (72, 469, 7_023.17, "1997-06-30"),
        ]
        for (row, customer) in known.enumerated() {
            #expect(found["history__events_count_400d"]?[row] == .int64(customer.count))
            #expect(found["history__quantity_sum_400d"]?[row] == .float64(customer.discs))
            let amount = try #require(found["history__amount_sum_400d"]?[row].number)
            #expect(abs(amount - customer.amount) < 0.005)
            #expect(found["newest__last_order"]?[row] == EventTime(iso8601: customer.last).map(Value.time))
        }
        #expect(found["history__events_count_400d"]?[4] == .int64(0))
        #expect(found["history__amount_sum_400d"]?[4] == .null)
        #expect(found["newest__last_order"]?[4] == .null)
    }

    @Test func `all customers together have the known orders and turnover`() async throws {
        let warehouse = try FeatureWarehouse()
        let spine = """
            SELECT lpad(CAST(n AS VARCHAR), 5, '0') AS customer_id, TIMESTAMP '1997-06-30' AS moment
            FROM range(1, 23571) AS t (n)
            """
        let found = try await warehouse.join(Self.service, to: .sql(spine))
        #expect(found.rowCount == 23_570)
        let counts = try #require(found["history__events_count_400d"]?.numbers)
        let amounts = try #require(found["history__amount_sum_400d"]?.numbers)
        #expect(counts.reduce(0, +) == 41_528)
        #expect(abs(amounts.reduce(0, +) - 1_430_959.13) < 0.005)
    }
}
