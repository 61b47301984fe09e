package import MartletCore

/// Something about a source that a person may have to act on.
package struct IngestEvent: Sendable, Hashable {
    /// What happened.
    package enum Kind: String, Sendable, CaseIterable {
        /// Every try failed; a fallback is read next, when there is one.
        case sourceFailed
        /// The data was taken from the fallback.
        case fellBack
        /// The fallback failed too: the data is not there, and a person is needed.
        case fallbackFailed
        /// A rule about the whole batch was broken.
        case batchRefused
        /// The raw record has other fields than before.
        case schemaChanged
    }

    package let kind: Kind
    package let source: String
    /// One sentence without secrets and data values.
    package let message: String
    package let at: EventTime

    /// Describes an event.
    package init(_ kind: Kind, source: String, message: String, at: EventTime) {
        self.kind = kind
        self.source = source
        self.message = message
        self.at = at
    }
}

/// Takes what a person may have to act on.
///
/// An implementation keeps the event or sends it on; it never fails the ingest that raised it.
package protocol IngestAlerts: Sendable {
    /// Takes `event`.
    func raise(_ event: IngestEvent) async
}
