import MartletCore
import MartletFeatures
import MartletTesting

/// A view over random rows and a random spine, few entities and hours, so that ties, gaps and late rows abound.
struct RandomJoin: Sendable {
    let view: FeatureView
    let rows: [PointInTimeReference.SourceRow]
    let spine: [(keys: [Value], time: EventTime?)]

    private static let columns: [(name: String, type: DataType)] = [("a", .float64), ("b", .string), ("c", .int64)]

    init(seed: UInt64, isAggregated: Bool) {
        var random = SplitMix64(seed: seed)
        let keys = [
            [JoinKey("id", .int64)], [JoinKey("id", .string)], [JoinKey("id", .string), JoinKey("part", .int64)],
        ][Int(seed % 3)]
        let ttl = [nil, TimeSpan(microseconds: 5 * 3_600_000_000)][Int(seed / 3 % 2)]
        let hasCreated = seed / 6 % 2 == 0
        self.view = FeatureView(
            name: "state",
            entities: ["thing"],
            joinKeys: keys,
            source: .table("events"),
            eventTimestamp: "event",
            createdTimestamp: hasCreated ? "created" : nil,
            ttl: isAggregated ? nil : ttl,
            features: isAggregated ? Self.aggregates : Self.newest
        )
        self.rows = (0..<150).map { _ in Self.row(keys, &random) }
        let asked = (0..<80).map { _ in (keys: Self.keys(keys, &random), time: Self.moment(&random)) }
        self.spine = asked + asked.prefix(5)
    }

    var sourceSchema: Schema {
        Schema(
            self.view.joinKeys.map { Field($0.name, $0.type) }
                + [Field("event", .timestamp), Field("created", .timestamp)]
                + Self.columns.map { Field($0.name, $0.type) }
        )
    }

    var sourceBatch: ColumnBatch {
        ColumnBatch(
            schema: self.sourceSchema,
            rows: self.rows.map { row in
                row.keys + [row.event, row.created].map { $0.map(Value.time) ?? .null }
                    + Self.columns.map { row.values[$0.name] ?? .null }
            }
        )
    }

    var spineBatch: ColumnBatch {
        let keys = self.view.joinKeys.map { Field($0.name, $0.type) }
        return ColumnBatch(
            schema: Schema([Field("number", .int64)] + keys + [Field("moment", .timestamp)]),
            rows: self.spine.enumerated()
                .map { index, row in [.int64(Int64(index))] + row.keys + [row.time.map(Value.time) ?? .null] }
        )
    }

    /// The columns of a table for `batch`.
    static func ddl(_ table: String, _ schema: Schema) -> String {
        let types: [DataType: String] = [
            .int64: "BIGINT", .string: "VARCHAR", .float64: "DOUBLE", .timestamp: "TIMESTAMP",
        ]
        let columns = schema.fields.map { "\($0.name) \(types[$0.type] ?? "")" }.joined(separator: ", ")
        return "CREATE TABLE \(table) (\(columns))"
    }

    private static let newest = Self.columns.map { Feature(name: $0.name, type: $0.type, origin: .column($0.name)) }

    private static var aggregates: [Feature] {
        [3, 12]
            .flatMap { hours -> [Feature] in
                let window = TimeSpan(microseconds: Int64(hours) * 3_600_000_000)
                let ofColumn = AggregateFunction.allCases.map { WindowedAggregate($0, of: "a", over: window) }
                return (ofColumn + [WindowedAggregate(.count, of: nil, over: window)])
                    .map { Feature(name: $0.featureName, type: $0.type, origin: .aggregate($0)) }
            }
    }

    private static func keys(_ keys: [JoinKey], _ random: inout SplitMix64) -> [Value] {
        keys.map { key in
            let number = Int64.random(in: 0..<4, using: &random)
            if Int.random(in: 0..<25, using: &random) == 0 { return .null }
            return key.type == .string ? .string("k\(number)") : .int64(number)
        }
    }

    private static func moment(_ random: inout SplitMix64) -> EventTime? {
        Int.random(in: 0..<25, using: &random) == 0 ? nil : hour(Int.random(in: -2..<32, using: &random))
    }

    private static func row(_ keys: [JoinKey], _ random: inout SplitMix64) -> PointInTimeReference.SourceRow {
        let event = Self.moment(&random)
        let delay = TimeSpan(microseconds: Int64.random(in: -3..<9, using: &random) * 3_600_000_000)
        let isKnown = Int.random(in: 0..<25, using: &random) > 0
        func value(_ make: (Int64) -> Value) -> Value {
            let number = Int64.random(in: 0..<3, using: &random)
            return Int.random(in: 0..<5, using: &random) == 0 ? .null : make(number)
        }
        return PointInTimeReference.SourceRow(
            keys: Self.keys(keys, &random),
            event: event,
            created: isKnown ? event.map { $0 + delay } : nil,
            values: [
                "a": value { .float64(Double($0)) }, "b": value { .string("w\($0)") }, "c": value { .int64($0) },
            ]
        )
    }
}
