package import MartletCore

/// Something of the tracking store that can be removed for good.
package enum GarbageItem: Sendable, Hashable, CustomStringConvertible {
    case run(RunID)
    case loggedModel(String)
    case experiment(String)

    package var description: String {
        switch self {
        case .run(let id): "run \(id)"
        case .loggedModel(let id): "logged model \(id)"
        case .experiment(let id): "experiment \(id)"
        }
    }
}

/// Something that was deleted and can still be restored.
package struct DeletedItem: Sendable, Hashable {
    package var item: GarbageItem
    /// The experiment it is in, or is.
    package var experimentID: String
    package var deletedAt: EventTime
    /// Where its artifacts lie when that is not the artifact store.
    package var artifactLocation: String?
    /// The training sets it names, by hash.
    package var snapshots: [String]

    /// Says what was deleted when.
    package init(
        _ item: GarbageItem,
        experimentID: String,
        deletedAt: EventTime,
        artifactLocation: String? = nil,
        snapshots: [String] = []
    ) {
        self.item = item
        self.experimentID = experimentID
        self.deletedAt = deletedAt
        self.artifactLocation = artifactLocation
        self.snapshots = snapshots
    }

    /// The folder that is all its own in the artifact store; `nil` when its artifacts lie elsewhere.
    package var folder: ArtifactPath? {
        guard self.artifactLocation == nil else { return nil }
        let text =
            switch self.item {
            case .run(let id): "\(self.experimentID)/\(id)"
            case .loggedModel(let id): "\(self.experimentID)/models/\(id)"
            case .experiment(let id): id
            }
        return try? ArtifactPath(text)
    }
}

/// A model version, which must find its files and its run.
package struct GarbageReference: Sendable, Hashable {
    /// Who refers, such as `price:3`.
    package var holder: String
    /// The run that trained it.
    package var runID: RunID?
    /// Where its files lie: `mlflow-artifacts:/…`, `runs:/…` or `models:/m-…`.
    package var source: String
    /// Where they were found to lie when the source names them by something else.
    package var location: String?
    /// The logged model it was made of.
    package var modelID: String?

    /// Says what `holder` needs.
    package init(
        _ holder: String,
        runID: RunID?,
        source: String,
        location: String? = nil,
        modelID: String? = nil
    ) {
        self.holder = holder
        self.runID = runID
        self.source = source
        self.location = location
        self.modelID = modelID
    }
}

/// All that was deleted, and what could refer to it, at one moment.
package struct GarbageInventory: Sendable, Hashable {
    package var deleted: [DeletedItem]
    package var references: [GarbageReference]
    /// The experiments that hold an active run or logged model.
    package var experimentsInUse: Set<String>
    /// How many runs, deleted or not, name each training set that a deleted run names.
    package var snapshotUses: [String: Int]

    /// Collects what a plan looks at.
    package init(
        deleted: [DeletedItem],
        references: [GarbageReference],
        experimentsInUse: Set<String>,
        snapshotUses: [String: Int] = [:]
    ) {
        self.deleted = deleted
        self.references = references
        self.experimentsInUse = experimentsInUse
        self.snapshotUses = snapshotUses
    }
}
