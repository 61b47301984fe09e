package import MartletCore

/// What a model predicts.
package enum TrainingTask: String, DocumentWord, Sendable, Codable {
    /// A number.
    case regression
    /// The probability that something holds, from labels 0 and 1.
    case binaryClassification = "binary_classification"

    /// The metrics that measure the task, in the order shown.
    package var metrics: [EvaluationMetric] { EvaluationMetric.allCases.filter { $0.tasks.contains(self) } }

    /// What is measured when a recipe names no metrics.
    package var defaultMetrics: [EvaluationMetric] {
        switch self {
        case .regression: [.mae, .rmse, .r2, .mape]
        case .binaryClassification: [.auc, .prAUC, .f1, .f1AtHalf, .logLoss]
        }
    }
}

/// Where the examples come from.
package struct SpineLoader: DocumentObject, Sendable {
    /// A query over the warehouse that gives label, timestamp, join keys and request features.
    package let sql: Located<String>
    /// The column that says when each prediction would have been asked for.
    package let timestamp: Located<String>

    package init(from reader: ObjectReader) {
        self.sql = reader.required("sql", Located<String>.self, "A query over the warehouse, one row an example.")
        self.timestamp = reader.required(
            "timestamp",
            Located<String>.self,
            "The spine's column with the moment of each prediction; features are read as of then."
        )
    }
}

/// A model column that the caller sends.
package struct RequestFeature: DocumentObject, Sendable {
    package let type: DataType
    package let description: String
    /// Whether a prediction without it is refused rather than scored with a missing value.
    package let isRequired: Bool

    package init(from reader: ObjectReader) {
        self.type = reader.required("type", DataType.self, "The type of the value.")
        self.description = reader.value("description", default: "", "What the value means, with its unit.")
        self.isRequired = reader.value("required", default: true, "Whether a request must carry it.")
    }
}

/// How importance is measured.
package struct ExplainPlan: DocumentObject, Sendable {
    /// The number of validation rows whose SHAP values are averaged.
    package let sample: Int

    package init(from reader: ObjectReader) {
        let sample = reader.value(
            "sample",
            default: 1_000,
            "Validation rows whose SHAP values are averaged; 0 for none."
        )
        if sample < 0 { reader.report(.documentInvalidValue, "'sample' is \(sample); use 0 or more", at: "sample") }
        self.sample = max(0, sample)
    }

    private init(sample: Int) { self.sample = sample }

    /// A thousand rows.
    package static let standard = ExplainPlan(sample: 1_000)
}

/// What a suspected leak does.
package enum LeakageAction: String, DocumentWord, Sendable {
    /// Names the feature on the run, in the model card and in the output.
    case report
    /// Also keeps the model out of the registry.
    case fail
}

/// How examples are divided into train, validation and test.
package enum SplitPlan: DocumentChoice, Sendable {
    /// By the spine's timestamp, oldest first; equal moments keep the spine's order.
    case time(SplitFractions)
    /// At random, the same for the same seed and number of rows.
    case random(RandomSplit)

    package static var choices: [DocumentChoiceCase<SplitPlan>] {
        [
            DocumentChoiceCase("time", SplitFractions.self, "In time order: the future is the test.") { .time($0) },
            DocumentChoiceCase("random", RandomSplit.self, "At random, repeatable by its seed.") { .random($0) },
        ]
    }

    /// In time order 70/15/15.
    package static let standard = SplitPlan.time(SplitFractions.standard)

    /// The shares of the three parts.
    package var fractions: SplitFractions {
        switch self {
        case .time(let fractions): fractions
        case .random(let split): split.fractions
        }
    }

    /// The plan as the model card says it.
    package var sentence: String {
        let shares = self.fractions.all.map { "\(Int(($0 * 100).rounded())) %" }.joined(separator: " / ")
        return switch self {
        case .time: "in time order, \(shares)"
        case .random(let split): "at random with seed \(split.seed), \(shares)"
        }
    }
}

/// The shares of train, validation and test.
package struct SplitFractions: DocumentObject, Sendable, Equatable {
    package let train: Double
    package let validation: Double
    package let test: Double

    package init(from reader: ObjectReader) {
        let fractions = reader.value(
            "fractions",
            default: [0.7, 0.15, 0.15],
            "The shares of train, validation and test; together 1."
        )
        self = Self.checked(fractions, reader)
    }

    init(_ train: Double, _ validation: Double, _ test: Double) {
        self.train = train
        self.validation = validation
        self.test = test
    }

    static func checked(_ fractions: [Double], _ reader: ObjectReader) -> SplitFractions {
        let sum = fractions.reduce(0, +)
        guard fractions.count == 3, fractions.allSatisfy({ $0 > 0 }), abs(sum - 1) < 1e-9 else {
            reader.report(
                .recipeInvalidSplit,
                "'fractions' needs three shares above 0 that add up to 1, such as [0.7, 0.15, 0.15]",
                at: "fractions"
            )
            return .standard
        }
        return SplitFractions(fractions[0], fractions[1], fractions[2])
    }

    /// 70/15/15.
    package static let standard = SplitFractions(0.7, 0.15, 0.15)

    /// The three shares in order.
    package var all: [Double] { [self.train, self.validation, self.test] }
}

/// A random split.
package struct RandomSplit: DocumentObject, Sendable {
    package let seed: Int
    package let fractions: SplitFractions

    package init(from reader: ObjectReader) {
        self.seed = reader.value("seed", default: 42, "Equal seeds divide equal spines alike.")
        self.fractions = SplitFractions(from: reader)
    }
}
