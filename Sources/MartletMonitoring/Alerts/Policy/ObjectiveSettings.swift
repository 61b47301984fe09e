package import MartletCore

/// What `objectives:` says; what it leaves out stays as it is elsewhere.
package struct ObjectiveSettings: Sendable {
    private let latency: LatencyObjective?
    private let errors: ShareObjective?
    private let errorGrowth: Double?
    private let collection: ShareObjective?
    private let training: SpanObjective?
    private let downtime: TimeSpan?
    private let experiment: TimeSpan?
    private let hostShare: Double?
    private let quarantineShare: Double?

    /// Says nothing.
    package init() {
        (self.latency, self.errors, self.errorGrowth, self.collection) = (nil, nil, nil, nil)
        (self.training, self.downtime, self.experiment, self.hostShare) = (nil, nil, nil, nil)
        self.quarantineShare = nil
    }

    func applied(to base: ServiceObjectives) -> ServiceObjectives {
        var objectives = base
        if let latency = self.latency?.objective { objectives.latencySeconds = latency.seconds }
        if let latency = self.latency?.alert { objectives.latencyAlertSeconds = latency.seconds }
        if let share = self.errors?.objective { objectives.errorShare = share }
        if let share = self.errors?.alert { objectives.errorAlertShare = share }
        if let growth = self.errorGrowth { objectives.errorGrowth = growth }
        if let share = self.collection?.objective { objectives.collectionShare = share }
        if let share = self.collection?.alert { objectives.collectionAlertShare = share }
        if let span = self.training?.objective { objectives.trainingTime = span }
        if let span = self.training?.alert { objectives.trainingAlertTime = span }
        if let span = self.downtime { objectives.downtime = span }
        if let span = self.experiment { objectives.experimentLength = span }
        if let share = self.hostShare { objectives.diskShare = share }
        if let share = self.quarantineShare { objectives.quarantineShare = share }
        return objectives
    }
}

extension ObjectiveSettings: DocumentObject {
    package init(from reader: ObjectReader) {
        self.latency = reader.optional(
            "latency_p95",
            LatencyObjective.self,
            "The 95th percentile of answers: promised (500ms), and told of (800ms)."
        )
        self.errors = reader.optional(
            "error_rate",
            ShareObjective.self,
            "The share of failed requests: promised (0.01), and told of (0.03)."
        )
        self.errorGrowth = Self.share(
            "model_error_growth",
            "The growth of the model's error over that of training that is told of; by default 0.2.",
            reader
        )
        self.collection = reader.optional(
            "collection_success",
            ShareObjective.self,
            "The share of loads that succeed: promised (0.95), and told of when below (0.9)."
        )
        self.training = reader.optional(
            "training_time",
            SpanObjective.self,
            "How long a training takes: promised (1h), and told of (2h)."
        )
        self.downtime = reader.optional(
            "deploy_downtime",
            TimeSpan.self,
            "How long changes of deployment may leave endpoints without an answer in 30 days; by default 0s."
        )
        self.experiment = reader.optional(
            "experiment_length",
            TimeSpan.self,
            "How long an A/B test may go on; by default 21d."
        )
        self.hostShare = Self.share(
            "host_used",
            "The used share of CPU, memory, open files and disk that is told of; by default 0.8.",
            reader
        )
        self.quarantineShare = Self.share(
            "quarantined_rows",
            "The share of a batch's rows in quarantine that is told of; by default 0.05.",
            reader
        )
        Self.check(
            "latency_p95",
            self.latency.map { ($0.objective?.seconds, $0.alert?.seconds) },
            isUpper: true,
            reader
        )
        Self.check("error_rate", self.errors.map { ($0.objective, $0.alert) }, isUpper: true, reader)
        Self.check(
            "training_time",
            self.training.map { ($0.objective?.seconds, $0.alert?.seconds) },
            isUpper: true,
            reader
        )
        Self.check("collection_success", self.collection.map { ($0.objective, $0.alert) }, isUpper: false, reader)
        for (key, share) in [("error_rate", self.errors), ("collection_success", self.collection)] {
            for value in [share?.objective, share?.alert].compactMap({ $0 }) where !(0..<1).contains(value) {
                reader.report(.documentInvalidValue, "\(value) must be 0 or more and below 1", at: key)
            }
        }
    }

    private static func share(_ key: String, _ summary: String, _ reader: ObjectReader) -> Double? {
        let value = reader.optional(key, Double.self, summary)
        if let value, !(value > 0) {
            reader.report(.documentInvalidValue, "\(key) is \(value); it must be more than 0", at: key)
        }
        return value
    }

    /// The alert must lie beyond the promise.
    private static func check(
        _ key: String,
        _ pair: (objective: Double?, alert: Double?)?,
        isUpper: Bool,
        _ reader: ObjectReader
    ) {
        guard let objective = pair?.objective, let alert = pair?.alert, isUpper ? alert < objective : alert > objective
        else { return }
        reader.report(
            .documentInvalidValue,
            "the alert is nearer than the objective; somebody is told only when a promise is broken already, so 'alert' "
                + "must be \(isUpper ? "at least" : "at most") 'objective'",
            at: key
        )
    }
}

/// A latency that is promised, and one that is told of.
struct LatencyObjective: DocumentObject, Sendable {
    let objective: TimeSpan?
    let alert: TimeSpan?

    init(from reader: ObjectReader) {
        self.objective = reader.optional("objective", TimeSpan.self, "What is promised, such as 500ms.")
        self.alert = reader.optional("alert", TimeSpan.self, "What is told of, such as 800ms.")
        for (key, span) in [("objective", self.objective), ("alert", self.alert)] where span?.microseconds == 0 {
            reader.report(.documentInvalidValue, "\(key) must be longer than 0s", at: key)
        }
    }
}

/// A length of time that is promised, and one that is told of.
struct SpanObjective: DocumentObject, Sendable {
    let objective: TimeSpan?
    let alert: TimeSpan?

    init(from reader: ObjectReader) {
        self.objective = reader.optional("objective", TimeSpan.self, "What is promised, such as 1h.")
        self.alert = reader.optional("alert", TimeSpan.self, "What is told of, such as 2h.")
        for (key, span) in [("objective", self.objective), ("alert", self.alert)] where span?.microseconds == 0 {
            reader.report(.documentInvalidValue, "\(key) must be longer than 0s", at: key)
        }
    }
}

/// A share that is promised, and one that is told of.
struct ShareObjective: DocumentObject, Sendable {
    let objective: Double?
    let alert: Double?

    init(from reader: ObjectReader) {
        self.objective = reader.optional("objective", Double.self, "What is promised, as a share such as 0.01.")
        self.alert = reader.optional("alert", Double.self, "What is told of, as a share such as 0.03.")
    }
}
