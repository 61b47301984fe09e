package import MartletFeatures
import Synchronization

/// The rows of one feature view in memory, as requests look them up while a follower replaces them.
///
/// The rows themselves are an immutable snapshot; the lock is held only to look one up or to swap in the next snapshot.
package final class ViewRows: Sendable {
    private let rows: Mutex<OnlineRows>

    /// Starts without rows.
    package init(view: FeatureView) { self.rows = Mutex(OnlineRows(view: view)) }

    /// The row of `key`, or `nil`.
    package func row(_ key: EntityKey) -> OnlineRowReference? { self.rows.withLock { $0[key] } }

    /// How many entities have a row.
    package var count: Int { self.rows.withLock { $0.count } }

    /// Takes changes in the order of the online store; one caller at a time.
    package func apply(_ changes: OnlineChanges) {
        let next = self.rows.withLock { $0 }.applying(changes)
        self.rows.withLock { $0 = next }
    }
}
