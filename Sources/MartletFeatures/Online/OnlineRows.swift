package import MartletCore

/// All online rows of one feature view in the memory of this process, packed for serving.
///
/// An immutable value in shards: ``applying(_:)`` copies only the shards in which a row changed, so readers of the old
/// value are not disturbed and a change of some rows costs little. Rows are found by the bytes of their key.
///
/// Memory is 8 bytes a value, 16 for the two times, the key's bytes and about 20 bytes of index for each row.
package struct OnlineRows: Sendable {
    /// The view whose rows these are.
    package let view: FeatureView
    /// The sequence up to which changes have been applied.
    package private(set) var sequence: Int64
    /// The number of entities.
    package private(set) var count: Int
    private var shards: [OnlineRowShard]

    private static let shardCount = 1024

    /// Starts without rows.
    package init(view: FeatureView) {
        self.view = view
        self.sequence = 0
        self.count = 0
        let empty = OnlineRowShard(types: view.features.map(\.type))
        self.shards = Array(repeating: empty, count: Self.shardCount)
    }

    /// The row of `key`, or `nil`.
    ///
    /// - Complexity: O(1); takes no lock.
    package subscript(key: EntityKey) -> OnlineRowReference? { self[key.text] }

    /// The row of the entity whose key is written `text`, or `nil`.
    package subscript(text: String) -> OnlineRowReference? {
        let hash = OnlineRowShard.hash(text)
        let shard = self.shards[Int(hash >> 54)]
        guard let row = shard.find(text, hash: UInt32(truncatingIfNeeded: hash)) else { return nil }
        return OnlineRowReference(shard: shard, row: row)
    }

    /// These rows after `changes`, which were read from the store after ``sequence``.
    package func applying(_ changes: OnlineChanges) -> OnlineRows {
        var byShard: [Int: [OnlineChanges.Change]] = [:]
        for change in changes.changes {
            byShard[Int(OnlineRowShard.hash(change.key.text) >> 54), default: []].append(change)
        }
        var next = self
        for (index, list) in byShard {
            let shard = next.shards[index].applying(list)
            next.count += shard.count - next.shards[index].count
            next.shards[index] = shard
        }
        next.sequence = changes.sequence
        return next
    }
}

/// One row of an ``OnlineRows``; keeps its values alive while it is held.
package struct OnlineRowReference: Sendable {
    let shard: OnlineRowShard
    let row: Int

    /// When the row was true.
    package var eventTime: EventTime { EventTime(microseconds: self.shard.event(self.row)) }

    /// When the row became known.
    package var createdTime: EventTime { EventTime(microseconds: self.shard.created(self.row)) }

    /// The value of the feature at `index` of the view.
    package func value(at index: Int) -> Value { self.shard.value(self.row, index) }

    /// The value of the feature at `index` as a model sees it; missing and text as `NaN`.
    package func number(at index: Int) -> Double { self.shard.number(self.row, index) }

    /// Judges and takes the feature at `index` of `view` at the moment `now`.
    package func reading(at index: Int, of view: FeatureView, now: EventTime) -> FeatureReading {
        FeatureReading(
            value: self.value(at: index),
            eventTime: self.eventTime,
            feature: view.features[index],
            now: now,
            ttl: view.ttl
        )
    }
}
