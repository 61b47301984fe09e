package import MartletCore

/// Whether an experiment or run is in use or was deleted and can be restored.
package enum Lifecycle: String, Sendable, Hashable, Codable, CaseIterable {
    case active
    case deleted
}

/// A named group of runs.
package struct Experiment: Sendable, Hashable, Codable {
    /// A whole number as text, as clients of tracking servers expect it; given by the store.
    package var id: String
    package var name: String
    package var lifecycle: Lifecycle
    /// Where artifacts of its runs lie when the creator chose a place of their own; `nil` is the artifact store.
    package var artifactLocation: String?
    package var createdAt: EventTime
    package var updatedAt: EventTime
    package var tags: [String: String]

    /// Describes an experiment as a store holds it.
    package init(
        id: String,
        name: String,
        lifecycle: Lifecycle = .active,
        artifactLocation: String? = nil,
        createdAt: EventTime,
        updatedAt: EventTime,
        tags: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.lifecycle = lifecycle
        self.artifactLocation = artifactLocation
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.tags = tags
    }

    /// The experiment that is there from the start, for clients that name none.
    package static let defaultID = "0"

    /// Where artifacts of its runs lie, as clients are told.
    package var artifactURI: String { self.artifactLocation ?? ArtifactPath.folder(experimentID: self.id).uri }
}
