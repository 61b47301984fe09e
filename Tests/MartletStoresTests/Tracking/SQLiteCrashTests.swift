import Foundation
import MartletCore
import MartletStores
import MartletTracking
import Testing

/// Children of the test process that are killed while they write.
struct SQLiteCrashTests {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path

    @Test(arguments: [5, 10, 15, 20, 30, 40, 60, 80, 100, 150])
    func `a killed writer loses nothing acknowledged and leaves no half batch`(milliseconds: Int) async throws {
        let path = self.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, milliseconds] in
            let database = try MetadataDatabase(path: path)
            let runs = SQLTrackingStore(database)
            let registry = SQLModelRegistry(database)
            let now = EventTime(microseconds: 1)
            let experiment = try await runs.experiment(orCreate: "price", at: now)
            let id = RunID.random()
            _ = try await runs.createRun(
                NewRun(id: id, experimentID: experiment.id, name: "r", user: "ada", startedAt: now)
            )
            try Data().write(to: URL(fileURLWithPath: path + ".acknowledged"))
            let acknowledged = try FileHandle(forWritingTo: URL(fileURLWithPath: path + ".acknowledged"))
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: Double(milliseconds) / 1_000)
                kill(getpid(), SIGKILL)
            }
            var step: Int64 = 0
            while true {
                let points = (0..<50).map { Metric("m\($0)", 1, at: now, step: step) }
                try await runs.log(RunBatch(metrics: points), to: id)
                _ = try await registry.register(
                    NewModelVersion(model: "price", runID: id, source: "mlflow-artifacts:/1/x"),
                    Attribution(by: "ada", at: now)
                )
                step += 1
                try acknowledged.write(contentsOf: Data([1]))
            }
        }
        let acknowledged = try Data(contentsOf: URL(fileURLWithPath: path + ".acknowledged")).count
        let database = try MetadataDatabase(path: path)
        let verification = try await SQLLedger(database).verify(anchor: nil)
        #expect(verification.isIntact)
        let versions = try await SQLModelRegistry(database).versions(of: "price").count
        #expect(versions >= acknowledged)
        #expect(verification.entryCount == (versions == 0 ? 0 : Int64(versions) + 1))
        let runs = SQLTrackingStore(database)
        let run = try #require(try await runs.search(RunSearch()).runs.first)
        var counts: Set<Int> = []
        for key in 0..<50 {
            counts.insert(try await runs.metricHistory(of: run.id, key: "m\(key)", limit: 100_000, offset: 0).count)
        }
        #expect(counts.count == 1)
        #expect(try #require(counts.first) >= acknowledged)
        #expect(try await database.integrityFaults().isEmpty)
    }

    @Test(arguments: 1...12)
    func `a kill under the load of many writers loses no acknowledged batch and leaves no half one`(
        turn: Int
    ) async throws {
        let path = self.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, turn] in
            let runs = SQLTrackingStore(try MetadataDatabase(path: path))
            let now = EventTime(microseconds: 1)
            let experiment = try await runs.experiment(orCreate: "load", at: now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        let id = RunID.random()
                        let new = NewRun(
                            id: id,
                            experimentID: experiment.id,
                            name: "\(writer)",
                            user: "a",
                            startedAt: now
                        )
                        _ = try await runs.createRun(new)
                        let file = URL(fileURLWithPath: path + ".acknowledged.\(writer)")
                        try Data().write(to: file)
                        let acknowledged = try FileHandle(forWritingTo: file)
                        if writer == 0 {
                            Thread.detachNewThread {
                                Thread.sleep(forTimeInterval: Double(turn * turn) * 0.004)
                                kill(getpid(), SIGKILL)
                            }
                        }
                        for step in Int64(0)... {
                            let points = (0..<40).map { Metric("m\($0)", 1, at: now, step: step) }
                            let batch = RunBatch(
                                metrics: points,
                                parameters: ["p\(step)": "v"],
                                tags: ["step": "\(step)"]
                            )
                            try await runs.log(batch, to: id)
                            try acknowledged.write(contentsOf: Data([1]))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let database = try MetadataDatabase(path: path)
        let runs = SQLTrackingStore(database)
        for run in try await runs.search(RunSearch()).runs {
            let file = URL(fileURLWithPath: path + ".acknowledged.\(run.name)")
            let acknowledged = (try? Data(contentsOf: file).count) ?? 0
            #expect(run.parameters.count >= acknowledged)
            #expect(run.parameters.isEmpty || run.tags["step"] == "\(run.parameters.count - 1)")
            for key in ["m0", "m17", "m39"] {
                let points = try await runs.metricHistory(of: run.id, key: key, limit: 100_000, offset: 0)
                #expect(points.count == run.parameters.count)
            }
        }
        #expect(try await database.integrityFaults().isEmpty)
    }

    @Test func `several processes write to one new file and lose no entry`() async throws {
        let path = self.path
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await #expect(processExitsWith: .success) { [path = path as String] in
                        let registry = SQLModelRegistry(try MetadataDatabase(path: path))
                        for _ in 0..<20 {
                            _ = try await registry.register(
                                NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x"),
                                Attribution(by: "ada", at: EventTime(microseconds: 1))
                            )
                        }
                    }
                }
            }
        }
        let verification = try await SQLLedger(try MetadataDatabase(path: path)).verify(anchor: nil)
        #expect(verification.isIntact)
        #expect(verification.entryCount == 61)
    }
}
