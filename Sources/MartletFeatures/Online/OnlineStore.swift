package import MartletCore

/// Where a materialization stands.
package struct MaterializationState: Sendable, Hashable, Codable {
    /// The moment the rows stand for; of the run in progress when ``lastKey`` is set.
    package let asOf: EventTime
    /// The latest arrival or created time among the rows that were read; later ones are new to the next run.
    package let arrivedUpTo: EventTime?
    /// The entity up to which a run has written, in byte order of its text; `nil` when the run is complete.
    package let lastKey: EntityKey?
    /// The moment of the last complete run before the one in progress, or `nil`.
    package let previousAsOf: EventTime?
    /// Counts full refreshes; rows of an older generation go when one completes.
    package let generation: Int64

    /// Records a position.
    package init(
        asOf: EventTime,
        arrivedUpTo: EventTime?,
        lastKey: EntityKey?,
        previousAsOf: EventTime?,
        generation: Int64
    ) {
        self.asOf = asOf
        self.arrivedUpTo = arrivedUpTo
        self.lastKey = lastKey
        self.previousAsOf = previousAsOf
        self.generation = generation
    }
}

/// Rows that changed in the online store, in the order of change.
package struct OnlineChanges: Sendable, Hashable {
    /// One changed entity; the row is `nil` when it was removed.
    package struct Change: Sendable, Hashable {
        package let key: EntityKey
        package let row: OnlineRow?

        /// Says that `key` now has `row`.
        package init(key: EntityKey, row: OnlineRow?) {
            self.key = key
            self.row = row
        }
    }

    package let changes: [Change]
    /// The sequence to ask from next time.
    package let sequence: Int64
    /// Whether more changes wait behind these.
    package let hasMore: Bool

    /// Puts changes together.
    package init(changes: [Change], sequence: Int64, hasMore: Bool) {
        self.changes = changes
        self.sequence = sequence
        self.hasMore = hasMore
    }
}

/// The newest row of every entity, for serving.
///
/// A reader sees whole writes only.
package protocol OnlineStore: Sendable {
    /// The row of each of `keys`, `nil` where there is none, in their order.
    func read(_ view: OnlineViewIdentity, keys: [EntityKey]) async throws -> [OnlineRow?]

    /// Writes rows and where the materialization stands, together or not at all.
    ///
    /// A row is written only where it supersedes the one that is there. When `state.lastKey` is `nil` the run is
    /// complete, and rows of older generations are removed.
    ///
    /// - Returns: how many rows changed.
    func write(_ entries: [OnlineEntry], to view: OnlineViewIdentity, state: MaterializationState) async throws -> Int

    /// Where the materialization of `view` stands, or `nil` when it never ran.
    func materializationState(of view: OnlineViewIdentity) async throws -> MaterializationState?

    /// At most `limit` rows of `view` that changed after `sequence`; 0 asks for all.
    func changes(of view: OnlineViewIdentity, since sequence: Int64, limit: Int) async throws -> OnlineChanges

    /// How many entities have a row in `view`.
    func count(_ view: OnlineViewIdentity) async throws -> Int
}
