import Foundation
import GRDB
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import Testing

struct SQLiteRegistryTests {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path

    private func author(_ moment: Int = 1, reason: String? = nil) -> Attribution {
        Attribution(by: "ada", at: EventTime(microseconds: Int64(moment)), reason: reason)
    }

    @Test func `random events never put an unapproved version live, and each success is one ledger entry`() async throws
    {
        let database = try MetadataDatabase(path: self.path)
        let registry = SQLModelRegistry(database)
        let deployments = SQLDeploymentStore(database)
        let ledger = SQLLedger(database)
        var generator = SplitMix64(seed: 11)
        var numbers: Set<Int> = []
        for moment in 1...300 {
            let id = ModelVersionID("price", Int.random(in: 1...6, using: &generator))
            let author = self.author(moment, reason: Bool.random(using: &generator) ? "why" : nil)
            let before = try await ledger.head().sequence
            var changed: Int64 = 1
            do {
                switch Int.random(in: 0..<7, using: &generator) {
                case 0:
                    let isFirst = try await registry.model(named: "price") == nil
                    changed = isFirst ? 2 : 1
                    let version = try await registry.register(
                        NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x"),
                        author
                    )
                    #expect(numbers.insert(version.id.number).inserted)
                case 1: _ = try await registry.decide(.approved, on: id, author)
                case 2: _ = try await registry.decide(.rejected, on: id, author)
                case 3: try await registry.setAlias("champion", to: id, author)
                case 4: try await registry.deleteVersion(id, author)
                default: _ = try await deployments.deploy(id, to: "price", author)
                }
            } catch {
                changed = 0
            }
            #expect(try await ledger.head().sequence == before + changed)
            for live in try await deployments.snapshot().deployments {
                #expect(try await registry.version(live.version)?.approval.status == .approved)
            }
        }
        #expect(try await ledger.verify(anchor: nil).isIntact)
        #expect(try await deployments.revision() > 0)
        #expect(try await database.integrityFaults().isEmpty)
    }

    @Test func `several pools on one file lose no entry`() async throws {
        let path = self.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let registry = SQLModelRegistry(try MetadataDatabase(path: path))
                    for _ in 0..<15 {
                        _ = try await registry.register(
                            NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x"),
                            Attribution(by: "ada", at: EventTime(microseconds: 1))
                        )
                    }
                }
            }
            try await group.waitForAll()
        }
        let database = try MetadataDatabase(path: path)
        let verification = try await SQLLedger(database).verify(anchor: nil)
        #expect(verification.isIntact)
        #expect(verification.entryCount == 61)
        let versions = try await SQLModelRegistry(database).versions(of: "price")
        #expect(versions.map(\.id.number) == Array((1...60).reversed()))
    }

    @Test func `a newer schema is refused and both versions are named`() throws {
        let later =
            MetadataMigrations.all + [MetadataMigration("later 1: more", sql: "CREATE TABLE later (id INTEGER);")]
        try MetadataDatabase(path: self.path, migrations: later).close()
        let error = #expect(throws: StoreError.self) { try MetadataDatabase(path: self.path) }
        #expect(error?.code == .schemaTooNew)
        let known = MetadataMigrations.all.count
        #expect(error?.message.contains("schema version \(known + 1)") == true)
        #expect(error?.message.contains("version \(known) ") == true)
    }

    @Test func `a batch of a run is written whole or not at all, points once`() async throws {
        let store = SQLTrackingStore(try MetadataDatabase(path: self.path))
        let now = EventTime(microseconds: 5)
        let experiment = try await store.experiment(orCreate: "price", at: now)
        let id = RunID.random()
        _ = try await store.createRun(
            NewRun(id: id, experimentID: experiment.id, name: "r", user: "ada", startedAt: now)
        )
        let points = [1, 2, .nan, .infinity].map { Metric("mae", $0, at: now, step: 1) }
        let batch = RunBatch(metrics: points, parameters: ["rate": "0.1"], tags: ["a": "b"])
        try await store.log(batch, to: id)
        try await store.log(batch, to: id)
        #expect(try await store.metricHistory(of: id, key: "mae", limit: 10, offset: 0).count == 4)
        let error = await #expect(throws: TrackingError.self) {
            try await store.log(RunBatch(metrics: [Metric("r2", 1, at: now)], parameters: ["rate": "0.2"]), to: id)
        }
        #expect(error?.code == .parameterChanged)
        let run = try #require(try await store.run(id))
        #expect(run.metrics.keys.sorted() == ["mae"])
        #expect(run.metrics["mae"]?.value == .infinity)
        let search = RunSearch(conditions: [
            .number(.metric("mae"), .greater, 1), .text(.parameter("rate"), .equal, "0.1"),
        ])
        #expect(try await store.search(search).runs == [run])
        #expect(try await store.search(RunSearch(conditions: [.missing(.tag("a"))])).runs.isEmpty)
    }

    @Test func `artifacts are replaced whole, listed and hashed`() async throws {
        let store = FileArtifactStore(root: self.path + "-artifacts")
        let path = try ArtifactPath("1/run/artifacts/model/모델.txt")
        try await store.put(Data("old".utf8), at: path)
        let hash = try await store.put(Data("new".utf8), at: path)
        #expect(try await store.read(path) == Data("new".utf8))
        #expect(try await store.hash(of: path) == hash)
        let folder = try ArtifactPath("1/run/artifacts/model")
        #expect(try await store.list(folder).map(\.path) == [path])
        #expect(try await store.entry(at: path)?.byteCount == 3)
        let missing = await #expect(throws: TrackingError.self) { try await store.read(folder) }
        #expect(missing?.code == .artifactNotFound)
    }
}
