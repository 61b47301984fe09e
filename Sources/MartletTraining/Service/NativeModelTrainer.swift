package import MartletCore
package import MartletEngines

/// Trains with the LightGBM and XGBoost libraries of this machine, loading each at its first use.
package struct NativeModelTrainer: ModelTrainer {
    private let locator: EngineLocator

    /// Remembers where the libraries are looked for.
    package init(locator: EngineLocator) { self.locator = locator }

    package func train(
        _ job: TrainingJob,
        onRound: (Int, [String: Double]) -> Bool
    ) throws(TrainingError) -> TrainedModel {
        let training = Self.matrix(job, values: job.trainingValues, labels: job.trainingLabels)
        let validation = Self.matrix(job, values: job.validationValues, labels: job.validationLabels)
        let request = BoostingRequest(
            parameters: job.parameters,
            rounds: job.rounds,
            earlyStoppingRounds: job.earlyStoppingRounds,
            threads: job.threads,
            // Ranking metrics sort all rows each round, which costs more than growing the tree.
            evaluatesTraining: !Self.sortsRows(job.parameters)
        )
        do throws(EngineError) {
            let result =
                switch job.engine {
                case .lightgbm:
                    try LightGBM(locator: self.locator)
                        .train(training, validation: validation, request: request, onIteration: onRound)
                case .xgboost:
                    try XGBoost(locator: self.locator)
                        .train(training, validation: validation, request: request, onIteration: onRound)
                }
            return TrainedModel(bytes: result.model, keptRounds: result.bestIteration, gain: result.gain)
        } catch {
            throw TrainingError(
                .trainingEngine,
                "\(job.engine.rawValue) could not train: \(error.message)",
                underlying: error
            )
        }
    }

    package func predict(
        engine: BoostingEngine,
        model: [UInt8],
        values: [Double],
        columnCount: Int,
        threads: Int
    ) throws(TrainingError) -> [Double] {
        do throws(EngineError) {
            return switch engine {
            case .lightgbm:
                try LightGBM(locator: self.locator)
                    .predict(model: model, rows: values, columnCount: columnCount, kind: .value, threads: threads)
            case .xgboost:
                try XGBoost(locator: self.locator)
                    .predict(model: model, rows: values, columnCount: columnCount, kind: .value, threads: threads)
            }
        } catch {
            throw TrainingError(
                .trainingEngine,
                "\(engine.rawValue) could not predict: \(error.message)",
                underlying: error
            )
        }
    }

    private static func sortsRows(_ parameters: [String: String]) -> Bool {
        ["metric", "eval_metric"]
            .contains { key in
                ["auc", "average_precision", "aucpr"].contains(parameters[key] ?? "")
            }
    }

    private static func matrix(_ job: TrainingJob, values: [Double], labels: [Double]) -> TrainingMatrix {
        TrainingMatrix(
            features: values,
            columnNames: job.columnNames,
            label: labels.map { Float($0) },
            categoricalColumns: job.categoryPositions
        )
    }
}

extension ErrorCode {
    /// An engine refused the data or a parameter.
    package static let trainingEngine = ErrorCode("training.engine")
}
