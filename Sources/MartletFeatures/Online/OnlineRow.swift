package import MartletCore

/// The newest row of one entity in one feature view.
package struct OnlineRow: Sendable, Hashable {
    /// When the row was true; for aggregates, the moment they were evaluated.
    package let eventTime: EventTime
    /// When the row became known; the event time when the view has no created timestamp.
    package let createdTime: EventTime
    /// The values in the order of the view's features.
    package let values: [Value]

    /// Puts a row together.
    package init(eventTime: EventTime, createdTime: EventTime, values: [Value]) {
        self.eventTime = eventTime
        self.createdTime = createdTime
        self.values = values
    }

    /// Whether this row replaces `other`: the later event wins, then the later created; an equal pair replaces.
    package func supersedes(_ other: OnlineRow) -> Bool {
        (self.eventTime, self.createdTime) >= (other.eventTime, other.createdTime)
    }
}

/// A row with the entity it describes.
package struct OnlineEntry: Sendable, Hashable {
    package let key: EntityKey
    package let row: OnlineRow

    /// Puts `row` under `key`.
    package init(key: EntityKey, row: OnlineRow) {
        self.key = key
        self.row = row
    }
}

/// One definition of a feature view in the online store; rows of different definitions never mix.
package struct OnlineViewIdentity: Sendable, Hashable, Codable {
    package let name: String
    package let fingerprint: ContentHash

    /// Names the rows of view `name` with the definition `fingerprint`.
    package init(name: String, fingerprint: ContentHash) {
        self.name = name
        self.fingerprint = fingerprint
    }
}
