package import MartletCore

/// The name of a model version, such as `price:3`.
package struct ModelVersionID: Sendable, Hashable, Codable, CustomStringConvertible {
    package let model: String
    package let number: Int

    /// Names version `number` of `model`.
    package init(_ model: String, _ number: Int) {
        self.model = model
        self.number = number
    }

    package var description: String { "\(self.model):\(self.number)" }
}

/// A stage, kept for clients that know stages; nothing in Martlet depends on it.
package enum ModelStage: String, Sendable, Hashable, Codable, CaseIterable {
    case none = "None"
    case staging = "Staging"
    case production = "Production"
    case archived = "Archived"

    /// Reads a stage, case ignored, or `nil`.
    package init?(anyCase text: String) {
        guard let stage = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            return nil
        }
        self = stage
    }
}

/// A trained model that was registered under a name.
package struct ModelVersion: Sendable, Hashable, Codable {
    package var id: ModelVersionID
    package var createdAt: EventTime
    package var createdBy: String
    package var updatedAt: EventTime
    package var description: String
    /// The run that trained it, when known.
    package var runID: RunID?
    /// What was registered, as the client named it: `mlflow-artifacts:/1/…/artifacts/model`, or `models:/m-…` for a
    /// logged model.
    package var source: String
    /// Where the model's folder lies when `source` only names it; `nil` when `source` is the place.
    package var location: String?
    /// The logged model that was registered, when one was.
    package var modelID: String?
    /// Where to see the run, when its client gave an address.
    package var runLink: String?
    package var stage: ModelStage
    package var approval: Approval
    /// The aliases that point here, sorted.
    package var aliases: [String]
    package var tags: [String: String]

    /// Describes a version as a store holds it.
    package init(
        id: ModelVersionID,
        createdAt: EventTime,
        createdBy: String,
        updatedAt: EventTime,
        description: String = "",
        runID: RunID?,
        source: String,
        location: String? = nil,
        modelID: String? = nil,
        runLink: String? = nil,
        stage: ModelStage = .none,
        approval: Approval = Approval(),
        aliases: [String] = [],
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.updatedAt = updatedAt
        self.description = description
        self.runID = runID
        self.source = source
        self.location = location
        self.modelID = modelID
        self.runLink = runLink
        self.stage = stage
        self.approval = approval
        self.aliases = aliases
        self.tags = tags
    }

    /// The model's folder in the artifact store.
    ///
    /// - Throws: `artifact.invalidPath` when the source lies elsewhere.
    package var artifactFolder: ArtifactPath {
        get throws(TrackingError) { try ArtifactPath(uri: self.location ?? self.source) }
    }

    /// Checks that the version may be deployed.
    ///
    /// - Throws: `deployment.versionNotApproved` unless it is approved.
    package func checkDeployable() throws(TrackingError) {
        guard self.approval.status != .approved else { return }
        throw TrackingError(
            .versionNotApproved,
            "\(self.id) cannot be deployed: its approval status is \(self.approval.status.rawValue); "
                + "approve it with `martlet models approve \(self.id)`"
        )
    }
}

/// A version to register; the store gives the number.
package struct NewModelVersion: Sendable, Hashable {
    package var model: String
    package var runID: RunID?
    /// What is registered, as the client names it.
    package var source: String
    /// Where the model's folder lies when `source` only names it.
    package var location: String?
    package var modelID: String?
    package var runLink: String?
    package var stage: ModelStage
    package var description: String
    package var tags: [String: String]

    /// Describes the version to be; it starts as `PendingManualApproval`.
    package init(
        model: String,
        runID: RunID?,
        source: String,
        location: String? = nil,
        modelID: String? = nil,
        runLink: String? = nil,
        stage: ModelStage = .none,
        description: String = "",
        tags: [String: String] = [:]
    ) {
        self.model = model
        self.runID = runID
        self.source = source
        self.location = location
        self.modelID = modelID
        self.runLink = runLink
        self.stage = stage
        self.description = description
        self.tags = tags
    }
}

/// A name under which versions are registered.
package struct RegisteredModel: Sendable, Hashable, Codable {
    package var name: String
    package var description: String
    package var createdAt: EventTime
    package var updatedAt: EventTime
    package var tags: [String: String]
    /// Version numbers by alias.
    package var aliases: [String: Int]
    /// The highest number ever given; a deleted version's number is never given again.
    package var lastVersion: Int

    /// Describes a registered model as a store holds it.
    package init(
        name: String,
        description: String = "",
        createdAt: EventTime,
        updatedAt: EventTime,
        tags: [String: String] = [:],
        aliases: [String: Int] = [:],
        lastVersion: Int = 0
    ) {
        self.name = name
        self.description = description
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.tags = tags
        self.aliases = aliases
        self.lastVersion = lastVersion
    }
}

extension NewModelVersion {
    /// The tag that names the step of a job a version comes from.
    ///
    /// A registry registers one version of a model for each value: a second registration returns the first, so that a
    /// step which is carried out again after a crash, or by two processes at once, leaves one version.
    package static let effectTag = "martlet.job"
}
