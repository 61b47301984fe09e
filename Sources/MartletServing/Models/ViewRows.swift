package import MartletFeatures
import Synchronization

/// The rows of one feature view, held in memory for lookups on the request path.
///
/// One follower writes; any number of requests read. A read holds the lock only for the lookup.
package final class ViewRows: Sendable {
    private let rows = Mutex<[EntityKey: OnlineRow]>([:])

    /// Starts empty.
    package init() {}

    /// The row of `key`, or `nil`.
    package func row(_ key: EntityKey) -> OnlineRow? { self.rows.withLock { $0[key] } }

    /// How many entities have a row.
    package var count: Int { self.rows.withLock { $0.count } }

    /// Takes changes in the order of the online store.
    package func apply(_ changes: [OnlineChanges.Change]) {
        self.rows.withLock { rows in
            for change in changes { rows[change.key] = change.row }
        }
    }
}
