import Foundation
import MartletCore
import MartletFeatures
import MartletStores
import MartletTesting
import Testing

struct MaterializationTests {
    private static let entityCount = 1_000

    private static func view(keys: [JoinKey] = [JoinKey("id", .int64)]) -> FeatureView {
        FeatureView(
            name: "state",
            entities: ["thing"],
            joinKeys: keys,
            source: .table("events"),
            eventTimestamp: "event",
            createdTimestamp: "created",
            features: [
                Feature(name: "a", type: .float64, origin: .column("a")),
                Feature(name: "b", type: .string, origin: .column("b")),
            ]
        )
    }

    private static let ddl = """
        CREATE TABLE events (
            id BIGINT, event TIMESTAMP, created TIMESTAMP, a DOUBLE, b VARCHAR, _loaded_at TIMESTAMP
        )
        """

    private func all(of view: FeatureView, in store: any OnlineStore) async throws -> [EntityKey: OnlineRow] {
        let changes = try await store.changes(of: view.onlineIdentity, since: 0, limit: .max).changes
        let rows = changes.compactMap { change in change.row.map { (change.key, $0) } }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    @Test(arguments: Array(UInt64(1)...6))
    func `runs that read only what is new end where one that reads all does`(seed: UInt64) async throws {
        let warehouse = try FeatureWarehouse()
        try await warehouse.execute(Self.ddl)
        var random = SplitMix64(seed: seed)
        let view = Self.view()
        let offline = DuckDBOfflineStore(session: warehouse.session)
        let online = try SQLiteOnlineStore(path: warehouse.path("online.sqlite"))
        let service = MaterializationService(offline: offline, online: online, chunkSize: 3)
        for step in 1...5 {
            let rows = (0..<25)
                .map { _ in
                    let event = Int.random(in: 0..<12 * step, using: &random)
                    let created = event + Int.random(in: 0..<6, using: &random)
                    return "(\(Int.random(in: 0..<9, using: &random)), \(Self.sql(event)), \(Self.sql(created)), "
                        + "\(Int.random(in: 0..<3, using: &random)), NULL, \(Self.sql(10 * step)))"
                }
            try await warehouse.execute("INSERT INTO events VALUES \(rows.joined(separator: ", "))")
            let asOf = hour(10 * step)
            let report = try await service.materialize(view, asOf: asOf)
            #expect(report.isIncremental == (step > 1))
            let fresh = MemoryOnlineStore()
            _ = try await MaterializationService(offline: offline, online: fresh).materialize(view, asOf: asOf)
            #expect(try await self.all(of: view, in: online) == self.all(of: view, in: fresh), "step \(step)")
        }
    }

    @Test func `a second run without news reads next to nothing`() async throws {
        let warehouse = try FeatureWarehouse()
        try await self.fill(warehouse)
        let view = Self.view()
        let online = MemoryOnlineStore()
        let service = MaterializationService(
            offline: DuckDBOfflineStore(session: warehouse.session),
            online: online
        )
        let first = try await service.materialize(view, asOf: hour(200))
        #expect(first.entitiesRead == Self.entityCount && first.rowsChanged == Self.entityCount)
        try await warehouse.execute(
            "INSERT INTO events VALUES (7, \(Self.sql(201)), \(Self.sql(201)), 1, 'new', \(Self.sql(201)))"
        )
        let second = try await service.materialize(view, asOf: hour(202))
        #expect(second.rowsChanged == 1 && second.isIncremental)
        let third = try await service.materialize(view, asOf: hour(203))
        #expect(third.entitiesRead == 1 && third.rowsChanged == 0)
    }

    @Test func `a full refresh removes entities whose source has gone`() async throws {
        let warehouse = try FeatureWarehouse()
        try await self.fill(warehouse)
        let view = Self.view()
        let online = try SQLiteOnlineStore(path: warehouse.path("online.sqlite"))
        let offline = DuckDBOfflineStore(session: warehouse.session)
        let service = MaterializationService(offline: offline, online: online)
        _ = try await service.materialize(view, asOf: hour(200))
        try await warehouse.execute("DELETE FROM events WHERE id >= 10")
        _ = try await service.materialize(view, asOf: hour(201))
        #expect(try await online.count(view.onlineIdentity) == Self.entityCount)
        let report = try await service.materialize(view, asOf: hour(202), fullRefresh: true)
        #expect(report.rowsChanged == Self.entityCount - 10)
        #expect(try await online.count(view.onlineIdentity) == 10)
    }

    @Test func `a run killed in the middle is finished by the next`() async throws {
        let warehouse = try FeatureWarehouse()
        try await self.fill(warehouse)
        let view = Self.view()
        let folder = warehouse.folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
            let service = MaterializationService(
                offline: DuckDBOfflineStore(session: FeatureWarehouse.session(in: folder)),
                online: try SQLiteOnlineStore(path: folder + "/online.sqlite"),
                chunkSize: 100
            )
            _ = try await service.materialize(MaterializationTests.view(), asOf: hour(200)) { written in
                if written == 300 { kill(getpid(), SIGKILL) }
            }
        }
        let online = try SQLiteOnlineStore(path: folder + "/online.sqlite")
        #expect(try await online.count(view.onlineIdentity) == 300)
        let state = try #require(try await online.materializationState(of: view.onlineIdentity))
        #expect(state.lastKey != nil)
        let offline = DuckDBOfflineStore(session: warehouse.session)
        let report = try await MaterializationService(offline: offline, online: online)
            .materialize(view, asOf: hour(200))
        #expect(report.isResumed && report.entitiesRead == Self.entityCount - 300)
        let fresh = MemoryOnlineStore()
        _ = try await MaterializationService(offline: offline, online: fresh).materialize(view, asOf: hour(200))
        #expect(try await self.all(of: view, in: online) == self.all(of: view, in: fresh))
    }

