import Foundation
import MartletCore
import MartletForest
import MartletStores
import MartletTracking
import MartletTraining
import Synchronization
import Testing

struct TrainingServiceTests {
    private static func workspace() async throws -> TrainingWorkspace {
        let workspace = try TrainingWorkspace(features: GeneratedShots.features)
        try await workspace.execute(GeneratedShots.tables)
        return workspace
    }

    @Test(arguments: [("failed", "binary_classification", "[auc > 0.9]"), ("thickness", "regression", "[mae < 6]")])
    func `a model that passes its gates is registered with all that belongs to it, and waits for approval`(
        _ label: String,
        _ task: String,
        _ gates: String
    ) async throws {
        let workspace = try await Self.workspace()
        let report = try await workspace.train(
            GeneratedShots.recipe(label: label, task: task, experiments: GeneratedShots.both, gates: gates)
        )
        #expect(report.refusal == nil)
        #expect(report.verdicts.map(\.isPassed) == [true])
        let id = try #require(report.version)
        let version = try #require(try await workspace.registry.version(id))
        #expect(version.id == ModelVersionID("shots", 1))
        #expect(version.approval.status == .pendingManualApproval)
        #expect(version.stage == .staging)
        #expect(version.createdBy == TrainingWorkspace.user)
        let best = try #require(report.best)
        #expect(version.runID == best.run)

        let folder = try version.artifactFolder
        let names = try await workspace.artifacts.list(folder).map(\.path.lastComponent)
        let manifest = try ModelManifest(
            parsing: try await workspace.artifacts.read(folder.appending(ModelManifest.fileName))
        )
        let rest = [
            "importance.json", "manifest.json", "metrics.json", "model_card.md", "profile.json", "reference.json",
            "signature.json",
            "MLmodel", "conda.yaml", "python_env.yaml", "requirements.txt", "input_example.json",
        ]
        let foreseesErrors = task == "regression" ? ["loss.model"] : []
        #expect(Set(names) == Set(rest + foreseesErrors + [manifest.modelFile]))
        #expect(manifest.inputs.map(\.name) == ["mould_state__wear", "state", "temperature", "pressure", "mould_code"])
        #expect(
            manifest.inputs.map(\.categories) == [
                nil, ["running", "stopped", "trial"], nil, nil, ["8412", "8573", "8600", "8722"],
            ]
        )
        #expect(manifest.inputs.map(\.isRequired) == [false, true, true, false, true])
        #expect(manifest.joinKeys == ["mould"])
        #expect(manifest.snapshotHash == report.snapshotHash)
        let bytes = try await workspace.artifacts.read(folder.appending(manifest.modelFile))
        #expect(ContentHash(of: bytes) == manifest.modelHash)
        let reference = try JSONDecoder()
            .decode(
                ReferenceDistributions.self,
                from: try await workspace.artifacts.read(folder.appending("reference.json"))
            )
        #expect(reference.rowCount == 2_100)
        #expect(reference.features["pressure"]?.missingCount == 420)
        let card = String(
            decoding: try await workspace.artifacts.read(folder.appending("model_card.md")),
            as: UTF8.self
        )
        #expect(card.contains(report.snapshotHash.description) && card.contains(best.experiment.name))
    }

    @Test func `each experiment is a run that says what went in and what came out`() async throws {
        let workspace = try await Self.workspace()
        let report = try await workspace.train(GeneratedShots.recipe(experiments: GeneratedShots.both))
        let runs = try await workspace.runs(of: "shots")
        #expect(Set(runs.map(\.name)) == ["lightgbm", "xgboost"])
        for run in runs {
            #expect(run.status == .finished)
            #expect(run.user == TrainingWorkspace.user)
            #expect(run.parameters["snapshot_hash"] == report.snapshotHash.description)
            #expect(run.parameters["engine"] == run.name)
            #expect(run.datasets.map(\.digest) == [report.snapshotHash.description])
            let parity = try #require(run.metrics["parity_max_abs_difference"]?.value)
            #expect(run.name == "lightgbm" ? parity == 0 : parity <= 1e-6)
            #expect(try #require(run.metrics["test_auc"]?.value) > 0.9)
            #expect(run.metrics["validation_auc"] != nil && run.metrics["train_auc"] != nil)
            let rounds = run.metrics.keys.filter { $0.hasPrefix("rounds/valid") }
            #expect(rounds.count == 1)
        }
        let tagged = runs.filter { $0.tags["martlet.best"] == "true" }
        #expect(tagged.map(\.id) == [report.best?.run])
    }

    @Test func `a missed gate registers nothing and says by how much`() async throws {
        let workspace = try await Self.workspace()
        let report = try await workspace.train(
            GeneratedShots.recipe(
                label: "thickness",
                task: "regression",
                experiments: GeneratedShots.both,
                gates: "[mae < 0.001, r2 > 0.1]"
            )
        )
        #expect(report.version == nil)
        #expect(report.verdicts.map(\.isPassed) == [false, true])
        let refusal = try #require(report.refusal)
        #expect(refusal.contains("1 of 2 gates failed"))
        #expect(refusal.contains("mae < 0.001") && refusal.contains("missed by"))
        #expect(try await workspace.registry.model(named: "shots") == nil)
    }

    @Test(arguments: ["lightgbm", "xgboost"])
    func `the same recipe over the same rows gives the same snapshot and the same model bytes`(
        _ engine: String
    ) async throws {
        let text = GeneratedShots.recipe(
            experiments: "[{name: one, engine: \(engine), rounds: 30, early_stopping: 10}]"
        )
        let first = try await Self.workspace().train(text)
        let workspace = try await Self.workspace()
        let second = try await workspace.train(text)
        let third = try await workspace.train(text)
        #expect(first.snapshotHash == second.snapshotHash && second.snapshotHash == third.snapshotHash)
        let bytes = try [first, second, third].map { try #require($0.best?.result?.model.bytes) }
        #expect(bytes[0] == bytes[1] && bytes[1] == bytes[2])
        let snapshots = try FileManager.default.contentsOfDirectory(atPath: workspace.folder + "/snapshots")
        #expect(snapshots == ["\(first.snapshotHash).parquet"])
    }

    @Test func `cancelling stops the engines, leaves the run killed and registers nothing`() async throws {
        let workspace = try await Self.workspace()
        let started = AsyncStream.makeStream(of: Void.self)
        let text = GeneratedShots.recipe(experiments: "[{name: long, rounds: 1000000}]")
        let training = Task {
            try await workspace.train(text) { event in
                if case .roundEnded(_, let round, _, _) = event, round == 5 { started.continuation.finish() }
            }
        }
        for await _ in started.stream {}
        training.cancel()
        await #expect(throws: CancellationError.self) { try await training.value }
        let run = try #require(try await workspace.runs(of: "shots").first)
        #expect(run.status == .killed)
        #expect(run.endedAt != nil)
        #expect(run.tags["martlet.failure"] == "the training was interrupted")
        #expect(try await workspace.registry.model(named: "shots") == nil)
    }

    @Test func `runs that a killed process left open are closed, those of a living one stay`() async throws {
        let workspace = try await Self.workspace()
        let experiment = try await workspace.tracking.experiment(orCreate: "shots", at: workspace.now())
        for process in ["dead", "alive"] {
            _ = try await workspace.tracking.createRun(
                NewRun(
                    id: RunID.random(),
                    experimentID: experiment.id,
                    name: process,
                    user: TrainingWorkspace.user,
                    startedAt: workspace.now(),
                    tags: ["martlet.process": process]
                )
            )
        }
        let text = GeneratedShots.recipe(experiments: "[{name: one, rounds: 5}]")
        let closed = Mutex(0)
        _ = try await workspace.service(living: ["this", "alive"])
            .train(
                TrainingWorkspace.recipe(text),
                recipeHash: Recipe.hash(ofText: text),
                catalog: workspace.catalog,
                onEvent: { event in
                    if case .abandonedRunsClosed(let count) = event { closed.withLock { $0 += count } }
                }
            )
        #expect(closed.withLock { $0 } == 1)
        let runs = try await workspace.runs(of: "shots")
        #expect(runs.map(\.name) == ["dead", "alive", "one"])
        #expect(runs.map(\.status) == [.killed, .running, .finished])
    }
}
