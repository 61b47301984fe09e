import MartletCore
import MartletFeatures
import MartletStores
import Testing

struct FeatureRegistryTests {
    private static let moment = EventTime(microseconds: 1_700_000_000_000_000)

    private func catalog(ttl: TimeSpan?, entities: [String] = ["thing"]) -> FeatureCatalog {
        let view = FeatureView(
            name: "state",
            entities: ["thing"],
            joinKeys: [JoinKey("id", .int64)],
            source: .table("events"),
            eventTimestamp: "event",
            ttl: ttl,
            features: [Feature(name: "a", type: .float64, origin: .column("a"))]
        )
        return FeatureCatalog(
            entities: entities.map { Entity(name: $0, joinKeys: [JoinKey("id", .int64)]) },
            views: [view],
            services: [everything(of: [view])]
        )
    }

    @Test func `definitions are kept in versions, and a second opening finds them`() async throws {
        let warehouse = try FeatureWarehouse()
        let path = warehouse.path("metadata.sqlite")
        do {
            let registry = SQLFeatureRegistry(try MetadataDatabase(path: path))
            let first = FeatureApplication(
                self.catalog(ttl: nil, entities: ["thing", "other"]),
                recorded: try await registry.current()
            )
            #expect(first.changes.count == 4)
            try await first.record(in: registry, at: Self.moment)
        }
        let registry = SQLFeatureRegistry(try MetadataDatabase(path: path))
        let same = FeatureApplication(
            self.catalog(ttl: nil, entities: ["thing", "other"]),
            recorded: try await registry.current()
        )
        #expect(same.changes.isEmpty && same.unchangedCount == 4)
        let second = FeatureApplication(self.catalog(ttl: .days(1)), recorded: try await registry.current())
        #expect(second.changes.map(\.name) == ["state", "everything", "other"])
        try await second.record(in: registry, at: Self.moment + .days(1))
        let history = try await registry.history(of: .view, name: "state")
        #expect(history.map(\.version) == [1, 2])
        #expect(history.map(\.appliedAt) == [Self.moment, Self.moment + .days(1)])
        #expect(Set(history.map(\.contentHash)).count == 2)
        #expect(try await registry.history(of: .entity, name: "other").map { $0.definition == nil } == [false, true])
        let third = FeatureApplication(self.catalog(ttl: .days(1)), recorded: try await registry.current())
        #expect(third.changes.isEmpty)
        let back = FeatureApplication(
            self.catalog(ttl: .days(1), entities: ["thing", "other"]),
            recorded: try await registry.current()
        )
        #expect(back.changes.map(\.version) == [3])
    }

    @Test func `versions are appended all or none`() async throws {
        let warehouse = try FeatureWarehouse()
        let registry = SQLFeatureRegistry(try MetadataDatabase(path: warehouse.path("metadata.sqlite")))
        let application = FeatureApplication(self.catalog(ttl: nil), recorded: [])
        try await application.record(in: registry, at: Self.moment)
        let recorded = try await registry.current()
        let new = FeatureApplication(self.catalog(ttl: nil, entities: ["new", "thing"]), recorded: [])
        await #expect(throws: (any Error).self) { try await new.record(in: registry, at: Self.moment) }
        #expect(try await registry.current() == recorded)
    }
}
