import MartletCore
import MartletFeatures
import MartletForest
import MartletTracking

/// One training under way: the data is ready, the experiments are to be run and judged.
struct Training: Sendable {
    let service: TrainingService
    let recipe: Recipe
    let recipeHash: ContentHash
    let features: FeatureService?
    let experimentID: String
    let snapshot: Snapshot
    let table: TrainingTable
    let leaks: [LeakageFinding]
    let onEvent: @Sendable (TrainingEvent) -> Void

    /// Runs, chooses, judges, stores and, when every gate passes, registers.
    func carryOut() async throws -> TrainingReport {
        let outcomes = try await self.runExperiments()
        guard let bestIndex = self.bestIndex(of: outcomes), let result = outcomes[bestIndex].result else {
            return self.refused(outcomes, "every experiment failed; the first said: \(outcomes[0].failure ?? "")")
        }
        let best = outcomes[bestIndex]
        let selectBy = self.recipe.selectBy
        self.onEvent(
            .bestSelected(
                experiment: best.experiment.name,
                run: best.run,
                metric: selectBy,
                validation: result.validation[selectBy]
            )
        )
        let verdicts = try await self.judge(result)
        let refusal = self.refusal(verdicts: verdicts, outcomes: outcomes)
        let (sample, importance, intervals) = try await self.explain(best, result)
        let trainedAt = self.service.context.now()
        let artifacts = ModelArtifacts(
            recipe: self.recipe,
            recipeHash: self.recipeHash,
            table: self.table,
            service: self.features,
            snapshotHash: self.snapshot.result.contentHash,
            best: best,
            result: result,
            trainedAt: trainedAt
        )
        let draft = self.report(outcomes, bestIndex, verdicts, intervals, importance, version: nil, refusal: refusal)
        let card = self.card(draft, best, result, trainedAt: trainedAt)
        let reference = MonitoringReference(
            recipe: self.recipe,
            table: self.table,
            best: best,
            result: result,
            importance: importance,
            trainer: self.service.trainer,
            threads: self.service.coreCount
        )
        let folder = try await artifacts.write(
            card: card,
            report: draft.json,
            importance: importance,
            reference: try await EngineThread.run { try reference.files() },
            experimentID: self.experimentID,
            to: self.service.artifacts
        )
        let plots = TrainingPlots(
            recipe: self.recipe,
            experiment: best.experiment,
            table: self.table,
            result: result,
            sample: sample,
            importance: importance,
            intervals: intervals
        )
        try await self.store(plots, card: card, report: draft.json, of: best.run)
        try await self.log(intervals, verdicts: verdicts, to: best.run)
        if let refusal {
            self.onEvent(.notRegistered(reason: refusal))
            return draft
        }
        let version = try await self.register(best, folder: folder)
        self.onEvent(.registered(version))
        return self.report(outcomes, bestIndex, verdicts, intervals, importance, version: version, refusal: nil)
    }

    /// Runs every experiment, at most one for each core at a time, in the recipe's order.
    private func runExperiments() async throws -> [RunOutcome] {
        let experiments = self.recipe.expandedExperiments
        let width = min(self.service.coreCount, experiments.count)
        let runner = ExperimentRunner(
            recipe: self.recipe,
            table: self.table,
            trainer: self.service.trainer,
            tracking: self.service.tracking,
            context: self.service.context,
            onEvent: self.onEvent,
            experimentID: self.experimentID,
            parameters: self.sharedParameters,
            dataset: self.snapshot.dataset(of: self.recipe),
            threads: max(1, self.service.coreCount / max(1, width))
        )
        return try await withThrowingTaskGroup(of: (Int, RunOutcome).self) { group in
            var outcomes = [RunOutcome?](repeating: nil, count: experiments.count)
            var next = 0
            let startNext = { (group: inout ThrowingTaskGroup<(Int, RunOutcome), any Error>) in
                guard next < experiments.count else { return }
                let position = next
                next += 1
                group.addTask {
                    (
                        position,
                        try await runner.run(experiments[position], position: position, total: experiments.count)
                    )
                }
            }
            for _ in 0..<width { startNext(&group) }
            while let (position, outcome) = try await group.next() {
                outcomes[position] = outcome
                startNext(&group)
            }
            return outcomes.compactMap(\.self)
        }
    }

