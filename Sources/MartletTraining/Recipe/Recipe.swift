package import MartletCore

/// One file in `recipes/`: what to learn from, how, and what a model must reach to be registered.
///
/// A recipe is pure text; ``TrainingService`` carries it out. Two recipes with equal text and an equal snapshot give
/// equal model bytes.
package struct Recipe: DocumentObject, Sendable {
    package let name: String
    package let description: String
    package let owner: String?
    /// The registered model that receives a version when the gates pass.
    package let model: String
    package let task: TrainingTask
    package let loader: SpineLoader
    package let label: Located<String>
    /// The unit of the label and of every prediction, such as `SGD`; only shown.
    package let unit: String?
    package let featureService: Located<String>?
    package let requestFeatures: NamedItems<RequestFeature>
    package let categorical: [Located<String>]
    /// Columns of the spine by which the model card breaks the test metrics down.
    package let groups: [Located<String>]
    package let split: SplitPlan
    package let experiments: [ExperimentPlan]
    package let metrics: [EvaluationMetric]
    package let selectBy: EvaluationMetric
    package let gates: [Gate]
    package let explain: ExplainPlan
    package let leakage: LeakageAction
    /// Seeds the engines and the bootstrap.
    package let seed: Int

    package init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The recipe's name, unique in the workspace.")
        self.description = reader.value("description", default: "", "What the model is for.")
        self.owner = reader.optional("owner", String.self, "Who answers for the model.")
        self.model = reader.required("model", String.self, "The registered model that receives a version.")
        let task = reader.required("task", TrainingTask.self, "What is predicted.")
        self.task = task
        self.loader = reader.required("loader", SpineLoader.self, "The entity spine: one row for each example.")
        self.label = reader.required("label", Located<String>.self, "The column of the spine to predict.")
        self.unit = reader.optional("unit", String.self, "The unit of the label, shown beside every figure.")
        self.featureService = reader.optional(
            "feature_service",
            Located<String>.self,
            "The feature service joined to the spine, point-in-time correct."
        )
        self.requestFeatures = reader.value(
            "request_features",
            default: NamedItems([]),
            "Columns of the spine that a caller sends with each prediction."
        )
        self.categorical = reader.value(
            "categorical",
            default: [],
            "Model columns to treat as categories; text columns always are."
        )
        self.groups = reader.value("groups", default: [], "Spine columns to break the test metrics down by.")
        self.split = reader.value("split", default: .standard, "How examples are divided; in time order 70/15/15.")
        self.experiments = reader.required(
            "experiments",
            [ExperimentPlan].self,
            "What to train; each grid is multiplied out."
        )
        let metrics: [EvaluationMetric] = reader.value(
            "metrics",
            default: task.defaultMetrics,
            "What to measure on every part."
        )
        self.metrics = metrics
        self.selectBy = reader.value(
            "select_by",
            default: metrics.first ?? task.defaultMetrics[0],
            "The metric whose best value on the validation part chooses the experiment."
        )
        self.gates = reader.value("gates", default: [], "What the test part must show before a version is registered.")
        self.explain = reader.value("explain", default: .standard, "How importance is measured.")
        self.leakage = reader.value(
            "leakage",
            default: .report,
            "What a suspected leak does: 'report' names it, 'fail' also registers nothing."
        )
        self.seed = reader.value("seed", default: 42, "Seeds the engines, subsampling and bootstrap intervals.")
        self.check(reader)
    }

    /// Every experiment with its grid multiplied out, in the order written.
    package var expandedExperiments: [TrainingExperiment] { self.experiments.flatMap { $0.expanded } }

    /// The hash of everything that shapes the model: what a run records beside its snapshot.
    ///
    /// `text` is the recipe as written after variables were put in.
    package static func hash(ofText text: String) -> ContentHash { ContentHash(of: text) }

    private func check(_ reader: ObjectReader) {
        if self.featureService == nil, self.requestFeatures.entries.isEmpty {
            reader.report(
                .recipeNoFeatures,
                "the recipe has neither 'feature_service' nor 'request_features'; a model needs at least one column"
            )
        }
        if self.experiments.isEmpty {
            reader.report(.recipeNoExperiments, "'experiments' is empty; list at least one", at: "experiments")
        }
        for metric in self.metrics + [self.selectBy] where !metric.tasks.contains(self.task) {
            reader.report(
                .recipeMetricOfOtherTask,
                "metric '\(metric.rawValue)' does not measure \(self.task.rawValue); "
                    + "use one of \(self.task.metrics.map { "'\($0.rawValue)'" }.joined(separator: ", "))",
                at: self.metrics.contains(metric) ? "metrics" : "select_by"
            )
        }
        for gate in self.gates where !gate.metric.tasks.contains(self.task) {
            reader.report(
                .recipeMetricOfOtherTask,
                "gate '\(gate)' asks for metric '\(gate.metric.rawValue)', which does not measure "
                    + "\(self.task.rawValue); use one of "
                    + self.task.metrics.map { "'\($0.rawValue)'" }.joined(separator: ", "),
                at: "gates"
            )
        }
        if self.requestFeatures.entries.contains(where: { $0.name == self.label.value }) {
            reader.report(
                .recipeLabelIsFeature,
                "label '\(self.label.value)' is also a request feature, so the model would be given its own answer; "
                    + "remove it from 'request_features'",
                at: "request_features"
            )
        }
        let names = self.expandedExperiments.map(\.name)
        for name in Set(names) where names.count(where: { $0 == name }) > 1 {
            reader.report(
                .recipeDuplicateExperiment,
                "two experiments are called '\(name)'; give each its own name",
                at: "experiments"
            )
        }
    }
}

extension ErrorCode {
    /// A recipe without any model column.
    package static let recipeNoFeatures = ErrorCode("recipe.noFeatures")
    /// A recipe without experiments.
    package static let recipeNoExperiments = ErrorCode("recipe.noExperiments")
    /// A metric that does not measure the recipe's task.
    package static let recipeMetricOfOtherTask = ErrorCode("recipe.metricOfOtherTask")
    /// The label stands among the features.
    package static let recipeLabelIsFeature = ErrorCode("recipe.labelIsFeature")
    /// Two experiments with one name.
    package static let recipeDuplicateExperiment = ErrorCode("recipe.duplicateExperiment")
    /// A parameter that Martlet sets itself.
    package static let recipeReservedParameter = ErrorCode("recipe.reservedParameter")
    /// Fractions that do not make a split.
    package static let recipeInvalidSplit = ErrorCode("recipe.invalidSplit")
    /// A gate that cannot be read.
    package static let recipeInvalidGate = ErrorCode("recipe.invalidGate")
}
