package import MartletCore

/// What of the deleted things is removed for good, and why the rest stays.
///
/// A pure function of the inventory and a moment. What was deleted after the moment stays; so does what a model version
/// needs, and an experiment in which anything stays.
package struct GarbagePlan: Sendable, Hashable {
    /// Something old enough that stays all the same.
    package struct Kept: Sendable, Hashable {
        package let item: GarbageItem
        /// Why, as the end of a sentence.
        package let reason: String
    }

    /// What is removed: runs and logged models before their experiments.
    package private(set) var removed: [DeletedItem] = []
    package private(set) var kept: [Kept] = []
    private let snapshotUses: [String: Int]

    /// Plans the removal of what was deleted at or before `cutoff`.
    package init(_ inventory: GarbageInventory, deletedBefore cutoff: EventTime) {
        self.snapshotUses = inventory.snapshotUses
        let references = GarbageReferences(inventory.references)
        var staying: [String: GarbageItem] = [:]
        func isExperiment(_ deleted: DeletedItem) -> Bool {
            if case .experiment = deleted.item { true } else { false }
        }
        for deleted in inventory.deleted where !isExperiment(deleted) {
            if deleted.deletedAt > cutoff {
                staying[deleted.experimentID] = deleted.item
            } else if let holder = references.holder(needing: deleted) {
                staying[deleted.experimentID] = deleted.item
                self.kept.append(Kept(item: deleted.item, reason: "the model version \(holder) needs it"))
            } else {
                self.removed.append(deleted)
            }
        }
        for deleted in inventory.deleted where isExperiment(deleted) && deleted.deletedAt <= cutoff {
            if deleted.experimentID == Experiment.defaultID {
                self.kept.append(Kept(item: deleted.item, reason: "it is the one for clients that name none"))
            } else if inventory.experimentsInUse.contains(deleted.experimentID) {
                self.kept.append(Kept(item: deleted.item, reason: "it holds something active"))
            } else if let item = staying[deleted.experimentID] {
                self.kept.append(Kept(item: deleted.item, reason: "the \(item) in it stays"))
            } else if let holder = references.holder(needing: deleted) {
                self.kept.append(Kept(item: deleted.item, reason: "the model version \(holder) needs it"))
            } else {
                self.removed.append(deleted)
            }
        }
    }

    /// The first `limit` removals.
    package func prefix(_ limit: Int) -> GarbagePlan {
        var plan = self
        plan.removed = Array(self.removed.prefix(limit))
        return plan
    }

    /// What lies in the artifact and snapshot stores of all that is removed; a training set when no other run names it.
    package var leftovers: [GarbageLeftover] {
        var uses = self.snapshotUses
        for hash in self.removed.flatMap({ Set($0.snapshots) }) { uses[hash, default: 1] -= 1 }
        let snapshots = Set(self.removed.flatMap(\.snapshots)).filter { (uses[$0] ?? 0) <= 0 }
        return self.removed.compactMap(\.folder).map { .folder($0) } + snapshots.sorted().map { .snapshot($0) }
    }

    /// Places of removed artifacts that Martlet does not own and leaves alone.
    package var foreignLocations: [String] { self.removed.compactMap(\.artifactLocation).sorted() }
}

/// Bytes whose metadata is gone.
package enum GarbageLeftover: Sendable, Hashable {
    /// A folder of the artifact store.
    case folder(ArtifactPath)
    /// A training set, by its hash.
    case snapshot(String)
}