    private var sharedParameters: [String: String] {
        var parameters = [
            "recipe": self.recipe.name, "recipe_hash": self.recipeHash.description,
            "snapshot_hash": self.snapshot.result.contentHash.description, "label": self.recipe.label.value,
            "task": self.recipe.task.rawValue, "split": self.recipe.split.sentence,
            "columns": String(self.table.columns.count), "seed": String(self.recipe.seed),
        ]
        if let features {
            parameters["feature_service"] = features.name
            parameters["feature_service_fingerprint"] = features.fingerprint.description
        }
        return parameters
    }

    /// The best on the validation part; of equal ones the first written, and `NaN` only when there is nothing else.
    private func bestIndex(of outcomes: [RunOutcome]) -> Int? {
        let metric = self.recipe.selectBy
        var best: (index: Int, value: Double)?
        for (index, outcome) in outcomes.enumerated() {
            guard let value = outcome.result?.validation[metric] else { continue }
            if let current = best, !metric.isBetter(value, than: current.value) { continue }
            best = (index, value)
        }
        return best?.index
    }

    private func judge(_ result: RunResult) async throws -> [GateVerdict] {
        var champion: ChampionScore?
        if self.recipe.gates.contains(where: \.needsChampion) {
            champion = try await ChampionScore.measure(
                recipe: self.recipe,
                batch: self.snapshot.batch,
                table: self.table,
                registry: self.service.registry,
                artifacts: self.service.artifacts
            )
        }
        let verdicts = self.recipe.gates.map {
            $0.judge(result.test[$0.metric], champion: champion?.metrics[$0.metric])
        }
        for verdict in verdicts { self.onEvent(.gateJudged(verdict)) }
        return verdicts
    }

    private func refusal(verdicts: [GateVerdict], outcomes: [RunOutcome]) -> String? {
        // A scorer that is wrong for one model of the recipe is not trusted with the others.
        if let mismatch = outcomes.first(where: \.isParityMismatch) {
            return "experiment '\(mismatch.experiment.name)': \(mismatch.failure ?? "")"
        }
        if let missed = verdicts.first(where: { !$0.isPassed }) {
            let count = verdicts.count { !$0.isPassed }
            return "\(count) of \(verdicts.count) gates failed: \(missed)"
        }
        if self.recipe.leakage == .fail, let leak = self.leaks.first(where: { !$0.isPrevented }) {
            return "the recipe says 'leakage: fail', and \(leak)"
        }
        return nil
    }

    private func explain(
        _ best: RunOutcome,
        _ result: RunResult
    ) async throws -> (ExplainedSample, [ColumnImportance], [EvaluationMetric: BootstrapInterval]) {
        let (table, recipe) = (self.table, self.recipe)
        return try await EngineThread.run {
            let forest =
                switch best.experiment.engine {
                case .lightgbm: try Forest(lightGBM: result.model.bytes)
                case .xgboost: try Forest(xgBoost: result.model.bytes)
                }
            var generator = SeededGenerator(seed: recipe.seed)
            let validation = table.split.validation
            let chosen = generator.permutation(of: validation.count).prefix(recipe.explain.sample).sorted()
            let sample = ExplainedSample(
                forest: forest,
                columns: table.columns.map(\.name),
                rows: table.matrix(of: chosen.map { validation[$0] })
            )
            let importance = ColumnImportance.measure(sample, gain: result.model.gain)
            let labels = table.labels(of: table.split.test)
            switch recipe.task {
            case .regression:
                let interval = RegressionStatistics.maeInterval(
                    labels: labels,
                    predictions: result.testPredictions,
                    resamples: BootstrapInterval.resamples(rows: labels.count),
                    seed: recipe.seed
                )
                return (sample, importance, [.mae: interval])
            case .binaryClassification:
                let intervals = ClassificationStatistics(
                    labels: labels.map { $0 > 0.5 },
                    scores: result.testPredictions
                )
                .areaIntervals(resamples: BootstrapInterval.resamples(rows: labels.count), seed: recipe.seed)
                return (sample, importance, [.auc: intervals.auc, .prAUC: intervals.averagePrecision])
            }
        }
    }

