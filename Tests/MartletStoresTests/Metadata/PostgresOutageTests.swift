import Foundation
import MartletCore
import MartletEngines
import MartletStores
import MartletTesting
import MartletTracking
import Synchronization
import Testing

/// A PostgreSQL server that is killed while programs write to it.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL is not installed; run scripts/setup-clients"), .serialized)
struct PostgresOutageTests {
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    /// What the programs that write have to say.
    private final class Load: Sendable {
        let acknowledged = Mutex<[Int]>([])
        let isOver = Mutex(false)
    }

    @Test func `a server killed again and again loses nothing acknowledged and doubles nothing`() async throws {
        let server = try PostgresServer()
        let address = try server.address()
        let database = try MetadataDatabase(address: address, schema: "prices", locator: .ofProcess())
        let registry = SQLModelRegistry(database)
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while !load.isOver.withLock(\.self) {
                        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x")
                        // While the server is away a write may be refused; what returned must stay.
                        guard let version = try? await registry.register(new, Self.ada) else { continue }
                        load.acknowledged.withLock { $0.append(version.id.number) }
                    }
                }
            }
            for round in 1...6 {
                let goal = load.acknowledged.withLock(\.count) + 10 * round
                while load.acknowledged.withLock(\.count) < goal { await Task.yield() }
                try server.crash()
                try server.start()
            }
            load.isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        let numbers = load.acknowledged.withLock(\.self)
        let stored = try await registry.versions(of: "price").map(\.id.number)
        #expect(Set(numbers).count == numbers.count)
        #expect(Set(numbers).isSubset(of: stored))
        let verification = try await SQLLedger(database).verify(anchor: nil)
        #expect(verification.isIntact)
        #expect(verification.entryCount == Int64(stored.count) + 1)
        #expect(numbers.count >= 210)
    }

    @Test func `a server that stays away is told as such, and found again`() async throws {
        let server = try PostgresServer()
        let database = try MetadataDatabase(address: server.address(), schema: "prices", locator: .ofProcess())
        let registry = SQLModelRegistry(database)
        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x")
        _ = try await registry.register(new, Self.ada)
        try server.crash()
        let clock = ContinuousClock()
        let first = await #expect(throws: TrackingError.self) { try await registry.register(new, Self.ada) }
        #expect(first?.code == .trackingStoreUnavailable)
        #expect(first?.message.contains("check that the server runs") == true)
        // Once known to be away, the server is not waited for by every call: 20 waits would be 80 seconds.
        let time = await clock.measure {
            for _ in 0..<20 {
                let error = await #expect(throws: TrackingError.self) { try await registry.versions(of: "price") }
                #expect(error?.code == .trackingStoreUnavailable)
            }
        }
        #expect(time < .seconds(40))
        try server.start()
        _ = try await registry.register(new, Self.ada)
        #expect(try await registry.versions(of: "price").count == 2)
    }

    @Test func `a commit whose answer was lost is found out`() async throws {
        let server = try PostgresServer()
        let database = try MetadataDatabase(address: server.address(), schema: "prices", locator: .ofProcess())
        let registry = SQLModelRegistry(database)
        let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x")
        _ = try await registry.register(new, Self.ada)
        // A commit now waits for a second, in which its connection is ended.
        let connection = try PostgresConnection(server.address(), locator: .ofProcess())
        try connection.execute(
            """
            CREATE FUNCTION prices.slow() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON prices.model_versions
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prices.slow()
            """
        )
        async let version = registry.register(new, Self.ada)
        let sleepers = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query = 'COMMIT'"
        var pids: [[String?]] = []
        while pids.isEmpty {
            pids = try connection.execute(sleepers)
            await Task.yield()
        }
        try connection.execute("SELECT pg_terminate_backend(\(pids[0][0] ?? "0"))")
        #expect(try await version.id.number == 2)
        #expect(try await registry.versions(of: "price").map(\.id.number) == [2, 1])
        #expect(try await SQLLedger(database).verify(anchor: nil).entryCount == 3)
    }
}
