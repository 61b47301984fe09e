package import MartletCore

/// The library that grows the trees.
package enum BoostingEngine: String, DocumentWord, Sendable, Codable {
    case lightgbm
    case xgboost
}

/// One entry of a recipe's `experiments`: parameters, and lists of values to try.
package struct ExperimentPlan: DocumentObject, Sendable {
    package let name: String
    package let engine: BoostingEngine
    package let parameters: NamedItems<DocumentScalar>
    package let grid: NamedItems<[DocumentScalar]>
    package let rounds: Int
    package let earlyStoppingRounds: Int?

    package init(from reader: ObjectReader) {
        self.name = reader.required("name", String.self, "The experiment's name; a grid adds its values to it.")
        let engine = reader.value("engine", default: BoostingEngine.lightgbm, "The library that grows the trees.")
        self.engine = engine
        self.parameters = reader.value(
            "parameters",
            default: NamedItems([]),
            "Parameters by the library's own names."
        )
        self.grid = reader.value(
            "grid",
            default: NamedItems([]),
            "Parameters with a list of values; every combination is trained."
        )
        let rounds = reader.value("rounds", default: 200, "The greatest number of trees.")
        if rounds < 1 { reader.report(.documentInvalidValue, "'rounds' is \(rounds); use 1 or more", at: "rounds") }
        self.rounds = max(1, rounds)
        let stopping = reader.optional(
            "early_stopping",
            Int.self,
            "Stop after so many rounds without a better validation metric, and keep the best."
        )
        if let stopping, stopping < 1 {
            reader.report(.documentInvalidValue, "'early_stopping' is \(stopping); use 1 or more", at: "early_stopping")
        }
        self.earlyStoppingRounds = stopping.map { max(1, $0) }
        self.check(reader)
    }

    /// Every combination of the grid, the last key varying fastest, in the order written.
    ///
    /// Without a grid there is one experiment with the plan's own name. With one, each is named
    /// `name num_leaves=31 lambda_l2=1`.
    package var expanded: [TrainingExperiment] {
        var combinations: [[(String, String)]] = [[]]
        for entry in self.grid.entries {
            combinations = combinations.flatMap { combination in
                entry.value.map { combination + [(entry.name, $0.text)] }
            }
        }
        let fixed = self.parameters.entries.map { ($0.name, $0.value.text) }
        return combinations.map { combination in
            TrainingExperiment(
                name: ([self.name] + combination.map { "\($0.0)=\($0.1)" }).joined(separator: " "),
                engine: self.engine,
                parameters: Dictionary(fixed + combination) { _, last in last },
                rounds: self.rounds,
                earlyStoppingRounds: self.earlyStoppingRounds
            )
        }
    }

    private static let reserved: [String: String] = [
        "num_threads": "threads are shared out by Martlet", "nthread": "threads are shared out by Martlet",
        "num_thread": "threads are shared out by Martlet", "n_jobs": "threads are shared out by Martlet",
        "num_iterations": "write 'rounds'", "n_estimators": "write 'rounds'", "num_round": "write 'rounds'",
        "num_rounds": "write 'rounds'", "num_boost_round": "write 'rounds'", "num_trees": "write 'rounds'",
        "early_stopping_round": "write 'early_stopping'", "early_stopping_rounds": "write 'early_stopping'",
        "seed": "write 'seed' at the top of the recipe", "random_state": "write 'seed' at the top of the recipe",
        "categorical_feature": "write 'categorical' at the top of the recipe",
        "verbosity": "the engines are kept quiet", "verbose": "the engines are kept quiet",
        "device": "training runs on the processor", "device_type": "training runs on the processor",
    ]

    private func check(_ reader: ObjectReader) {
        let named =
            self.parameters.entries.map { ("parameters", $0.name) } + self.grid.entries.map { ("grid", $0.name) }
        for (key, parameter) in named {
            if let advice = Self.reserved[parameter] {
                reader.report(
                    .recipeReservedParameter,
                    "experiment '\(self.name)' sets '\(parameter)', which Martlet sets itself: \(advice)",
                    at: key
                )
            }
        }
        for entry in self.grid.entries where entry.value.isEmpty {
            reader.report(
                .documentInvalidValue,
                "grid key '\(entry.name)' of experiment '\(self.name)' has no values; list at least one",
                at: "grid"
            )
        }
    }
}

/// One model to train: a plan with one value for every parameter.
package struct TrainingExperiment: Sendable, Hashable {
    package let name: String
    package let engine: BoostingEngine
    /// As written in the recipe; what Martlet adds comes from `engineParameters(task:seed:)`.
    package let parameters: [String: String]
    package let rounds: Int
    package let earlyStoppingRounds: Int?

    /// All parameters the engine receives: the recipe's, and what task, seed and repeatability ask for.
    ///
    /// Early stopping looks at the engine's metric nearest to `selectBy`.
    package func engineParameters(task: TrainingTask, seed: Int, selectBy: EvaluationMetric) -> [String: String] {
        let added: [String: String] =
            switch self.engine {
            case .lightgbm:
                [
                    "objective": task == .regression ? "regression" : "binary", "seed": String(seed),
                    "metric": Self.lightGBMMetric(selectBy),
                ]
            case .xgboost:
                [
                    "objective": task == .regression ? "reg:squarederror" : "binary:logistic",
                    "seed": String(seed), "eval_metric": Self.xgBoostMetric(selectBy),
                ]
            }
        return added.merging(self.parameters) { _, written in written }
    }

    private static func lightGBMMetric(_ metric: EvaluationMetric) -> String {
        switch metric {
        case .mae: "l1"
        case .rmse, .r2: "rmse"
        case .mape: "mape"
        case .auc: "auc"
        case .prAUC: "average_precision"
        case .f1, .f1AtHalf, .logLoss: "binary_logloss"
        }
    }

    private static func xgBoostMetric(_ metric: EvaluationMetric) -> String {
        switch metric {
        case .mae: "mae"
        case .rmse, .r2: "rmse"
        case .mape: "mape"
        case .auc: "auc"
        case .prAUC: "aucpr"
        case .f1, .f1AtHalf, .logLoss: "logloss"
        }
    }
}
