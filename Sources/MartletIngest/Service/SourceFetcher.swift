/// Brings the bytes of a source.
package protocol SourceFetcher: Sendable {
    /// The batches the source offers now, in order; none is read yet.
    func offers(of definition: SourceDefinition) async throws -> [SourceOffer]

    /// Brings the bytes of one offer into `receiver`, each page ended.
    func fetch(_ offer: SourceOffer, of definition: SourceDefinition, into receiver: any RawReceiver) async throws
}

/// One batch that a source offers.
package struct SourceOffer: Sendable, Hashable {
    /// Where its bytes are.
    package enum Place: Sendable, Hashable {
        case file(String)
        case url(String)
    }

    package let place: Place
    /// The place as it is shown and recorded: relative, without secrets.
    package let origin: String

    /// Describes an offer.
    package init(_ place: Place, origin: String) {
        self.place = place
        self.origin = origin
    }
}
