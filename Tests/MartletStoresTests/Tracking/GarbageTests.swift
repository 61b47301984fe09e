import Foundation
import MartletCore
import MartletStores
import MartletTesting
import MartletTracking
import Synchronization
import Testing

/// Collections of garbage on real stores, whole and cut short.
struct GarbageTests {
    /// A workspace with deleted and needed things in it.
    struct Workspace: Sendable {
        let folder: String
        let tracking: SQLTrackingStore
        let registry: SQLModelRegistry
        let artifacts: FileArtifactStore
        let snapshots: FileSnapshotStore

        /// A workspace in `folder`, with its metadata in a new database of `kind`, by default in the folder's own file.
        init(folder: String, kind: MetadataKind? = nil) throws {
            self.folder = folder
            let database = try kind?.open() ?? MetadataDatabase(path: folder + "/metadata.sqlite")
            self.tracking = SQLTrackingStore(database)
            self.registry = SQLModelRegistry(database)
            self.artifacts = FileArtifactStore(root: folder + "/artifacts")
            self.snapshots = FileSnapshotStore(root: folder + "/snapshots")
        }

        var collector: GarbageCollector {
            GarbageCollector(store: self.tracking, artifacts: self.artifacts, snapshots: self.snapshots)
        }

        /// Makes two experiments of four runs and a logged model each, registers a version of some, deletes most.
        func fill() async throws {
            let now = EventTime(microseconds: 1)
            for name in ["first", "second"] {
                let experiment = try await self.tracking.experiment(orCreate: name, at: now)
                for index in 0..<4 {
                    let id = RunID.random()
                    let new = NewRun(id: id, experimentID: experiment.id, name: "\(index)", user: "ada", startedAt: now)
                    let run = try await self.tracking.createRun(new)
                    try await self.tracking.log(
                        RunBatch(metrics: [Metric("mae", 1, at: now)], tags: ["i": "\(index)"]),
                        to: id
                    )
                    let model = try run.artifactFolder.appending("model")
                    try await self.artifacts.put(Data("model \(index)".utf8), at: model.appending("model.txt"))
                    let snapshot = try self.snapshot("rows \(name) \(index % 3)")
                    let input = DatasetInput(name: "d", digest: snapshot, sourceType: "snapshot", source: "{}")
                    try await self.tracking.log(datasets: [input], to: id)
                    if index == 3 {
                        let version = NewModelVersion(model: name, runID: id, source: model.uri)
                        _ = try await self.registry.register(version, Attribution(by: "ada", at: now))
                    }
                    if index > 0 { try await self.tracking.setLifecycle(.deleted, ofRun: id, at: now) }
                }
                let logged = NewLoggedModel(
                    id: "m-\(RunID.random())",
                    experimentID: experiment.id,
                    name: "m",
                    createdAt: now
                )
                let made = try await self.tracking.createLoggedModel(logged)
                try await self.artifacts.put(Data("logged".utf8), at: made.artifactFolder.appending("MLmodel"))
                try await self.tracking.setLifecycle(.deleted, ofLoggedModel: made.id, at: now)
            }
            let empty = try await self.tracking.experiment(orCreate: "gone", at: now)
            try await self.tracking.setLifecycle(.deleted, ofExperiment: empty.id, at: now)
        }

        private func snapshot(_ text: String) throws -> String {
            let staging = try self.snapshots.stagingPath()
            try Data(text.utf8).write(to: URL(fileURLWithPath: staging))
            let hash = ContentHash(of: text)
            _ = try self.snapshots.keep(staging, as: hash)
            return hash.description
        }

        /// What is wrong after a collection that ran to its end.
        func faults() async throws -> [String] {
            var faults: [String] = []
            let runs = try await self.tracking.search(RunSearch(lifecycle: nil)).runs
            if runs.count != 4 { faults.append("\(runs.count) runs in place of 4") }
            for run in runs {
                let file = try run.artifactFolder.appending("model/model.txt")
                if try await self.artifacts.entry(at: file) == nil { faults.append("\(run.name) lost its model") }
                for dataset in run.datasets {
                    let path = "\(self.folder)/snapshots/\(dataset.digest).parquet"
                    if !FileManager.default.fileExists(atPath: path) { faults.append("\(run.name) lost its snapshot") }
                }
            }
            let folders = FileManager.default.subpaths(atPath: self.folder + "/artifacts") ?? []
            let models = folders.filter { $0.hasSuffix("model.txt") || $0.hasSuffix("MLmodel") }
            if models.count != 4 { faults.append("artifacts are \(models)") }
            if try await self.tracking.experiment(named: "gone") != nil { faults.append("the experiment is there") }
            if try await !self.tracking.leftovers().isEmpty { faults.append("leftovers are noted") }
            return faults
        }
    }

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    private var later: EventTime { EventTime(microseconds: EventTime.now.microseconds + 1_000_000) }

