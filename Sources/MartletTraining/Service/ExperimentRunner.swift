import Foundation
import MartletCore
import MartletForest
import MartletTracking

/// Carries out one experiment as one run: train, measure, check, log.
struct ExperimentRunner: Sendable {
    let recipe: Recipe
    let table: TrainingTable
    let trainer: any ModelTrainer
    let tracking: any TrackingStore
    let context: TrainingContext
    let onEvent: @Sendable (TrainingEvent) -> Void
    let experimentID: String
    let parameters: [String: String]
    let dataset: DatasetInput
    let threads: Int

    /// Trains `experiment`; a failure is an outcome, and only cancellation is thrown.
    func run(_ experiment: TrainingExperiment, position: Int, total: Int) async throws -> RunOutcome {
        let started = self.context.now()
        let id = self.context.newRunID()
        var tags = ["martlet.process": self.context.process, "martlet.recipe": self.recipe.name]
        if let commit = self.context.gitCommit() { tags["mlflow.source.git.commit"] = commit }
        tags[NewModelVersion.effectTag] = self.context.effect
        _ = try await self.tracking.createRun(
            NewRun(
                id: id,
                experimentID: self.experimentID,
                name: experiment.name,
                user: self.context.user,
                startedAt: started,
                tags: tags
            )
        )
        self.onEvent(.runStarted(experiment: experiment.name, run: id, position: position, total: total))
        do {
            try await self.logParameters(of: experiment, to: id)
            let result = try await self.result(of: experiment, run: id, started: started)
            try await self.logMetrics(of: result, to: id)
            _ = try await self.tracking.updateRun(id, RunUpdate(status: .finished, endedAt: self.context.now()))
            self.onEvent(
                .runFinished(
                    experiment: experiment.name,
                    run: id,
                    keptRounds: result.model.keptRounds,
                    validation: result.validation[self.recipe.selectBy],
                    seconds: result.seconds
                )
            )
            return RunOutcome(experiment: experiment, run: id, result: result)
        } catch  where error is CancellationError || Task.isCancelled {
            await self.close(id, as: .killed, reason: "the training was interrupted")
            throw CancellationError()
        } catch {
            let message = readableMessage(of: error)
            let mismatch = error as? ParityMismatch
            await self.close(id, as: .failed, reason: message, parity: mismatch?.maxAbsDifference)
            self.onEvent(.runFailed(experiment: experiment.name, run: id, message: message))
            return RunOutcome(experiment: experiment, run: id, failure: message, isParityMismatch: mismatch != nil)
        }
    }

    private func result(of experiment: TrainingExperiment, run: RunID, started: EventTime) async throws -> RunResult {
        let (model, rounds) = try await self.train(experiment, run: run)
        let (table, recipe, trainer, threads) = (self.table, self.recipe, self.trainer, self.threads)
        let now = self.context.now
        return try await EngineThread.run {
            let forest =
                switch experiment.engine {
                case .lightgbm: try Forest(lightGBM: model.bytes)
                case .xgboost: try Forest(xgBoost: model.bytes)
                }
            let testValues = table.matrix(of: table.split.test)
            let parity = ParityCheck(
                forest: forest,
                library: try trainer.predict(
                    engine: experiment.engine,
                    model: model.bytes,
                    values: testValues,
                    columnCount: table.columns.count,
                    threads: threads
                ),
                values: testValues,
                engine: experiment.engine
            )
            guard parity.isPassed else {
                throw ParityMismatch(engine: experiment.engine, maxAbsDifference: parity.maxAbsDifference)
            }
            // The forest answers as the library does, as was just seen, and is faster.
            let trainPredictions = forest.scores(table.matrix(of: table.split.train))
            let validationPredictions = forest.scores(table.matrix(of: table.split.validation))
            let validationLabels = table.labels(of: table.split.validation)
            let threshold =
                recipe.task == .regression
                ? nil
                : ClassificationStatistics(labels: validationLabels.map { $0 > 0.5 }, scores: validationPredictions)
                    .bestThreshold
            let measure = { (rows: [Int], predictions: [Double]) in
                PartMetrics(
                    task: recipe.task,
                    labels: table.labels(of: rows),
                    predictions: predictions,
                    threshold: threshold
                )
            }
            return RunResult(
                model: model,
                modelHash: ContentHash(of: Data(model.bytes)),
                threshold: threshold,
                train: measure(table.split.train, trainPredictions),
                validation: measure(table.split.validation, validationPredictions),
                test: measure(table.split.test, parity.predictions),
                validationPredictions: validationPredictions,
                testPredictions: parity.predictions,
                rounds: rounds,
                parityMaxAbsDifference: parity.maxAbsDifference,
                seconds: Double(now().microseconds - started.microseconds) / 1_000_000
            )
        }
    }

