import MartletCore
import MartletFeatures
import Testing

struct FeatureStatusTests {
    private static let now = EventTime(microseconds: 1_000_000)
    private static let ttl = TimeSpan(microseconds: 1_000)

    private static func status(age: Int64?, isMissing: Bool = false, ttl: TimeSpan? = Self.ttl) -> FeatureStatus {
        let event = age.map { EventTime(microseconds: Self.now.microseconds - $0) }
        return FeatureStatus.of(eventTime: event, isMissing: isMissing, now: Self.now, ttl: ttl)
    }

    @Test func `the last moment of the time to live is still valid`() {
        #expect(Self.status(age: 0) == .present)
        #expect(Self.status(age: 1_000) == .present)
        #expect(Self.status(age: 1_001) == .outsideMaxAge)
        #expect(Self.status(age: 1_001, ttl: nil) == .present)
    }

    @Test func `age counts before a missing value, and a row of the future is none`() {
        #expect(Self.status(age: 1_001, isMissing: true) == .outsideMaxAge)
        #expect(Self.status(age: 1, isMissing: true) == .nullValue)
        #expect(Self.status(age: -1) == .notFound)
        #expect(Self.status(age: nil) == .notFound)
    }

    @Test func `a count of an unknown entity is 0, as in training`() {
        let wanted = [
            WindowedAggregate(.count, of: nil, over: .days(1)), WindowedAggregate(.sum, of: "a", over: .days(1)),
        ]
        let view = FeatureView(
            name: "recent",
            entities: [],
            joinKeys: [JoinKey("id", .string)],
            source: .table("t"),
            eventTimestamp: "event",
            ttl: Self.ttl,
            features: wanted.map { Feature(name: $0.featureName, type: $0.type, origin: .aggregate($0)) }
        )
        let unknown = [0, 1].map { FeatureReading(nil, of: view, at: $0, now: Self.now) }
        #expect(unknown.map(\.status) == [.notFound, .notFound])
        #expect(unknown.map(\.value) == [.int64(0), .null])
        let old = OnlineRow(
            eventTime: EventTime(microseconds: 0),
            createdTime: EventTime(microseconds: 0),
            values: [.int64(3), .float64(.nan)]
        )
        let expired = [0, 1].map { FeatureReading(old, of: view, at: $0, now: Self.now) }
        #expect(expired.map(\.status) == [.outsideMaxAge, .outsideMaxAge])
        #expect(expired.map(\.value) == [.null, .null])
        let then = EventTime(microseconds: 1)
        let fresh = [0, 1].map { FeatureReading(old, of: view, at: $0, now: then) }
        #expect(fresh.map(\.status) == [.present, .nullValue])
        #expect(fresh.map(\.value) == [.int64(3), .null])
    }
}
