import Foundation
import MartletCore
import MartletEngines
import MartletTesting
import MartletTracking
import Synchronization
import Testing

@testable import MartletStores

/// What only PostgreSQL can go wrong with: several programs, and a server that goes away.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL is not installed; run scripts/setup-clients"))
struct PostgresMetadataTests {
    private static let now = EventTime(microseconds: 1)
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    private static func version() -> NewModelVersion {
        NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x")
    }

    @Test func `several programs on one schema lose no entry and number without gaps`() async throws {
        let place = MetadataKind.postgres.newPlace()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let registry = SQLModelRegistry(try MetadataKind.postgres.open(place))
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<10 { _ = try await registry.register(Self.version(), Self.ada) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let database = try MetadataKind.postgres.open(place)
        let verification = try await SQLLedger(database).verify(anchor: nil)
        #expect(verification.isIntact)
        #expect(verification.entryCount == 161)
        let versions = try await SQLModelRegistry(database).versions(of: "price")
        #expect(versions.map(\.id.number) == Array((1...160).reversed()))
        #expect(try await database.integrityFaults().isEmpty)
    }

    @Test func `the ledger refuses changes by hand`() async throws {
        let place = MetadataKind.postgres.newPlace()
        let database = try MetadataKind.postgres.open(place)
        _ = try await SQLModelRegistry(database).register(Self.version(), Self.ada)
        let connection = try PostgresConnection(PostgresServer.shared.get().address(), locator: .ofProcess())
        for change in ["UPDATE \(place).ledger SET actor = 'eve'", "DELETE FROM \(place).ledger"] {
            let error = #expect(throws: PostgresError.self) { try connection.execute(change) }
            #expect(error?.message.contains("the ledger is append-only") == true)
        }
        #expect(try await SQLLedger(database).verify(anchor: nil).isIntact)
    }

    @Test func `a read sees one moment`() async throws {
        let database = try MetadataKind.postgres.open()
        let registry = SQLModelRegistry(database)
        _ = try await registry.register(Self.version(), Self.ada)
        let hasRead = DispatchSemaphore(value: 0)
        let hasWritten = DispatchSemaphore(value: 0)
        async let counts = database.read(to: "count") { connection in
            let first: Int = try connection.rows("SELECT count(*) FROM model_versions", [])[0][0]
            hasRead.signal()
            hasWritten.wait()
            let second: Int = try connection.rows("SELECT count(*) FROM model_versions", [])[0][0]
            return [first, second]
        }
        await Self.wait(for: hasRead)
        _ = try await registry.register(Self.version(), Self.ada)
        hasWritten.signal()
        #expect(try await counts == [1, 1])
    }

    @Test func `a schema that holds other tables is not taken`() throws {
        let place = MetadataKind.postgres.newPlace()
        let connection = try PostgresConnection(PostgresServer.shared.get().address(), locator: .ofProcess())
        try connection.execute("CREATE SCHEMA \(place); CREATE TABLE \(place).theirs (x bigint)")
        let error = #expect(throws: StoreError.self) { try MetadataKind.postgres.open(place) }
        #expect(error?.code == .notOurDatabase)
    }

    @Test func `a step that fails changes nothing`() throws {
        let place = MetadataKind.postgres.newPlace()
        let broken = MetadataMigrations.all + [MetadataMigration("z 1", sql: "CREATE TABLE z (x NOTHING);")]
        let error = #expect(throws: StoreError.self) { try MetadataKind.postgres.open(place, broken) }
        #expect(error?.code == .cannotOpenDatabase)
        #expect(error?.message.contains("nothing") == true)
        #expect(try MetadataKind.postgres.open(place).schemaVersion == MetadataMigrations.all.count)
    }

    @Test func `a write that throws is undone alone among writes made together`() async throws {
        let database = try MetadataKind.postgres.open()
        let store = SQLTrackingStore(database)
        let experiment = try await store.experiment(orCreate: "price", at: Self.now)
        let id = RunID.random()
        _ = try await store.createRun(
            NewRun(id: id, experimentID: experiment.id, name: "r", user: "ada", startedAt: Self.now)
        )
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let key = number.isMultiple(of: 3) ? "bad" : "p\(number)"
                    let batch = RunBatch(
                        metrics: [Metric("m", Double(number), at: Self.now)],
                        parameters: [key: "\(number)"]
                    )
                    return (try? await store.log(batch, to: id)) == nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failures == 66)
        #expect(try await store.metricHistory(of: id, key: "m", limit: 1_000, offset: 0).count == 134)
    }

    /// Suspends until `semaphore` is signalled, without blocking a thread of the test's own pool.
    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                semaphore.wait()
                continuation.resume()
            }
        }
    }
}
