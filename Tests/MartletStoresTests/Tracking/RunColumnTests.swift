import Foundation
import GRDB
import MartletCore
import MartletTesting
import MartletTracking
import Testing

@testable import MartletStores

/// Searches by columns in memory against searches of the database.
struct RunColumnTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
    private static let now = EventTime(microseconds: 1_700_000_000_000_000)

    /// A store over the file as one more program would open it, which asks the database `patience` times.
    private func store(
        patience: Int,
        promptLimit: Int = 20_000,
        byteLimit: Int = 64 << 20
    ) throws -> SQLTrackingStore {
        SQLTrackingStore(
            MetadataDatabase(
                backend: try SQLiteMetadata(path: self.path, migrations: MetadataMigrations.all),
                runColumns: RunColumnCache(patience: patience, promptLimit: promptLimit, byteLimit: byteLimit)
            )
        )
    }

    @Test func `columns keep the rules of a search from the first one on`() async throws {
        #expect(try await RunSearchContract.violations(of: try self.store(patience: 0)) == [])
    }

    @Test func `columns keep the rules of a search where no memory is left for them`() async throws {
        #expect(try await RunSearchContract.violations(of: try self.store(patience: 0, byteLimit: 1)) == [])
    }

    @Test(arguments: 1...6)
    func `columns find what the database finds while two programs change runs`(seed: Int) async throws {
        var random = SplitMix64(seed: UInt64(seed))
        let plain = try self.store(patience: .max)
        let programs = [try self.store(patience: 0), try self.store(patience: 1), plain]
        var experiments: [String] = []
        for name in ["first", "second"] {
            experiments.append(try await plain.experiment(orCreate: name, at: Self.now).id)
        }
        var changes = RandomChanges(experiments: experiments)
        var byColumns = 0
        for _ in 0..<15 {
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                try await changes.change(programs[Int.random(in: 0..<3, using: &random)], &random)
            }
            for _ in 0..<4 {
                let search = RandomChanges.search(experiments, &random)
                let expected = try await plain.search(search)
                for program in programs.dropLast() {
                    let found = try await program.search(search)
                    #expect(found.runs.map(\.id) == expected.runs.map(\.id), "\(search)")
                    #expect(found == expected)
                }
                let columns = programs[0].database.runColumns
                let isByColumns = try await programs[0].database
                    .read(to: "search") {
                        try columns.page(search, in: $0) != nil
                    }
                if isByColumns { byColumns += 1 }
            }
        }
        // The others compare or sort by a field that has no column.
        #expect(byColumns >= 20)
    }

    @Test func `a large experiment is read into memory when it was searched often enough for it to pay`() async throws {
        let store = try self.store(patience: 1, promptLimit: 20)
        let experiment = try await store.experiment(orCreate: "first", at: Self.now).id
        var random = SplitMix64(seed: 1)
        var changes = RandomChanges(experiments: [experiment])
        func isByColumns(_ search: RunSearch) async throws -> Bool {
            let columns = store.database.runColumns
            return try await store.database.read(to: "search") { try columns.page(search, in: $0) != nil }
        }
        for _ in 0..<20 { try await changes.createRun(store, &random) }
        let search = RunSearch(experimentIDs: [experiment])
        #expect(try await !isByColumns(search))
        #expect(try await isByColumns(search))
        let other = try await store.experiment(orCreate: "second", at: Self.now).id
        var others = RandomChanges(experiments: [other])
        for _ in 0..<30 { try await others.createRun(store, &random) }
        let large = RunSearch(experimentIDs: [other])
        for _ in 0..<30 { #expect(try await !isByColumns(large)) }
        #expect(try await isByColumns(large))
        #expect(try await !isByColumns(RunSearch(experimentIDs: [other], order: [RunOrder(.tag("team"))])))
    }

    @Test func `columns that the journal has left behind are read anew`() async throws {
        let (writer, reader) = (try self.store(patience: .max), try self.store(patience: 0))
        let experiment = try await writer.experiment(orCreate: "first", at: Self.now).id
        var random = SplitMix64(seed: 1)
        var changes = RandomChanges(experiments: [experiment])
        for _ in 0..<5 { try await changes.createRun(writer, &random) }
        let search = RunSearch(experimentIDs: [experiment], order: [RunOrder(.tag("team"))])
        #expect(try await reader.search(search) == writer.search(search))
        let id = try #require(changes.ids.first)
        try await writer.database.write(to: "go on") { database in
            let row = try RunRows.requireWritable(id, in: database)
            for _ in 0..<RunChanges.keptCount + 2_100 { try RunChanges.note(run: row, in: database) }
        }
        let kept = try await writer.database.read(to: "count") { try $0.rows("SELECT count(*) FROM run_changes", []) }
        #expect((RunChanges.keptCount...RunChanges.keptCount + 2_100).contains(kept[0][0]))
        try await writer.log(RunBatch(tags: ["team": "zz"]), to: id)
        for _ in 0..<3 { #expect(try await reader.search(search) == writer.search(search)) }
    }

    @Test func `a program that searched before a restore finds what was restored`() async throws {
        let backup = self.path + ".backup"
        let store = try self.store(patience: 0)
        let experiment = try await store.experiment(orCreate: "first", at: Self.now).id
        var random = SplitMix64(seed: 1)
        var changes = RandomChanges(experiments: [experiment])
        for _ in 0..<20 { try await changes.createRun(store, &random) }
        let search = RunSearch(experimentIDs: [experiment])
        let before = try await store.search(search)
        _ = try await MetadataBackup.write(.file(path: self.path), to: backup)
        for id in changes.ids.prefix(5) { try await store.log(RunBatch(tags: ["team": "later"]), to: id) }
        #expect(try await store.search(search) != before)
        _ = try await MetadataBackup.restore(.file(path: self.path), from: backup, replaces: true, now: Self.now)
        for _ in 0..<2 { #expect(try await store.search(search) == before) }
        try await store.log(RunBatch(tags: ["team": "after"]), to: changes.ids[7])
        let after = try await store.search(search)
        #expect(after.runs.first { $0.id == changes.ids[7] }?.tags["team"] == "after")
    }

    @Test func `a run that takes the number of a removed one is told from it`() async throws {
        let store = try self.store(patience: 0)
        let experiments = [
            try await store.experiment(orCreate: "first", at: Self.now).id,
            try await store.experiment(orCreate: "second", at: Self.now).id,
        ]
        var random = SplitMix64(seed: 1)
        var changes = RandomChanges(experiments: [experiments[0]])
        for _ in 0..<3 { try await changes.createRun(store, &random) }
        let last = try #require(changes.ids.last)
        let searches = experiments.map { RunSearch(experimentIDs: [$0], lifecycle: nil) }
        #expect(try await store.search(searches[0]).runs.count == 3)
        #expect(try await store.search(searches[1]).runs.isEmpty)
        try await store.setLifecycle(.deleted, ofRun: last, at: Self.now)
        _ = try await store.removeGarbage(deletedBefore: EventTime(microseconds: .max), limit: 10)
        var others = RandomChanges(experiments: [experiments[1]])
        try await others.createRun(store, &random)
        #expect(try await store.search(searches[0]).runs.count == 2)
        #expect(try await store.search(searches[1]).runs.map(\.id) == others.ids)
    }
}

/// Changes of runs drawn at random, and searches for them.
struct RandomChanges {
    let experiments: [String]
    private(set) var ids: [RunID] = []
    private var models: [String] = []
    private var time: Int64 = 1_700_000_000_000_000

    init(experiments: [String]) { self.experiments = experiments }

    mutating func createRun(_ store: SQLTrackingStore, _ random: inout SplitMix64) async throws {
        let id = RunID(using: &random)
        self.time += Int64.random(in: 0...1, using: &random)
        let run = NewRun(
            id: id,
            experimentID: self.experiments.randomElement(using: &random) ?? "0",
            name: "run \(Int.random(in: 0..<5, using: &random))",
            user: "ada",
            startedAt: EventTime(microseconds: self.time),
            tags: Bool.random(using: &random) ? ["team": Self.text(&random)] : [:]
        )
        _ = try await store.createRun(run)
        self.ids.append(id)
    }

    mutating func change(_ store: SQLTrackingStore, _ random: inout SplitMix64) async throws {
        guard let id = self.ids.randomElement(using: &random), self.ids.count > 4 else {
            return try await self.createRun(store, &random)
        }
        let now = EventTime(microseconds: self.time)
        do {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...2: try await self.createRun(store, &random)
            case 3...4:
                let value = [1, 2, -0.0, .nan, .infinity, 0.5].randomElement(using: &random) ?? 0
                let step = Int64.random(in: 0..<9, using: &random)
                try await store.log(RunBatch(metrics: [Metric("mae", value, at: now, step: step)]), to: id)
            case 5: try await store.log(RunBatch(tags: ["team": Self.text(&random)]), to: id)
            case 6: try await store.log(RunBatch(parameters: ["kind": Self.text(&random)]), to: id)
            case 7: try await store.deleteTag("team", of: id)
            case 8:
                let end = EventTime(microseconds: Int64.random(in: 0..<5, using: &random))
                _ = try await store.updateRun(id, RunUpdate(status: .finished, endedAt: end, name: Self.text(&random)))
            case 9:
                let lifecycle: Lifecycle = Bool.random(using: &random) ? .active : .deleted
                try await store.setLifecycle(lifecycle, ofRun: id, at: now)
            case 10:
                let experiment = self.experiments.randomElement(using: &random) ?? "0"
                try await store.setLifecycle(.deleted, ofExperiment: experiment, at: now)
                try await store.setLifecycle(.active, ofExperiment: experiment, at: now)
            default: try await self.changeModels(store, id, now, &random)
            }
        } catch let error as TrackingError {
            // What a run does not take is no change: a param with another value, a write to a deleted run.
            let expected: [ErrorCode] = [
                .parameterChanged, .runDeleted, .runNotFound, .tagNotFound, .loggedModelNotFound,
            ]
            #expect(expected.contains(error.code), "\(error)")
        }
    }

    /// Has a run read a data set and write a model, or removes what was deleted for good.
    private mutating func changeModels(
        _ store: SQLTrackingStore,
        _ id: RunID,
        _ now: EventTime,
        _ random: inout SplitMix64
    ) async throws {
        if let model = self.models.randomElement(using: &random), Bool.random(using: &random) {
            try await store.setLifecycle(.deleted, ofLoggedModel: model, at: now)
            _ = try await store.removeGarbage(deletedBefore: EventTime(microseconds: .max), limit: 3)
            return
        }
        let model = "m-\(RunID(using: &random))"
        let experiment = self.experiments.randomElement(using: &random) ?? "0"
        _ = try await store.createLoggedModel(
            NewLoggedModel(id: model, experimentID: experiment, name: "m", createdAt: now)
        )
        self.models.append(model)
        let data = DatasetInput(name: "sales", digest: "d\(Self.text(&random))", sourceType: "file", source: "s")
        try await store.log(datasets: [data], inputModels: [model], to: id)
        try await store.log(outputModels: [ModelOutput(modelID: model, step: 1)], to: id)
    }

    static func search(_ experiments: [String], _ random: inout SplitMix64) -> RunSearch {
        let mae = RunField.metric("mae")
        let fields: [RunField] = [
            mae, .metric("none"), .parameter("kind"), .tag("team"), .name, .status, .startedAt, .endedAt, .user, .id,
        ]
        var conditions: [RunCondition] = []
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let number = [0, 0.5, 1, .infinity, .nan].randomElement(using: &random) ?? 0
            let numeric = SearchComparison.allCases.filter { !$0.isPattern }
            let comparison = numeric.randomElement(using: &random) ?? .equal
            let field: RunField =
                [.parameter("kind"), .tag("team"), .name, .status].randomElement(using: &random) ?? .name
            let exact: SearchComparison = Bool.random(using: &random) ? .equal : .notEqual
            let texts = (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.text(&random) }
            switch Int.random(in: 0..<9, using: &random) {
            case 0...1: conditions.append(.number(mae, comparison, number))
            case 2: conditions.append(.text(field, exact, Self.text(&random)))
            case 3: conditions.append(.text(field, .like, "%\(Self.text(&random).suffix(1))"))
            case 4: conditions.append(.text(field, .caseInsensitiveLike, "_\(Self.text(&random).suffix(1))%"))
            case 5: conditions.append(.anyOf(field, texts))
            case 6: conditions.append(.noneOf(field, texts))
            case 7: conditions.append(.exists(fields.randomElement(using: &random) ?? mae))
            default: conditions.append(.missing(fields.randomElement(using: &random) ?? mae))
            }
        }
        if Int.random(in: 0..<6, using: &random) == 0 {
            let time = EventTime(microseconds: Int64.random(in: 0..<5, using: &random))
            conditions.append(.time(Bool.random(using: &random) ? .endedAt : .startedAt, .lessOrEqual, time))
        }
        let order = (0..<Int.random(in: 0...3, using: &random))
            .map { _ in
                RunOrder(fields.randomElement(using: &random) ?? mae, ascending: Bool.random(using: &random))
            }
        let experiment = experiments.randomElement(using: &random) ?? "0"
        return RunSearch(
            experimentIDs: [experiment],
            conditions: conditions,
            lifecycle: [.active, .deleted, nil].randomElement(using: &random) ?? nil,
            order: order,
            limit: Int.random(in: 1...12, using: &random),
            offset: Int.random(in: 0...6, using: &random)
        )
    }

    /// A short text; some are equal to others but for their bytes.
    private static func text(_ random: inout SplitMix64) -> String {
        ["a", "A", "b", "ab", "\u{e9}", "e\u{301}", "집", "", "x*"].randomElement(using: &random) ?? "a"
    }
}
