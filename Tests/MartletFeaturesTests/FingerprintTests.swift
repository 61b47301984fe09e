import MartletCore
import MartletFeatures
import Testing

struct FingerprintTests {
    private func fingerprint(_ old: String = "", _ new: String = "") throws -> ContentHash {
        let text = old.isEmpty ? FeatureText.homes : FeatureText.homes.replacing(old, with: new)
        #expect(old.isEmpty || text != FeatureText.homes)
        return try FeatureText.read(text).catalog.service("price").fingerprint
    }

    @Test(arguments: [
        ("ttl: 90d", "ttl: 91d"), ("column: storey", "column: level"), ("storey}", "storey}\n      x: {type: int64}"),
        ("table: homes", "table: houses"), ("created_timestamp: loaded_at\n", "\n"),
        ("join_keys: [district]", "join_keys: [area]"), ("join_keys: [home_id], type: int64", "join_keys: [home_id]"),
        ("[sales:price_mean_30d, homes.floor]", "[homes.floor, sales:price_mean_30d]"),
        ("over: [7d, 30d]", "over: [30d, 7d]"),
    ])
    func `what decides values or their order changes the fingerprint`(old: String, new: String) throws {
        #expect(try self.fingerprint(old, new) != self.fingerprint())
    }

    @Test(arguments: [
        ("description: m²", "description: square metres"), ("owner: data@example.com", "owner: ada"),
        ("description: A flat.", "description: A home."), ("homes.floor", "homes:floor"), ("ttl: 90d", "ttl: 2160h"),
    ])
    func `words for people leave the fingerprint as it is`(old: String, new: String) throws {
        #expect(try self.fingerprint(old, new) == self.fingerprint())
    }

    @Test func `definitions of another view leave a service's fingerprint as it is`() throws {
        let more = """
            feature_views:
              extra: {entity: home, source: {table: x}, event_timestamp: t, features: {y: {type: int64}}}
            """
        let catalog = FeatureText.read(FeatureText.homes, more).catalog
        #expect(try catalog.service("price").fingerprint == self.fingerprint())
    }

    @Test func `applying twice changes nothing, and a change shows line by line`() throws {
        let catalog = FeatureText.read(FeatureText.homes).catalog
        let first = FeatureApplication(catalog, recorded: [])
        #expect(first.changes.map(\.version) == [1, 1, 1, 1, 1])
        let recorded = first.changes.map { change in
            FeatureDefinitionVersion(
                kind: change.kind,
                name: change.name,
                version: change.version,
                contentHash: ContentHash(of: (change.new ?? .null).canonicalText),
                definition: change.new,
                appliedAt: EventTime(microseconds: 0)
            )
        }
        #expect(FeatureApplication(catalog, recorded: recorded).changes.isEmpty)
        let text = FeatureText.homes.replacing("ttl: 90d", with: "ttl: 30d")
        let second = FeatureApplication(FeatureText.read(text).catalog, recorded: recorded)
        let view = try #require(second.changes.first { $0.kind == .view })
        #expect(view.name == "homes" && view.version == 2)
        let changed = view.diff.filter { !$0.hasPrefix("  ") }.map { $0.filter { $0 != " " && $0 != "," } }
        #expect(changed == ["-\"ttl\":\"90d\"", "+\"ttl\":\"30d\""])
        let gone = FeatureApplication(FeatureText.read("entities: {}").catalog, recorded: recorded)
        #expect(gone.changes.count == 5 && gone.changes.allSatisfy { $0.new == nil })
    }
}
