import MartletCore
import MartletEngines
import MartletStores
import MartletTracking
import MartletTraining
import Testing

struct TrainingRefusalTests {
    /// Trains for real, but answers for XGBoost as if the library had another opinion.
    private struct DisagreeingTrainer: ModelTrainer {
        let native = NativeModelTrainer(locator: .ofProcess())

        func train(
            _ job: TrainingJob,
            onRound: (Int, [String: Double]) -> Bool
        ) throws(TrainingError) -> TrainedModel {
            try self.native.train(job, onRound: onRound)
        }

        func predict(
            engine: BoostingEngine,
            model: [UInt8],
            values: [Double],
            columnCount: Int,
            threads: Int
        ) throws(TrainingError) -> [Double] {
            let answers = try self.native.predict(
                engine: engine,
                model: model,
                values: values,
                columnCount: columnCount,
                threads: threads
            )
            return engine == .xgboost ? answers.map { $0 + 0.25 } : answers
        }
    }

    private static func workspace() async throws -> TrainingWorkspace {
        let workspace = try TrainingWorkspace(features: GeneratedShots.features)
        try await workspace.execute(GeneratedShots.tables)
        return workspace
    }

    @Test func `one experiment whose scorer disagrees with its library keeps every other from being registered`()
        async throws
    {
        let workspace = try await Self.workspace()
        let report = try await workspace.train(
            GeneratedShots.recipe(experiments: GeneratedShots.both, gates: "[auc > 0.5]"),
            trainer: DisagreeingTrainer()
        )
        #expect(report.version == nil)
        #expect(report.best?.experiment.name == "lightgbm")
        #expect(try #require(report.refusal).hasPrefix("experiment 'xgboost': the served forest and xgboost disagree"))
        #expect(try await workspace.registry.model(named: "shots") == nil)
        let runs = try await workspace.runs(of: "shots")
        let failed = try #require(runs.first { $0.name == "xgboost" })
        #expect(failed.status == .failed)
        #expect(abs(try #require(failed.metrics["parity_max_abs_difference"]?.value) - 0.25) < 1e-6)
        #expect(failed.tags["martlet.failure"]?.contains("0.25") == true)
    }

    @Test func `an experiment that the engine refuses fails alone`() async throws {
        let workspace = try await Self.workspace()
        let report = try await workspace.train(
            GeneratedShots.recipe(
                experiments: """
                    [{name: wrong, rounds: 5, parameters: {objective: no_such_thing}}, {name: right, rounds: 5}]
                    """
            )
        )
        #expect(report.outcomes.map { $0.failure == nil } == [false, true])
        #expect(report.version == ModelVersionID("shots", 1))
        let statuses = Dictionary(
            uniqueKeysWithValues: try await workspace.runs(of: "shots").map { ($0.name, $0.status) }
        )
        #expect(statuses == ["wrong": .failed, "right": .finished])
    }

    @Test func `a gate against the champion compares on the same rows`() async throws {
        let workspace = try await Self.workspace()
        let gates = "[auc > champion * 0.99]"
        let strong = GeneratedShots.recipe(experiments: "[{name: strong, rounds: 60}]", gates: gates)
        let first = try await workspace.train(strong)
        let version = try #require(first.version)
        #expect(try #require(first.verdicts.first).limit == nil)
        try await workspace.registry.setAlias(
            "champion",
            to: version,
            Attribution(by: "park", at: workspace.now(), reason: "first")
        )
        let weak = GeneratedShots.recipe(
            experiments: "[{name: weak, rounds: 1, parameters: {num_leaves: 2}}]",
            gates: gates
        )
        let second = try await workspace.train(weak)
        #expect(second.version == nil)
        let limit = try #require(second.verdicts.first?.limit)
        let champion = try #require(first.best?.result?.test[.auc])
        #expect(abs(limit - champion * 0.99) < 1e-12)
        #expect(try await workspace.registry.versions(of: "shots").map(\.id) == [version])
    }

    @Test func `a leak is named, and registers nothing where the recipe says so`() async throws {
        let workspace = try await Self.workspace()
        let text = GeneratedShots.recipe(experiments: "[{name: one, rounds: 5}]", more: "leakage: fail")
            .replacing("pressure: {type: float64, required: false}", with: "result: {type: int64}")
            .replacing("mould AS mould_code", with: "mould AS mould_code, failed AS result")
        let report = try await workspace.train(text)
        #expect(report.leaks.filter { !$0.isPrevented }.map(\.feature) == ["result"])
        #expect(report.version == nil)
        #expect(try #require(report.refusal).contains("'result' alone predicts the label nearly perfectly"))
    }
}
