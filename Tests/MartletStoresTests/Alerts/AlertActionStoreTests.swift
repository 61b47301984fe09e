import MartletCore
import MartletMonitoring
import MartletStores
import MartletTracking
import Testing

/// Actions of alerts over both databases.
struct AlertActionStoreTests {
    static let start = EventTime(microseconds: 1_700_000_000_000_000)

    static func record(
        _ id: String,
        at moment: EventTime = start,
        coolDown: TimeSpan = .seconds(3_600)
    ) -> AlertActionRecord {
        AlertActionRecord(
            id: id,
            notice: AlertNotice(
                .fired,
                alert: "RequestsFail/endpoint:rent",
                rule: "RequestsFail",
                subject: "endpoint:rent",
                priority: .p0,
                summary: "rent: 4 % of requests fail",
                causes: ["variant green was taken out"],
                since: moment,
                at: moment
            ),
            rule: "RequestsFail",
            order: .init(action: "roll_back", plan: nil, command: nil, channels: []),
            key: "RequestsFail-0-roll_back",
            mode: .on,
            coolDown: coolDown,
            asked: Attribution(by: "martlet", at: moment)
        )
    }

    @Test(arguments: MetadataKind.allCases)
    func `an action is kept once, and the same too soon after it is skipped`(kind: MetadataKind) async throws {
        let store = SQLAlertActionStore(try kind.open())
        #expect(try await store.ask([Self.record("a")], ignoringCoolDown: false).map(\.state) == [.waiting])
        #expect(try await store.ask([Self.record("a")], ignoringCoolDown: false).isEmpty)
        let soon = Self.record("b", at: Self.start + .seconds(60))
        let skipped = try await store.ask([soon], ignoringCoolDown: false)
        #expect(skipped.map(\.state) == [.skipped])
        #expect(skipped.first?.outcome.contains("it cools down for 1h") == true)
        let person = Self.record("c", at: Self.start + .seconds(120))
        #expect(try await store.ask([person], ignoringCoolDown: true).map(\.state) == [.waiting])
        let later = Self.record("d", at: Self.start + .seconds(8_000))
        #expect(try await store.ask([later], ignoringCoolDown: false).map(\.state) == [.waiting])
        #expect(try await store.actions(limit: 10).map(\.id) == ["d", "c", "b", "a"])
    }

    @Test(arguments: MetadataKind.allCases)
    func `one process at a time has an action, and its end is in the ledger`(kind: MetadataKind) async throws {
        let database = try kind.open()
        let store = SQLAlertActionStore(database)
        try await store.ask([Self.record("a")], ignoringCoolDown: false)
        let lease = Self.start + .seconds(120)
        var claimed = try #require(try await store.claim(nil, at: Self.start, until: lease, limit: 8).first)
        #expect(claimed.attemptCount == 1)
        #expect(try await store.claim(nil, at: Self.start, until: lease, limit: 8).isEmpty)
        // The first process ended; the next takes over, and finds what the first had kept.
        try await store.save(claimed, dueAt: lease)
        #expect(try await SQLLedger(database).head().sequence == 0)
        let second = try await store.claim(nil, at: lease, until: lease + .seconds(120), limit: 8)
        #expect(second.map(\.attemptCount) == [2])
        claimed = try #require(second.first)
        claimed.end(.done, "rent answers with rent:1 again", at: lease)
        try await store.save(claimed, dueAt: lease)
        #expect(try await store.claim(nil, at: lease + .days(1), until: lease + .days(2), limit: 8).isEmpty)
        #expect(try await store.actions(limit: 1) == [claimed])
        let entry = try #require(try await SQLLedger(database).newestEntries(of: nil, limit: 1).first)
        #expect(entry.action == "alert.acted")
        #expect(entry.subject == "alert:RequestsFail/endpoint:rent")
        #expect(entry.payload.contains("rent answers with rent:1 again"))
        #expect(entry.payload.contains("variant green was taken out"))
    }
}
