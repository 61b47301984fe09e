import MartletCore
import MartletTesting
import MartletTracking
import Testing

struct GarbagePlanTests {
    private let cutoff = EventTime(microseconds: 100)

    private func deleted(_ item: GarbageItem, in experiment: String, at moment: Int64 = 50) -> DeletedItem {
        DeletedItem(item, experimentID: experiment, deletedAt: EventTime(microseconds: moment))
    }

    @Test func `what was deleted later than asked stays, and its experiment with it`() {
        let run = RunID.random()
        let inventory = GarbageInventory(
            deleted: [self.deleted(.run(run), in: "3", at: 101), self.deleted(.experiment("3"), in: "3")],
            references: [],
            experimentsInUse: []
        )
        let plan = GarbagePlan(inventory, deletedBefore: self.cutoff)
        #expect(plan.removed.isEmpty)
        #expect(plan.kept.map(\.reason) == ["the run \(run) in it stays"])
    }

    @Test func `what a model version needs stays, however the version names it`() throws {
        let runs = (0..<4).map { _ in RunID.random() }
        let model = "m-\(RunID.random())"
        let references = [
            GarbageReference("price:1", runID: runs[0], source: "s3://elsewhere"),
            GarbageReference("price:2", runID: nil, source: "mlflow-artifacts:/7/\(runs[1])/artifacts/model"),
            GarbageReference("price:3", runID: nil, source: "runs:/\(runs[2])/model"),
            GarbageReference("price:4", runID: nil, source: "models:/\(model)"),
        ]
        let items = runs.map { GarbageItem.run($0) } + [.loggedModel(model), .loggedModel("m-free")]
        let inventory = GarbageInventory(
            deleted: items.map { self.deleted($0, in: "7") } + [self.deleted(.experiment("7"), in: "7")],
            references: references,
            experimentsInUse: []
        )
        let plan = GarbagePlan(inventory, deletedBefore: self.cutoff)
        #expect(plan.removed.map(\.item) == [.run(runs[3]), .loggedModel("m-free")])
        #expect(plan.kept.count == 5)
        #expect(plan.kept.first?.reason == "the model version price:1 needs it")
        #expect(
            plan.leftovers == [
                .folder(try ArtifactPath("7/\(runs[3])")), .folder(try ArtifactPath("7/models/m-free")),
            ]
        )
    }

    @Test func `an experiment with something active, and the default one, stay`() {
        let inventory = GarbageInventory(
            deleted: ["0", "1", "2"].map { self.deleted(.experiment($0), in: $0) },
            references: [],
            experimentsInUse: ["1"]
        )
        let plan = GarbagePlan(inventory, deletedBefore: self.cutoff)
        #expect(plan.removed.map(\.item) == [.experiment("2")])
        #expect(plan.kept.map(\.item) == [.experiment("0"), .experiment("1")])
    }

    @Test func `artifacts in a place that is not Martlet's are named and left`() {
        let run = RunID.random()
        var item = self.deleted(.run(run), in: "1")
        item.artifactLocation = "s3://bucket/1/\(run)/artifacts"
        let inventory = GarbageInventory(deleted: [item], references: [], experimentsInUse: [])
        let plan = GarbagePlan(inventory, deletedBefore: self.cutoff)
        #expect(plan.leftovers.isEmpty)
        #expect(plan.foreignLocations == ["s3://bucket/1/\(run)/artifacts"])
    }

    @Test func `every address of a folder that a version may have been registered with keeps it`() throws {
        let run = RunID.random()
        let model = "m-\(RunID.random())"
        let runItem = self.deleted(.run(run), in: "7")
        let modelItem = self.deleted(.loggedModel(model), in: "7")
        let experiment = self.deleted(.experiment("7"), in: "7")
        let cases: [(String, [DeletedItem])] = [
            ("mlflow-artifacts:/7/\(run)/artifacts/model", [runItem, experiment]),
            ("mlflow-artifacts:/7/\(run)/artifacts/model/", [runItem, experiment]),
            ("mlflow-artifacts://host:5000/7/\(run)/artifacts//model", [runItem, experiment]),
            ("mlflow-artifacts:/7", [runItem, modelItem, experiment]),
            ("mlflow-artifacts:/7/own/place", [experiment]),
            ("mlflow-artifacts:/77/own/place", []),
            ("mlflow-artifacts:/7/models/\(model)/artifacts", [modelItem, experiment]),
            ("https://host/api/2.0/mlflow-artifacts/artifacts/7/\(run)/artifacts?x=1", [runItem]),
            ("file:///srv/.martlet/artifacts/7/models/\(model)/artifacts", [modelItem]),
            ("runs:/\(run)/model", [runItem]),
            ("models:/\(model)", [modelItem]),
            ("runs:/\(RunID.random())/model", []),
        ]
        for (source, kept) in cases {
            let references = GarbageReferences([GarbageReference("price:1", runID: nil, source: source)])
            for item in [runItem, modelItem, experiment] {
                let holder = references.holder(needing: item)
                #expect(holder == (kept.contains(item) ? "price:1" : nil), "\(source) and the \(item.item)")
            }
        }
        let linked = GarbageReference("a:1", runID: nil, source: "s3://x", location: "models:/\(model)", modelID: nil)
        #expect(GarbageReferences([linked]).holder(needing: try #require(modelItem.folder)) == "a:1")
    }

    /// Whether one of two URIs is the other or lies inside it.
    private static func overlap(_ one: String, _ other: String) -> Bool {
        one == other || one.hasPrefix(other + "/") || other.hasPrefix(one + "/")
    }

    @Test func `no random plan removes what something refers to, and a run goes before its experiment`() throws {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<500 {
            let experiments = (1...3).map(String.init)
            var items: [DeletedItem] = []
            for experiment in experiments where Bool.random(using: &generator) {
                items.append(
                    self.deleted(.experiment(experiment), in: experiment, at: .random(in: 0...150, using: &generator))
                )
            }
            for _ in 0..<8 {
                let run = RunID(using: &generator)
                let item = Bool.random(using: &generator) ? GarbageItem.run(run) : .loggedModel("m-\(run)")
                let experiment = experiments.randomElement(using: &generator) ?? "1"
                items.append(self.deleted(item, in: experiment, at: .random(in: 0...150, using: &generator)))
            }
            let references = try items.compactMap { item -> GarbageReference? in
                guard Int.random(in: 0..<3, using: &generator) == 0, let folder = item.folder else { return nil }
                return GarbageReference("m:1", runID: nil, source: try folder.appending("artifacts/model").uri)
            }
            let inventory = GarbageInventory(
                deleted: items.shuffled(using: &generator),
                references: references,
                experimentsInUse: Set(experiments.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 })
            )
            let plan = GarbagePlan(inventory, deletedBefore: self.cutoff)
            for leftover in plan.leftovers {
                guard case .folder(let folder) = leftover else { continue }
                #expect(!references.contains { Self.overlap($0.source, folder.uri) })
            }
            let removed = plan.removed.map(\.item)
            #expect(plan.removed.allSatisfy { $0.deletedAt <= self.cutoff })
            for (index, item) in removed.enumerated() {
                guard case .experiment(let id) = item else { continue }
                let inside = items.filter { $0.experimentID == id && $0.item != item }
                #expect(inside.allSatisfy { removed[..<index].contains($0.item) })
                #expect(!inventory.experimentsInUse.contains(id))
            }
        }
    }
}
