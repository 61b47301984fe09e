package import MartletCore

/// What a step does.
package enum StepWork: Sendable, Hashable, Codable {
    /// Loads sources; none means all.
    case ingest([String])
    /// Brings the online rows of feature views up to date; none means all.
    case materialize([String])
    /// Trains a recipe and registers its best version.
    case train(String)
    /// Trains again by a retraining plan, when that says so.
    case retrain(String)
    /// Trains again by a retraining plan as if a person asked: the plan need not find it due or worth it.
    case retrainNow(String)
    /// Runs a program of the user's, with its arguments.
    case command([String])

    /// The key in the file.
    package var kind: String {
        switch self {
        case .ingest: "ingest"
        case .materialize: "materialize"
        case .train: "train"
        case .retrain, .retrainNow: "retrain"
        case .command: "command"
        }
    }

    /// Such as `ingest sales`.
    package var sentence: String {
        switch self {
        case .ingest(let names), .materialize(let names):
            "\(self.kind) \(names.isEmpty ? "all" : names.joined(separator: ", "))"
        case .train(let recipe): "train \(recipe)"
        case .retrain(let plan): "retrain \(plan)"
        case .retrainNow(let plan): "retrain \(plan) at once"
        case .command(let words): words.joined(separator: " ")
        }
    }
}

/// One step of a pipeline.
package struct StepPlan: Sendable, Hashable, Codable {
    /// Unique in the pipeline.
    package var name: String
    /// The steps that must have succeeded before.
    package var needs: [String]
    package var work: StepWork
    package var retries: RetryRule
    /// How long one try may take.
    package var timeout: TimeSpan

    /// Holds a step.
    package init(
        name: String,
        needs: [String] = [],
        work: StepWork,
        retries: RetryRule = RetryRule(),
        timeout: TimeSpan = .seconds(7_200)
    ) {
        self.name = name
        self.needs = needs
        self.work = work
        self.retries = retries
        self.timeout = timeout
    }
}

/// A step as its file says it; what it needs by default depends on the step before it.
struct StepEntry: DocumentObject, Sendable {
    let name: Located<String>
    let needs: NameList?
    let work: StepWork?
    let retries: RetryRule
    let timeout: TimeSpan
    let location: SourceLocation

    init(from reader: ObjectReader) {
        self.location = reader.location
        self.name = reader.required("name", Located<String>.self, "The step's name, unique in the pipeline.")
        self.needs = reader.optional(
            "needs",
            NameList.self,
            "The steps that must have succeeded before; by default the step above, [] for none."
        )
        let ingest = reader.optional("ingest", NameList.self, "Load these sources; 'all' for every one.")
        let materialize = reader.optional(
            "materialize",
            NameList.self,
            "Bring the online rows of these feature views up to date; 'all' for every one."
        )
        let train = reader.optional("train", String.self, "Train this recipe and register its best version.")
        let retrain = reader.optional(
            "retrain",
            String.self,
            "Train again by this retraining plan, or by that of this recipe, when it is due and worth it."
        )
        let command = reader.optional("command", [String].self, "Run a program, without a shell: [name, argument, …].")
        self.retries = reader.value("retries", default: RetryRule(), "How often and when a failed try is repeated.")
        self.timeout = reader.value(
            "timeout",
            default: .seconds(7_200),
            "How long one try may take.",
            documentedDefault: "2h"
        )
        let works: [StepWork] = [
            ingest.map { .ingest(Self.names($0)) }, materialize.map { .materialize(Self.names($0)) },
            train.map { .train($0) }, retrain.map { .retrain($0) }, command.map { .command($0) },
        ]
        .compactMap(\.self)
        self.work = works.first
        if works.count != 1 {
            let found = works.isEmpty ? "none" : works.map { "'\($0.kind)'" }.joined(separator: " and ")
            reader.report(
                .documentInvalidValue,
                "a step does one thing: write 'ingest', 'materialize', 'train', 'retrain' or 'command'; found \(found)"
            )
        }
        if case .command(let words)? = self.work, words.first?.isEmpty ?? true {
            reader.report(.documentInvalidValue, "'command' names no program; write [name, argument, …]", at: "command")
        }
        if self.timeout.microseconds <= 0 {
            reader.report(.documentInvalidValue, "timeout must be longer than nothing, such as 30m", at: "timeout")
        }
    }

    private static func names(_ list: NameList) -> [String] { list.names == ["all"] ? [] : list.names }
}