    @Test(arguments: MetadataKind.allCases)
    func `a collection removes what was deleted, keeps what a version needs, and frees names`(
        kind: MetadataKind
    ) async throws {
        let workspace = try Workspace(folder: self.folder, kind: kind)
        try await workspace.fill()
        let none = try await workspace.collector.collect(deletedBefore: EventTime(microseconds: 0))
        #expect(none.removed.isEmpty && none.kept.isEmpty)
        let preview = try await workspace.collector.preview(deletedBefore: self.later)
        let report = try await workspace.collector.collect(deletedBefore: self.later)
        #expect(report.removed.count == 7)
        #expect(Set(preview.removed) == Set(report.removed))
        #expect(Set(preview.folders) == Set(report.folders))
        #expect(Set(preview.snapshots) == Set(report.snapshots) && report.snapshots.count == 4)
        #expect(
            report.kept.map(\.reason) == ["the model version first:1 needs it", "the model version second:1 needs it"]
        )
        #expect(try await workspace.faults() == [])
        _ = try await workspace.tracking.createExperiment(
            named: "gone",
            artifactLocation: nil,
            tags: [:],
            at: self.later
        )
        #expect(try await workspace.collector.collect(deletedBefore: self.later).removed.isEmpty)
    }

    @Test(arguments: 1...17)
    func `a collection killed at any step is finished by the next`(step: Int) async throws {
        let folder = self.folder
        let workspace = try Workspace(folder: folder)
        try await workspace.fill()
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, step] in
            let workspace = try Workspace(folder: folder)
            let store = KilledStore(store: workspace.tracking, step: step)
            let collector = GarbageCollector(
                store: store,
                artifacts: workspace.artifacts,
                snapshots: workspace.snapshots
            )
            _ = try await collector.collect(
                deletedBefore: EventTime(microseconds: EventTime.now.microseconds + 1_000_000)
            )
            kill(getpid(), SIGKILL)
        }
        for run in try await workspace.tracking.search(RunSearch(lifecycle: nil)).runs {
            let file = try run.artifactFolder.appending("model/model.txt")
            #expect(try await workspace.artifacts.entry(at: file) != nil)
        }
        _ = try await workspace.collector.collect(deletedBefore: self.later)
        #expect(try await workspace.faults() == [])
    }

    @Test(arguments: MetadataKind.allCases)
    func `between the removal of a run and of its files no version can begin to refer to them`(
        kind: MetadataKind
    ) async throws {
        let workspace = try Workspace(folder: self.folder, kind: kind)
        try await workspace.fill()
        let plan = try await workspace.tracking.removeGarbage(deletedBefore: self.later, limit: 500)
        let run = try #require(
            plan.removed.compactMap { removed in if case .run(let id) = removed.item { id } else { nil } }.first
        )
        let sources = ["runs:/\(run)/model", "mlflow-artifacts:/1/\(run)/artifacts/model"]
        for source in sources {
            let version = NewModelVersion(model: "first", runID: nil, source: source)
            let error = await #expect(throws: TrackingError.self) {
                try await workspace.registry.register(version, Attribution(by: "ada", at: self.later))
            }
            #expect(error?.code == .sourceRemoved)
        }
        #expect(try await workspace.registry.versions(of: "first").count == 1)
        let other = NewModelVersion(model: "first", runID: nil, source: "s3://elsewhere/model")
        _ = try await workspace.registry.register(other, Attribution(by: "ada", at: self.later))
        _ = try await workspace.collector.collect(deletedBefore: self.later)
        #expect(try await workspace.faults() == [])
    }

    @Test func `a snapshot that was asked for again stays`() async throws {
        let workspace = try Workspace(folder: self.folder)
        try await workspace.fill()
        // After the deletions, long before the training sets were written.
        let early = EventTime(microseconds: 2)
        let report = try await workspace.collector.collect(deletedBefore: early)
        #expect(report.removed.count == 7)
        #expect(report.snapshots.isEmpty)
        #expect(try await workspace.tracking.leftovers().count == 4)
        #expect(try await workspace.collector.collect(deletedBefore: self.later).snapshots.count == 4)
    }
}

/// A store whose process is killed before its call number `step`.
private final class KilledStore: GarbageStore {
    private let store: SQLTrackingStore
    private let step: Int
    private let count = Mutex(0)

    init(store: SQLTrackingStore, step: Int) {
        self.store = store
        self.step = step
    }

    private func pass() {
        let isLast = self.count.withLock { count in
            count += 1
            return count == self.step
        }
        if isLast { kill(getpid(), SIGKILL) }
    }

    func garbage() async throws(TrackingError) -> GarbageInventory {
        self.pass()
        return try await self.store.garbage()
    }

    func removeGarbage(deletedBefore cutoff: EventTime, limit: Int) async throws(TrackingError) -> GarbagePlan {
        self.pass()
        // Small steps, so that there are many to be killed at.
        return try await self.store.removeGarbage(deletedBefore: cutoff, limit: 3)
    }

    func leftovers() async throws(TrackingError) -> [GarbageLeftover] {
        self.pass()
        return try await self.store.leftovers()
    }

    func forget(_ leftover: GarbageLeftover) async throws(TrackingError) {
        self.pass()
        try await self.store.forget(leftover)
    }
}
