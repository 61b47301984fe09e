import MartletCore

/// The plots of one trained model.
struct TrainingPlots: Sendable {
    let recipe: Recipe
    let experiment: TrainingExperiment
    let table: TrainingTable
    let result: RunResult
    let sample: ExplainedSample
    let importance: [ColumnImportance]
    let intervals: [EvaluationMetric: BootstrapInterval]

    /// Every plot that the data allow, each with another name.
    var all: [Plot] {
        let categories = Set(self.table.categoryPositions.map { self.table.columns[$0].name })
        var plots = [
            FeatureImportancePlot(
                importance: self.importance,
                sampleCount: self.sample.count,
                subject: self.recipe.model
            )
            .plot
        ]
        let beeswarm = BeeswarmPlot(
            sample: self.sample,
            importance: self.importance,
            categories: categories,
            subject: self.recipe.model,
            unit: self.rawUnit
        )
        if let plot = beeswarm.plot { plots.append(plot) }
        switch self.recipe.task {
        case .regression: plots += self.regression
        case .binaryClassification: plots += self.classification
        }
        let learning = LearningCurvePlot(
            rounds: self.result.rounds,
            keptRounds: self.result.model.keptRounds,
            subject: self.recipe.model
        )
        if let plot = learning.plot { plots.append(plot) }
        return plots
    }

    private var regression: [Plot] {
        let labels = self.table.labels(of: self.table.split.test)
        let plots = RegressionPlots(
            labels: labels,
            predictions: self.result.testPredictions,
            subject: self.recipe.model,
            label: self.recipe.label.value + (self.recipe.unit.map { " (\($0))" } ?? ""),
            statistics: RegressionStatistics(labels: labels, predictions: self.result.testPredictions),
            seed: self.recipe.seed
        )
        return [plots.predictedActual, plots.residuals]
    }

    private var classification: [Plot] {
        let labels = self.table.labels(of: self.table.split.test).map { $0 > 0.5 }
        let plots = ClassificationPlots(
            labels: labels,
            predictions: self.result.testPredictions,
            statistics: ClassificationStatistics(labels: labels, scores: self.result.testPredictions),
            threshold: self.result.threshold,
            aucInterval: self.intervals[.auc],
            averagePrecisionInterval: self.intervals[.prAUC],
            subject: self.recipe.model
        )
        return [plots.roc, plots.precisionRecall, plots.calibration].compactMap(\.self)
    }

    /// What the sum of SHAP values is, before the objective's own transformation.
    private var rawUnit: String {
        switch self.recipe.task {
        case .binaryClassification: return "log-odds of \(self.recipe.label.value)"
        case .regression:
            let objective = self.experiment.parameters["objective"] ?? ""
            let isLogarithmic = ["poisson", "gamma", "tweedie"].contains { objective.hasSuffix($0) }
            let label = self.recipe.label.value
            return isLogarithmic ? "logarithm of \(label)" : label + (self.recipe.unit.map { " (\($0))" } ?? "")
        }
    }
}
