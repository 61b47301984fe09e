import Foundation
import MartletCore
import MartletFeatures
import MartletStores
import MartletTesting
import Testing

/// What every online store promises, asked of each.
struct OnlineStoreContractTests {
    enum Kind: CaseIterable { case memory, sqlite }

    private let warehouse: FeatureWarehouse
    private let view = OnlineViewIdentity(name: "state", fingerprint: ContentHash(of: "one"))

    init() throws { self.warehouse = try FeatureWarehouse() }

    private func store(_ kind: Kind) throws -> any OnlineStore {
        switch kind {
        case .memory: MemoryOnlineStore()
        case .sqlite: try SQLiteOnlineStore(path: self.warehouse.path("online.sqlite"))
        }
    }

    private func state(lastKey: String? = "~", generation: Int64 = 0) -> MaterializationState {
        MaterializationState(
            asOf: hour(9),
            arrivedUpTo: hour(8),
            lastKey: lastKey.map(EntityKey.init(text:)),
            previousAsOf: nil,
            generation: generation
        )
    }

    private func entry(_ key: String, event: Int, created: Int, _ value: Value = .int64(1)) -> OnlineEntry {
        OnlineEntry(
            key: EntityKey(text: key),
            row: OnlineRow(eventTime: hour(event), createdTime: hour(created), values: [value])
        )
    }

    @Test(arguments: Kind.allCases)
    func `the later event wins, then the later created, then the later write`(kind: Kind) async throws {
        let store = try self.store(kind)
        let key = EntityKey(text: "a")
        let steps: [(event: Int, created: Int, value: Int64, wins: Bool)] = [
            (5, 5, 1, true), (4, 9, 2, false), (5, 4, 3, false), (5, 6, 4, true), (5, 6, 5, true), (6, 1, 6, true),
        ]
        for step in steps {
            let entry = self.entry("a", event: step.event, created: step.created, .int64(step.value))
            let changed = try await store.write([entry], to: self.view, state: self.state())
            #expect(changed == (step.wins ? 1 : 0), "value \(step.value)")
            let found = try await store.read(self.view, keys: [key])
            #expect((found[0] == entry.row) == step.wins, "value \(step.value)")
        }
        #expect(try await store.count(self.view) == 1)
    }

    @Test(arguments: Kind.allCases)
    func `every kind of value comes back as it was`(kind: Kind) async throws {
        let store = try self.store(kind)
        let row = OnlineRow(
            eventTime: hour(1),
            createdTime: hour(2),
            values: [
                .null, .boolean(true), .boolean(false), .int64(.min), .float64(-0.1), .float64(.infinity),
                .string("한국 'x' \\ | \u{0}"), .string(""), .time(EventTime(microseconds: -1)),
            ]
        )
        let key = EntityKey(text: "키|\\'\"")
        _ = try await store.write([OnlineEntry(key: key, row: row)], to: self.view, state: self.state())
        #expect(try await store.read(self.view, keys: [EntityKey(text: "other"), key]) == [nil, row])
    }

    @Test(arguments: Kind.allCases)
    func `definitions of one name keep their rows apart`(kind: Kind) async throws {
        let store = try self.store(kind)
        let other = OnlineViewIdentity(name: "state", fingerprint: ContentHash(of: "two"))
        _ = try await store.write([self.entry("a", event: 1, created: 1)], to: self.view, state: self.state())
        #expect(try await store.read(other, keys: [EntityKey(text: "a")]) == [nil])
        #expect(try await store.materializationState(of: other) == nil)
        #expect(try await store.materializationState(of: self.view) == self.state())
    }

    @Test(arguments: Kind.allCases)
    func `changes come once each, in order and in pages`(kind: Kind) async throws {
        let store = try self.store(kind)
        let keys = (0..<7).map { "k\($0)" }
        _ = try await store.write(
            keys.map { self.entry($0, event: 1, created: 1) },
            to: self.view,
            state: self.state()
        )
        var seen: [String] = []
        var sequence: Int64 = 0
        var hasMore = true
        while hasMore {
            let page = try await store.changes(of: self.view, since: sequence, limit: 3)
            seen += page.changes.map(\.key.text)
            #expect(page.changes.count <= 3)
            sequence = page.sequence
            hasMore = page.hasMore
        }
        #expect(seen == keys)
        let again = [self.entry("k2", event: 2, created: 2), self.entry("k4", event: 0, created: 0)]
        _ = try await store.write(again, to: self.view, state: self.state())
        let changes = try await store.changes(of: self.view, since: sequence, limit: 100)
        #expect(changes.changes == [OnlineChanges.Change(key: again[0].key, row: again[0].row)])
        #expect(try await store.changes(of: self.view, since: changes.sequence, limit: 100).changes.isEmpty)
    }

    @Test(arguments: Kind.allCases)
    func `a refresh replaces newer rows, and its end removes what it did not write`(kind: Kind) async throws {
        let store = try self.store(kind)
        let old = ["a", "b", "c"].map { self.entry($0, event: 5, created: 5) }
        _ = try await store.write(old, to: self.view, state: self.state(lastKey: nil))
        let sequence = try await store.changes(of: self.view, since: 0, limit: 10).sequence
        let fresh = [self.entry("a", event: 1, created: 1, .int64(2)), old[1]]
        #expect(try await store.write(fresh, to: self.view, state: self.state(generation: 1)) == 1)
        #expect(try await store.count(self.view) == 3)
        #expect(try await store.write([], to: self.view, state: self.state(lastKey: nil, generation: 1)) == 1)
        #expect(try await store.count(self.view) == 2)
        let changes = try await store.changes(of: self.view, since: sequence, limit: 10).changes
        #expect(changes.map(\.key.text) == ["a", "c"])
        #expect(changes.map(\.row) == [fresh[0].row, nil])
        // A removed entity may come back with any event.
        let back = self.entry("c", event: 0, created: 0)
        #expect(try await store.write([back], to: self.view, state: self.state(generation: 1)) == 1)
        #expect(try await store.count(self.view) == 3)
    }

    @Test func `what was written is there after the file is opened again`() async throws {
        let entry = self.entry("a", event: 1, created: 1)
        do {
            let store = try SQLiteOnlineStore(path: self.warehouse.path("online.sqlite"))
            _ = try await store.write([entry], to: self.view, state: self.state())
        }
        let store = try SQLiteOnlineStore(path: self.warehouse.path("online.sqlite"))
        #expect(try await store.read(self.view, keys: [entry.key]) == [entry.row])
        #expect(try await store.materializationState(of: self.view) == self.state())
    }

    @Test func `a folder that cannot be written is named with what to do`() throws {
        let file = self.warehouse.path("file")
        try Data().write(to: URL(filePath: file))
        let error = #expect(throws: StoreError.self) { try SQLiteOnlineStore(path: file + "/online.sqlite") }
        #expect(error?.code == .cannotOpenDatabase)
        #expect(error?.message.contains("writable") == true)
    }
}
