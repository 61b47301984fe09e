import Foundation
import MartletCore
import MartletTracking
import Testing

@testable import MartletStores

/// Writes that are made durable together.
struct WriteGroupTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
    private let now = EventTime(microseconds: 1)

    @Test func `of writes that wait together each succeeds or fails by itself`() async throws {
        let store = SQLTrackingStore(try MetadataDatabase(path: self.path))
        let experiment = try await store.experiment(orCreate: "e", at: self.now)
        let id = RunID.random()
        _ = try await store.createRun(
            NewRun(id: id, experimentID: experiment.id, name: "r", user: "ada", startedAt: self.now)
        )
        try await store.log(RunBatch(parameters: ["rate": "1"]), to: id)
        let failures = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
            for index in 0..<300 {
                group.addTask {
                    let isBad = index % 3 == 0
                    let batch = RunBatch(
                        metrics: [Metric("m\(index)", 1, at: self.now)],
                        parameters: isBad ? ["a\(index)": "x", "rate": "2"] : ["a\(index)": "x"]
                    )
                    do {
                        try await store.log(batch, to: id)
                        return false
                    } catch {
                        let error = error as? TrackingError
                        return error?.code == .parameterChanged
                            && (error?.underlying as? ParameterConflict)?.newValue == "2"
                    }
                }
            }
            var failures = 0
            for await failed in group where failed { failures += 1 }
            return failures
        }
        #expect(failures == 100)
        let run = try #require(try await store.run(id))
        #expect(run.parameters.count == 201)
        #expect(Set(run.metrics.keys) == Set((0..<300).filter { $0 % 3 != 0 }.map { "m\($0)" }))
    }

    @Test func `an error of the database itself reaches the writer with what was attempted`() async throws {
        let database = try MetadataDatabase(path: self.path)
        let error = await #expect(throws: TrackingError.self) {
            try await database.write(to: "do what cannot be done") { connection in
                try connection.run("INSERT INTO no_such_table (a) VALUES (?)", [1])
            }
        }
        #expect(error?.code == .trackingStoreFailed)
        #expect(error?.message.hasPrefix("could not do what cannot be done in '\(self.path)'") == true)
        let count = try await database.write(to: "count") { try $0.rows("SELECT id FROM experiments", []).count }
        #expect(count == 1)
    }

    @Test func `a statement of one group of placeholders is written for several rows, others are not`() {
        let sql = "INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        #expect(
            MultiRowStatement.expand(sql, rows: 2)
                == "INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        )
        #expect(
            MultiRowStatement.expand("INSERT INTO t (a) VALUES (?) ON CONFLICT DO UPDATE SET a = ?", rows: 2) == nil
        )
        #expect(MultiRowStatement.expand("UPDATE t SET a = ?", rows: 2) == nil)
        #expect(MultiRowStatement.expand("INSERT INTO t (a, b) VALUES (1, ?)", rows: 2) == nil)
    }
}
