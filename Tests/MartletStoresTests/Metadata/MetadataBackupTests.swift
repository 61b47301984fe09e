import Foundation
import MartletCore
import MartletEngines
import MartletStores
import MartletTesting
import MartletTracking
import Testing

/// Backups of each database, restored to each.
struct MetadataBackupTests {
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    private static func path() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).backup").path
    }

    private static func place(_ kind: MetadataKind) throws -> MetadataPlace {
        switch kind {
        case .sqlite: .file(path: kind.newPlace())
        case .postgres:
            .postgres(
                try MetadataKind.postgresServer().address(),
                schema: kind.newPlace(),
                connectionLimit: 2,
                locator: .ofProcess()
            )
        }
    }

    /// Writes runs, metrics that are no numbers, models, decisions and a deployment; one experiment is made and is gone.
    private static func fill(_ database: MetadataDatabase) async throws -> RunID {
        let store = SQLTrackingStore(database)
        let experiment = try await store.experiment(orCreate: "집값 'x'", at: Self.now)
        let id = RunID.random()
        _ = try await store.createRun(
            NewRun(id: id, experimentID: experiment.id, name: "r", user: "ada", startedAt: Self.now)
        )
        let points =
            (0..<500).map { Metric("mae", Double($0) / 3, at: Self.now, step: $0) }
            + [.nan, .infinity, -.infinity].map { Metric("odd", $0, at: Self.now, step: 1) }
        try await store.log(RunBatch(metrics: points, parameters: ["rate": "0.1"], tags: ["메모": "줄\n바꿈"]), to: id)
        let registry = SQLModelRegistry(database)
        for _ in 0..<3 {
            _ = try await registry.register(
                NewModelVersion(model: "price", runID: id, source: "mlflow-artifacts:/1/x"),
                Self.ada
            )
        }
        _ = try await registry.decide(.approved, on: ModelVersionID("price", 2), Self.ada)
        try await registry.setAlias("champion", to: ModelVersionID("price", 2), Self.ada)
        try await registry.deleteVersion(ModelVersionID("price", 3), Self.ada)
        _ = try await SQLDeploymentStore(database).deploy(ModelVersionID("price", 2), to: "price", Self.ada)
        return id
    }

    /// All that a caller can see of the database.
    private static func picture(_ database: MetadataDatabase, _ id: RunID) async throws -> [String] {
        let store = SQLTrackingStore(database)
        let registry = SQLModelRegistry(database)
        let ledger = try await SQLLedger(database).verify(anchor: nil)
        let run = try #require(try await store.run(id))
        return [
            "\(run.name) \(run.user) \(run.status) \(run.startedAt) \(Self.sorted(run.parameters)) \(Self.sorted(run.tags))",
            "\(run.metrics.values.sorted { $0.key < $1.key })",
            "\(try await store.metricHistory(of: id, key: "mae", limit: 1_000, offset: 0))",
            "\(try await store.metricHistory(of: id, key: "odd", limit: 1_000, offset: 0))",
            "\(try await registry.versions(of: "price").map(Self.text))",
            "\(try await SQLDeploymentStore(database).snapshot())", "\(ledger.isIntact) \(ledger.head)",
        ]
    }

    /// A version as text; dictionaries print in an order of their own each time.
    private static func text(_ version: ModelVersion) -> String {
        "\(version.id) \(version.createdBy) \(version.createdAt) \(version.updatedAt) \(String(describing: version.runID)) "
            + "\(version.source) \(version.stage) \(version.approval) \(version.aliases) \(Self.sorted(version.tags))"
    }

    private static func sorted(_ texts: [String: String]) -> [String] {
        texts.map { "\($0.key)=\($0.value)" }.sorted()
    }

    @Test(arguments: MetadataKind.allCases, MetadataKind.allCases)
    func `a backup of one database is restored to another, whole and able to go on`(
        from: MetadataKind,
        to: MetadataKind
    ) async throws {
        let (source, target, path) = (try Self.place(from), try Self.place(to), Self.path())
        let original = try source.open()
        let id = try await Self.fill(original)
        let picture = try await Self.picture(original, id)
        let written = try await MetadataBackup.write(source, to: path)
        #expect(written.rowCount > 500)
        let status = try MetadataStatus(of: .file(path: path))
        #expect(status.missingSteps.isEmpty)
        let restored = try await MetadataBackup.restore(target, from: path, replaces: false, now: Self.now)
        #expect(restored.replaced == nil)
        #expect(restored.rowCount == written.rowCount)
        let copy = try target.open()
        for (found, expected) in zip(try await Self.picture(copy, id), picture) { #expect(found == expected) }
        // Numbers go on where they were.
        let version = try await SQLModelRegistry(copy)
            .register(NewModelVersion(model: "price", runID: id, source: "mlflow-artifacts:/1/x"), Self.ada)
        #expect(version.id.number == 4)
        let experiment = try await SQLTrackingStore(copy).experiment(orCreate: "another", at: Self.now)
        let expected = try await SQLTrackingStore(original).experiment(orCreate: "another", at: Self.now)
        #expect(experiment.id == expected.id)
        let run = NewRun(id: .random(), experimentID: experiment.id, name: "s", user: "ada", startedAt: Self.now)
        _ = try await SQLTrackingStore(copy).createRun(run)
        #expect(try await SQLLedger(copy).verify(anchor: nil).isIntact)
        #expect(try await copy.integrityFaults().isEmpty)
    }

    @Test(arguments: MetadataKind.allCases)
    func `data are replaced only when asked, and are kept aside`(kind: MetadataKind) async throws {
        let (source, target, path) = (try Self.place(.sqlite), try Self.place(kind), Self.path())
        let id = try await Self.fill(try source.open())
        _ = try await MetadataBackup.write(source, to: path)
        let database = try target.open()
        _ = try await SQLTrackingStore(database).experiment(orCreate: "theirs", at: Self.now)
        let error = await #expect(throws: StoreError.self) {
            try await MetadataBackup.restore(target, from: path, replaces: false, now: Self.now)
        }
        #expect(error?.code == .backupFailed)
        #expect(error?.message.contains("--replace") == true)
        let report = try await MetadataBackup.restore(target, from: path, replaces: true, now: Self.now)
        #expect(report.replaced != nil)
        // A program that had the database open sees what was restored.
        #expect(try await SQLTrackingStore(database).run(id) != nil)
        #expect(try await SQLLedger(try target.open()).verify(anchor: nil).isIntact)
    }

    @Test(arguments: MetadataKind.allCases)
    func `a backup taken while others write is one moment`(kind: MetadataKind) async throws {
        let place = try Self.place(kind)
        let database = try place.open()
        let registry = SQLModelRegistry(database)
        async let writes: Void = {
            for _ in 0..<120 {
                _ = try await registry.register(
                    NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x"),
                    Self.ada
                )
            }
        }()
        for _ in 0..<3 {
            let path = Self.path()
            _ = try await MetadataBackup.write(place, to: path)
            let copy = try MetadataDatabase(path: path)
            let verification = try await SQLLedger(copy).verify(anchor: nil)
            let versions = try await SQLModelRegistry(copy).versions(of: "price").count
            #expect(verification.isIntact)
            #expect(verification.entryCount == (versions == 0 ? 0 : Int64(versions) + 1))
        }
        try await writes
    }

    @Test func `what is no sound backup is refused and changes nothing`() async throws {
        let (source, path) = (try Self.place(.sqlite), Self.path())
        let database = try source.open()
        let id = try await Self.fill(database)
        _ = try await MetadataBackup.write(source, to: path)
        let again = await #expect(throws: StoreError.self) { try await MetadataBackup.write(source, to: path) }
        #expect(again?.message.contains("exists already") == true)
        let bytes = try Data(contentsOf: URL(filePath: path))
        let cut = Self.path()
        try bytes.prefix(bytes.count / 2).write(to: URL(filePath: cut))
        let words = Self.path()
        try Data("no database at all, only some words in a file that is long enough".utf8)
            .write(to: URL(filePath: words))
        let empty = Self.path()
        try Data().write(to: URL(filePath: empty))
        for bad in [cut, words, empty, "/nowhere"] {
            let error = await #expect(throws: StoreError.self) {
                try await MetadataBackup.restore(source, from: bad, replaces: true, now: Self.now)
            }
            #expect(error?.code == .backupFailed, "\(error?.message ?? "")")
        }
        let newer = Self.path()
        let later = MetadataMigrations.all + [MetadataMigration("z 1", sql: "CREATE TABLE z (x INTEGER);")]
        try MetadataDatabase(path: newer, migrations: later).close()
        let error = await #expect(throws: StoreError.self) {
            try await MetadataBackup.restore(source, from: newer, replaces: true, now: Self.now)
        }
        #expect(error?.code == .schemaTooNew)
        #expect(try await SQLTrackingStore(database).run(id) != nil)
    }

    @Test(arguments: MetadataKind.allCases)
    func `the status tells which steps are missing and changes nothing`(kind: MetadataKind) async throws {
        let place = try Self.place(kind)
        let before = try MetadataStatus(of: place)
        #expect(!before.exists)
        #expect(before.missingSteps == MetadataMigrations.all.map(\.name))
        #expect(try MetadataStatus(of: place).exists == false)
        let first = Array(MetadataMigrations.all.prefix(2))
        try place.open(first).close()
        let half = try MetadataStatus(of: place)
        #expect(half.exists)
        #expect(half.appliedSteps == first.map(\.name))
        #expect(half.missingSteps == MetadataMigrations.all.dropFirst(2).map(\.name))
        _ = try await Self.fill(try place.open())
        let after = try MetadataStatus(of: place)
        #expect(after.missingSteps.isEmpty)
        #expect(after.tables.first { $0.name == "model_versions" }?.rowCount == 2)
        #expect(after.byteCount > 0)
        let error = #expect(throws: StoreError.self) { try MetadataStatus(of: place, migrations: first) }
        #expect(error?.code == .schemaTooNew)
    }
}