    private func log(
        _ intervals: [EvaluationMetric: BootstrapInterval],
        verdicts: [GateVerdict],
        to run: RunID
    ) async throws {
        let now = self.service.context.now()
        let bounds = intervals.sorted { $0.key.rawValue < $1.key.rawValue }
            .flatMap { metric, interval in
                [
                    Metric("test_\(metric.rawValue)_lower", interval.lower, at: now),
                    Metric("test_\(metric.rawValue)_upper", interval.upper, at: now),
                ]
            }
        var tags = ["martlet.best": "true"]
        if !verdicts.isEmpty { tags["martlet.gates"] = verdicts.allSatisfy(\.isPassed) ? "passed" : "failed" }
        if !self.leaks.isEmpty { tags["martlet.leakage"] = self.leaks.map(\.feature).joined(separator: ", ") }
        try await self.service.tracking.log(RunBatch(metrics: bounds, tags: tags), to: run)
    }

    private func register(_ best: RunOutcome, folder: ArtifactPath) async throws -> ModelVersionID {
        var tags = ["martlet.recipe": self.recipe.name]
        tags[NewModelVersion.effectTag] = self.service.context.effect
        let version = NewModelVersion(
            model: self.recipe.model,
            runID: best.run,
            source: folder.uri,
            stage: .staging,
            description: self.recipe.description,
            tags: tags
        )
        try await self.service.context.beforeRegistering()
        let author = Attribution(
            by: self.service.context.user,
            at: self.service.context.now(),
            reason: "trained by recipe '\(self.recipe.name)', all gates passed"
        )
        return try await self.service.registry.register(version, author).id
    }

    private func card(
        _ report: TrainingReport,
        _ best: RunOutcome,
        _ result: RunResult,
        trainedAt: EventTime
    ) -> String {
        let rows = self.table.split.test
        let groups = GroupMetrics.measure(
            names: self.recipe.groups.map(\.value),
            batch: self.snapshot.batch,
            rows: rows,
            labels: self.table.labels(of: rows),
            predictions: result.testPredictions,
            task: self.recipe.task,
            threshold: result.threshold
        )
        return ModelCard(
            recipe: self.recipe,
            table: self.table,
            snapshotHash: report.snapshotHash,
            sourceTables: self.snapshot.result.sourceTables,
            best: best,
            result: result,
            outcomes: report.outcomes,
            verdicts: report.verdicts,
            leaks: report.leaks,
            intervals: report.intervals,
            importance: report.importance,
            groups: groups,
            trainedAt: trainedAt
        )
        .markdown
    }

    private func refused(_ outcomes: [RunOutcome], _ reason: String) -> TrainingReport {
        self.onEvent(.notRegistered(reason: reason))
        return self.report(outcomes, nil, [], [:], [], version: nil, refusal: reason)
    }

    private func report(
        _ outcomes: [RunOutcome],
        _ bestIndex: Int?,
        _ verdicts: [GateVerdict],
        _ intervals: [EvaluationMetric: BootstrapInterval],
        _ importance: [ColumnImportance],
        version: ModelVersionID?,
        refusal: String?
    ) -> TrainingReport {
        TrainingReport(
            recipe: self.recipe.name,
            snapshotHash: self.snapshot.result.contentHash,
            snapshotPath: self.snapshot.path,
            rowCount: self.table.rowCount,
            outcomes: outcomes,
            bestIndex: bestIndex,
            verdicts: verdicts,
            leaks: self.leaks,
            intervals: intervals,
            importance: importance,
            version: version,
            refusal: refusal
        )
    }
}