    /// Trains on a thread of its own, while the rounds' metrics are written in batches beside it.
    private func train(
        _ experiment: TrainingExperiment,
        run: RunID
    ) async throws -> (model: TrainedModel, rounds: [String: [Double]]) {
        let (table, trainer, onEvent) = (self.table, self.trainer, self.onEvent)
        let job = TrainingJob(
            engine: experiment.engine,
            columnNames: table.columns.map(\.name),
            categoryPositions: table.categoryPositions,
            trainingValues: table.matrix(of: table.split.train),
            trainingLabels: table.labels(of: table.split.train),
            validationValues: table.matrix(of: table.split.validation),
            validationLabels: table.labels(of: table.split.validation),
            parameters: self.engineParameters(of: experiment),
            rounds: experiment.rounds,
            earlyStoppingRounds: experiment.earlyStoppingRounds,
            threads: self.threads
        )
        let flag = StopFlag()
        let (rounds, continuation) = AsyncStream.makeStream(of: (Int, [String: Double]).self)
        async let logged = self.log(rounds: rounds, to: run)
        let model: TrainedModel
        do {
            model = try await withTaskCancellationHandler {
                try await EngineThread.run {
                    defer { continuation.finish() }
                    return try trainer.train(job) { round, metrics in
                        continuation.yield((round, metrics))
                        onEvent(
                            .roundEnded(
                                experiment: experiment.name,
                                round: round + 1,
                                rounds: experiment.rounds,
                                metrics: metrics
                            )
                        )
                        return !flag.isRaised
                    }
                }
            } onCancel: {
                flag.raise()
            }
        } catch {
            continuation.finish()
            _ = try? await logged
            if flag.isRaised { throw CancellationError() }
            throw error
        }
        let history = try await logged
        try Task.checkCancellation()
        return (model, history)
    }

    /// Writes the metrics of `rounds` as they come, and returns all of them.
    private func log(
        rounds: AsyncStream<(Int, [String: Double])>,
        to run: RunID
    ) async throws -> [String: [Double]] {
        var batch: [Metric] = []
        var history: [String: [Double]] = [:]
        for await (round, metrics) in rounds {
            for (name, value) in metrics { history[name, default: []].append(value) }
            let now = self.context.now()
            batch += metrics.sorted { $0.key < $1.key }
                .map { Metric("rounds/\($0.key)", $0.value, at: now, step: Int64(round)) }
            if batch.count >= 200 {
                try await self.tracking.log(RunBatch(metrics: batch), to: run)
                batch = []
            }
        }
        if !batch.isEmpty { try await self.tracking.log(RunBatch(metrics: batch), to: run) }
        return history
    }

    private func engineParameters(of experiment: TrainingExperiment) -> [String: String] {
        experiment.engineParameters(task: self.recipe.task, seed: self.recipe.seed, selectBy: self.recipe.selectBy)
    }

    private func logParameters(of experiment: TrainingExperiment, to run: RunID) async throws {
        var parameters = self.parameters
        for (key, value) in self.engineParameters(of: experiment) {
            parameters[key] = value
        }
        parameters["engine"] = experiment.engine.rawValue
        parameters["rounds"] = String(experiment.rounds)
        parameters["threads"] = String(self.threads)
        if let stopping = experiment.earlyStoppingRounds { parameters["early_stopping"] = String(stopping) }
        try await self.tracking.log(RunBatch(parameters: parameters), to: run)
        try await self.tracking.log(datasets: [self.dataset], to: run)
    }

    private func logMetrics(of result: RunResult, to run: RunID) async throws {
        let now = self.context.now()
        var metrics = [
            Metric("parity_max_abs_difference", result.parityMaxAbsDifference, at: now),
            Metric("kept_rounds", Double(result.model.keptRounds), at: now),
            Metric("duration_seconds", result.seconds, at: now),
        ]
        for (part, figures) in [("train", result.train), ("validation", result.validation), ("test", result.test)] {
            for metric in self.recipe.task.metrics {
                metrics.append(Metric("\(part)_\(metric.rawValue)", figures[metric], at: now))
            }
        }
        if let threshold = result.threshold { metrics.append(Metric("threshold", threshold, at: now)) }
        let tags = ["martlet.model_hash": result.modelHash.description]
        try await self.tracking.log(RunBatch(metrics: metrics, tags: tags), to: run)
    }

    /// Closes a run whatever happens to the task around it.
    private func close(_ id: RunID, as status: RunStatus, reason: String, parity: Double? = nil) async {
        let (tracking, now) = (self.tracking, self.context.now())
        let tags = ["martlet.failure": String(reason.prefix(2_000))]
        let metrics = parity.map { [Metric("parity_max_abs_difference", $0, at: now)] } ?? []
        await Task {
            // The run is closed as well as it can be: what led here is reported, not a second fault on top of it.
            try? await tracking.log(RunBatch(metrics: metrics, tags: tags), to: id)
            _ = try? await tracking.updateRun(id, RunUpdate(status: status, endedAt: now))
        }
        .value
    }
}
