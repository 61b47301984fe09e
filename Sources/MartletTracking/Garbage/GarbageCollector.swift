package import MartletCore

/// What a collection did, or would do.
package struct GarbageReport: Sendable, Hashable {
    package var removed: [GarbageItem] = []
    package var kept: [GarbagePlan.Kept] = []
    /// Folders of the artifact store that were deleted, those of an earlier run that was cut short among them.
    package var folders: [ArtifactPath] = []
    package var snapshots: [String] = []
    /// Places that Martlet does not own, where artifacts of removed things may still lie.
    package var foreignLocations: [String] = []

    /// Starts with nothing done.
    package init() {}
}

/// Removes what was deleted long enough ago: metadata first, then artifacts that nothing refers to.
package struct GarbageCollector: Sendable {
    private let store: any GarbageStore
    private let artifacts: any ArtifactStore
    private let snapshots: any SnapshotGarbage

    /// The most things one transaction removes.
    private static let step = 500

    /// Collects from the given stores.
    package init(
        store: any GarbageStore,
        artifacts: any ArtifactStore,
        snapshots: any SnapshotGarbage
    ) {
        self.store = store
        self.artifacts = artifacts
        self.snapshots = snapshots
    }

    /// Says what ``collect(deletedBefore:)`` would do now.
    package func preview(deletedBefore cutoff: EventTime) async throws -> GarbageReport {
        var report = GarbageReport()
        let plan = GarbagePlan(try await self.store.garbage(), deletedBefore: cutoff)
        report.removed = plan.removed.map(\.item)
        report.kept = plan.kept
        report.foreignLocations = plan.foreignLocations
        for leftover in try await self.store.leftovers() + plan.leftovers { report.add(leftover) }
        return report
    }

    /// Removes what was deleted at or before `cutoff`, and what an earlier collection that was cut short has left.
    package func collect(deletedBefore cutoff: EventTime) async throws -> GarbageReport {
        var report = GarbageReport()
        while true {
            let plan = try await self.store.removeGarbage(deletedBefore: cutoff, limit: Self.step)
            report.removed += plan.removed.map(\.item)
            report.foreignLocations += plan.foreignLocations
            report.kept = plan.kept
            if plan.removed.isEmpty { break }
        }
        for leftover in try await self.store.leftovers() {
            switch leftover {
            case .folder(let path): try await self.artifacts.delete(path)
            case .snapshot(let hash):
                guard try await self.snapshots.removeSnapshot(hash, unusedSince: cutoff) else { continue }
            }
            try await self.store.forget(leftover)
            report.add(leftover)
        }
        try await self.artifacts.removeUnfinished(before: cutoff)
        return report
    }
}

extension GarbageReport {
    fileprivate mutating func add(_ leftover: GarbageLeftover) {
        switch leftover {
        case .folder(let path): self.folders.append(path)
        case .snapshot(let hash): self.snapshots.append(hash)
        }
    }
}
