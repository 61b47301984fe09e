package import MartletCore

/// Where a run stands.
package enum RunStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case running = "RUNNING"
    case scheduled = "SCHEDULED"
    case finished = "FINISHED"
    case failed = "FAILED"
    case killed = "KILLED"

    /// Whether nothing more will happen.
    package var isFinal: Bool { self != .running && self != .scheduled }
}

/// One tracked training: what went in, what came out.
package struct Run: Sendable, Hashable, Codable {
    package var id: RunID
    package var experimentID: String
    package var name: String
    package var user: String
    package var status: RunStatus
    package var startedAt: EventTime
    package var endedAt: EventTime?
    package var lifecycle: Lifecycle
    /// Settings, as text; a param never changes once logged.
    package var parameters: [String: String]
    /// The latest point of each metric, by key; ``TrackingStore/metricHistory(of:key:limit:offset:)`` has all.
    package var metrics: [String: Metric]
    package var tags: [String: String]
    package var datasets: [DatasetInput]
    /// The logged models it read, by id.
    package var inputModels: [String]
    /// The logged models it wrote.
    package var outputModels: [ModelOutput]
    /// Where its artifacts lie when the experiment has a place of its own; `nil` is the artifact store.
    package var artifactLocation: String?

    /// The tag in which clients keep the name; a store keeps both the same.
    package static let nameTag = "mlflow.runName"

    /// Describes a run as a store holds it.
    package init(
        id: RunID,
        experimentID: String,
        name: String,
        user: String,
        status: RunStatus = .running,
        startedAt: EventTime,
        endedAt: EventTime? = nil,
        lifecycle: Lifecycle = .active,
        parameters: [String: String] = [:],
        metrics: [String: Metric] = [:],
        tags: [String: String] = [:],
        datasets: [DatasetInput] = [],
        inputModels: [String] = [],
        outputModels: [ModelOutput] = [],
        artifactLocation: String? = nil
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.user = user
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.lifecycle = lifecycle
        self.parameters = parameters
        self.metrics = metrics
        self.tags = tags
        self.datasets = datasets
        self.inputModels = inputModels
        self.outputModels = outputModels
        self.artifactLocation = artifactLocation
    }

    /// The folder of the run's artifacts in the artifact store.
    package var artifactFolder: ArtifactPath { .folder(experimentID: self.experimentID, runID: self.id) }

    /// Where the run's artifacts lie, as clients are told.
    package var artifactURI: String { self.artifactLocation ?? self.artifactFolder.uri }

    /// How long the run took, or `nil` while it is under way.
    package var durationSeconds: Double? {
        self.endedAt.map { Double($0.microseconds - self.startedAt.microseconds) / 1_000_000 }
    }
}

/// What is known of a run before it starts.
package struct NewRun: Sendable, Hashable {
    package var id: RunID
    package var experimentID: String
    package var name: String
    package var user: String
    package var startedAt: EventTime
    package var tags: [String: String]

    /// Announces the run `id`; its status will be ``RunStatus/running``.
    package init(
        id: RunID,
        experimentID: String,
        name: String,
        user: String,
        startedAt: EventTime,
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.user = user
        self.startedAt = startedAt
        self.tags = tags
    }
}

/// A change of a run's own facts; a part that is `nil` stays.
package struct RunUpdate: Sendable, Hashable {
    package var status: RunStatus?
    package var endedAt: EventTime?
    package var name: String?

    /// Changes the given parts.
    package init(status: RunStatus? = nil, endedAt: EventTime? = nil, name: String? = nil) {
        self.status = status
        self.endedAt = endedAt
        self.name = name
    }
}
