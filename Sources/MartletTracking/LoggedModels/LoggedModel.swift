package import MartletCore

/// Whether the files of a logged model are all there.
package enum LoggedModelStatus: String, Sendable, Hashable, Codable, CaseIterable {
    case pending = "LOGGED_MODEL_PENDING"
    case ready = "LOGGED_MODEL_READY"
    case uploadFailed = "LOGGED_MODEL_UPLOAD_FAILED"
}

/// A data set named by what a metric was measured on.
package struct DatasetReference: Sendable, Hashable, Codable {
    package var name: String
    package var digest: String

    /// Names a data set.
    package init(name: String, digest: String) {
        self.name = name
        self.digest = digest
    }
}

/// A model that a run wrote, with a life of its own before anybody registers it.
package struct LoggedModel: Sendable, Hashable, Codable {
    /// `m-` and 32 hexadecimal digits.
    package var id: String
    package var experimentID: String
    package var name: String
    /// What kind of model it is, in the client's words; empty is not said.
    package var type: String
    /// The run that wrote it.
    package var sourceRunID: RunID?
    package var status: LoggedModelStatus
    package var createdAt: EventTime
    package var updatedAt: EventTime
    package var lifecycle: Lifecycle
    /// Where its artifacts lie when the experiment has a place of its own; `nil` is the artifact store.
    package var artifactLocation: String?
    package var parameters: [String: String]
    package var tags: [String: String]
    /// Every point measured on it, with the run that logged it.
    package var metrics: [RunMetric]

    /// Describes a logged model as a store holds it.
    package init(
        id: String,
        experimentID: String,
        name: String,
        type: String = "",
        sourceRunID: RunID? = nil,
        status: LoggedModelStatus = .pending,
        createdAt: EventTime,
        updatedAt: EventTime,
        lifecycle: Lifecycle = .active,
        artifactLocation: String? = nil,
        parameters: [String: String] = [:],
        tags: [String: String] = [:],
        metrics: [RunMetric] = []
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.type = type
        self.sourceRunID = sourceRunID
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lifecycle = lifecycle
        self.artifactLocation = artifactLocation
        self.parameters = parameters
        self.tags = tags
        self.metrics = metrics
    }

    /// Draws an identifier of 128 random bits.
    package static func newID(using generator: inout some RandomNumberGenerator) -> String {
        "m-\(RunID(using: &generator))"
    }

    /// The folder of its artifacts in the artifact store.
    package var artifactFolder: ArtifactPath { .folder(experimentID: self.experimentID, loggedModelID: self.id) }

    /// Where its artifacts lie, as clients are told.
    package var artifactURI: String { self.artifactLocation ?? self.artifactFolder.uri }
}

/// What is known of a logged model before its files are there.
package struct NewLoggedModel: Sendable, Hashable {
    package var id: String
    package var experimentID: String
    package var name: String
    package var type: String
    package var sourceRunID: RunID?
    package var createdAt: EventTime
    package var parameters: [String: String]
    package var tags: [String: String]

    /// Announces the model `id`; its status will be ``LoggedModelStatus/pending``.
    package init(
        id: String,
        experimentID: String,
        name: String,
        type: String = "",
        sourceRunID: RunID? = nil,
        createdAt: EventTime,
        parameters: [String: String] = [:],
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.experimentID = experimentID
        self.name = name
        self.type = type
        self.sourceRunID = sourceRunID
        self.createdAt = createdAt
        self.parameters = parameters
        self.tags = tags
    }
}

/// A logged model that a run wrote at a step.
package struct ModelOutput: Sendable, Hashable, Codable {
    package var modelID: String
    package var step: Int64

    /// Says that `modelID` was written at `step`.
    package init(modelID: String, step: Int64) {
        self.modelID = modelID
        self.step = step
    }
}