    @Test func `rows in memory are those of the store after each change`() async throws {
        let warehouse = try FeatureWarehouse()
        try await self.fill(warehouse)
        let view = Self.view()
        let online = try SQLiteOnlineStore(path: warehouse.path("online.sqlite"))
        let service = MaterializationService(
            offline: DuckDBOfflineStore(session: warehouse.session),
            online: online
        )
        var rows = OnlineRows(view: view)
        for step in 0..<3 {
            if step == 1 {
                try await warehouse.execute("UPDATE events SET a = -1, event = \(Self.sql(150)) WHERE id < 5")
            }
            if step == 2 { try await warehouse.execute("DELETE FROM events WHERE id BETWEEN 20 AND 39") }
            _ = try await service.materialize(view, asOf: hour(200 + step), fullRefresh: step > 0)
            var hasMore = true
            while hasMore {
                let page = try await online.changes(of: view.onlineIdentity, since: rows.sequence, limit: 97)
                rows = rows.applying(page)
                hasMore = page.hasMore
            }
            #expect(try await rows.count == online.count(view.onlineIdentity))
            let keys = (0..<Self.entityCount + 5).map { EntityKey(text: String($0)) }
            let stored = try await online.read(view.onlineIdentity, keys: keys)
            for (key, row) in zip(keys, stored) {
                let found = rows[key]
                #expect(found?.eventTime == row?.eventTime)
                #expect(found?.createdTime == row?.createdTime)
                #expect(found.map { [$0.value(at: 0), $0.value(at: 1)] } == row?.values)
            }
        }
    }

    @Test func `aggregates are evaluated for the moment of the run`() async throws {
        let warehouse = try FeatureWarehouse()
        try await self.fill(warehouse)
        let wanted = [
            WindowedAggregate(.count, of: nil, over: .days(1)), WindowedAggregate(.max, of: "a", over: .days(1)),
        ]
        let view = FeatureView(
            name: "recent",
            entities: ["thing"],
            joinKeys: [JoinKey("id", .int64)],
            source: .table("events"),
            eventTimestamp: "event",
            features: wanted.map { Feature(name: $0.featureName, type: $0.type, origin: .aggregate($0)) }
        )
        let online = MemoryOnlineStore()
        let service = MaterializationService(
            offline: DuckDBOfflineStore(session: warehouse.session),
            online: online
        )
        // The event of entity n is at hour n modulo 100.
        _ = try await service.materialize(view, asOf: hour(50))
        let keys = [50, 27, 26, 51].map { EntityKey(text: String($0)) }
        let rows = try await online.read(view.onlineIdentity, keys: keys)
        #expect(rows[0] == OnlineRow(eventTime: hour(50), createdTime: hour(50), values: [.int64(1), .float64(50)]))
        #expect(rows[1]?.values == [.int64(1), .float64(27)])
        #expect(rows[2]?.values == [.int64(0), .null])
        #expect(rows[3] == nil)
    }

    private static func sql(_ number: Int) -> String { "make_timestamp(\(hour(number).microseconds))" }

    private func fill(_ warehouse: FeatureWarehouse) async throws {
        let event = "make_timestamp(\(hour(0).microseconds) + (n % 100) * 3600000000)"
        try await warehouse.execute(
            Self.ddl + ";"
                + """
                INSERT INTO events SELECT n, \(event), \(event), n, 'w' || n, \(Self.sql(100))
                FROM range(\(Self.entityCount)) AS t (n)
                """
        )
    }
}
