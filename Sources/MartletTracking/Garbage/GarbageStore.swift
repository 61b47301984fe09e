package import MartletCore

/// Removes metadata for good and remembers what is left of it elsewhere.
///
/// Removing metadata and noting its leftovers is one transaction, so that a crash at any moment leaves either the whole
/// thing or a note of what is still to be removed.
package protocol GarbageStore: Sendable {
    /// Returns all that was deleted, and what refers to it.
    func garbage() async throws(TrackingError) -> GarbageInventory

    /// Removes things of the ``GarbagePlan`` of this moment, `limit` at most and at least one, and notes their leftovers.
    ///
    /// A store ends a transaction early that holds other writers up, as one that removes millions of metric points.
    ///
    /// - Returns: the plan whose removals were made; none when nothing is left to remove.
    func removeGarbage(deletedBefore cutoff: EventTime, limit: Int) async throws(TrackingError) -> GarbagePlan

    /// Returns the noted leftovers that nothing refers to.
    func leftovers() async throws(TrackingError) -> [GarbageLeftover]

    /// Forgets a leftover that is gone.
    func forget(_ leftover: GarbageLeftover) async throws(TrackingError)
}

/// Training sets that nothing may refer to any more.
package protocol SnapshotGarbage: Sendable {
    /// Deletes the training set `hash` unless it was written or asked for after `cutoff`; one that is not there is fine.
    ///
    /// - Returns: whether it is gone.
    func removeSnapshot(_ hash: String, unusedSince cutoff: EventTime) async throws -> Bool
}
