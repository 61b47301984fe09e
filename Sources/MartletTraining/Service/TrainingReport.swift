package import MartletCore
package import MartletTracking

/// One experiment's run and what it reached.
package struct RunOutcome: Sendable {
    package let experiment: TrainingExperiment
    package let run: RunID
    /// The result; `nil` when the run failed.
    package let result: RunResult?
    /// Why the run failed.
    package let failure: String?
    /// Whether it failed because the served forest and the library disagree.
    package let isParityMismatch: Bool

    /// Records how `experiment` ended.
    init(
        experiment: TrainingExperiment,
        run: RunID,
        result: RunResult? = nil,
        failure: String? = nil,
        isParityMismatch: Bool = false
    ) {
        self.experiment = experiment
        self.run = run
        self.result = result
        self.failure = failure
        self.isParityMismatch = isParityMismatch
    }
}

/// What a run that ended well produced.
package struct RunResult: Sendable {
    package let model: TrainedModel
    package let modelHash: ContentHash
    /// The threshold with the best F1 on the validation part; `nil` for regression.
    package let threshold: Double?
    package let train: PartMetrics
    package let validation: PartMetrics
    package let test: PartMetrics
    /// Predictions in the order of the split's rows.
    package let validationPredictions: [Double]
    package let testPredictions: [Double]
    /// One value a round for each of the engine's metrics, such as `valid_rmse`.
    package let rounds: [String: [Double]]
    /// The greatest difference between the served forest and the library over the test rows.
    package let parityMaxAbsDifference: Double
    package let seconds: Double
}

/// Everything a training did, for the command line and for `metrics.json`.
package struct TrainingReport: Sendable {
    package let recipe: String
    package let snapshotHash: ContentHash
    package let snapshotPath: String
    package let rowCount: Int
    package let outcomes: [RunOutcome]
    /// The position of the best run in ``outcomes``; `nil` when all failed.
    package let bestIndex: Int?
    package let verdicts: [GateVerdict]
    package let leaks: [LeakageFinding]
    package let intervals: [EvaluationMetric: BootstrapInterval]
    package let importance: [ColumnImportance]
    /// The registered version, or `nil`.
    package let version: ModelVersionID?
    /// Why nothing was registered.
    package let refusal: String?

    /// The best run.
    package var best: RunOutcome? { self.bestIndex.map { self.outcomes[$0] } }

    /// The report as JSON, without predictions and model bytes.
    package var json: JSONValue {
        let runs = self.outcomes.map { outcome -> JSONValue in
            var members: [String: JSONValue] = [
                "experiment": .string(outcome.experiment.name), "run_id": .string(outcome.run.description),
            ]
            if let result = outcome.result {
                members["train"] = result.train.json
                members["validation"] = result.validation.json
                members["test"] = result.test.json
                members["rounds"] = .integer(Int64(result.model.keptRounds))
                members["seconds"] = .number(result.seconds)
                members["model_hash"] = .string(result.modelHash.description)
                members["parity_max_abs_difference"] = .number(result.parityMaxAbsDifference)
            }
            if let failure = outcome.failure { members["failure"] = .string(failure) }
            return .object(members)
        }
        var members: [String: JSONValue] = [
            "recipe": .string(self.recipe), "snapshot": .string(self.snapshotHash.description),
            "rows": .integer(Int64(self.rowCount)), "runs": .array(runs),
            "gates": .array(self.verdicts.map(\.json)),
            "leakage": .array(
                self.leaks.map { .object(["feature": .string($0.feature), "reason": .string($0.reason)]) }
            ),
            "test_intervals": .object(
                Dictionary(
                    self.intervals.map { metric, interval in
                        (
                            metric.rawValue,
                            .object(["lower": .number(interval.lower), "upper": .number(interval.upper)])
                        )
                    },
                    uniquingKeysWith: { first, _ in first }
                )
            ),
        ]
        if let best { members["best_run_id"] = .string(best.run.description) }
        if let version { members["version"] = .string(version.description) }
        if let refusal { members["not_registered"] = .string(refusal) }
        return .object(members)
    }
}
