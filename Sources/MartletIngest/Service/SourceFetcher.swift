package import MartletCore

/// Brings the bytes of a source.
package protocol SourceFetcher: Sendable {
    /// The batches the source offers now, in order; none is read yet.
    func offers(of definition: SourceDefinition, at now: EventTime) async throws -> [SourceOffer]

    /// Brings the bytes of one offer into `receiver`, each page ended.
    ///
    /// - Parameters:
    ///   - offer: one of `offers(of:at:)`.
    ///   - definition: the source.
    ///   - watermark: how far an incremental source was read by the last load; `nil` at the first.
    ///   - receiver: takes the bytes; after an error it is abandoned.
    /// - Returns: what the fetch learnt beside the bytes.
    /// - Throws: ``IngestError``, or the error of the place; nothing of what was received counts then.
    func fetch(
        _ offer: SourceOffer,
        of definition: SourceDefinition,
        since watermark: String?,
        into receiver: any RawReceiver
    ) async throws -> FetchResult
}

/// What a fetch learnt beside the bytes.
package struct FetchResult: Sendable, Hashable {
    /// Whether the place said that it has nothing, or nothing new; what was received is then forgotten.
    package let isEmpty: Bool
    /// How far an incremental source was read, to be kept with the load.
    package let watermark: String?

    /// Describes a fetch that is whole.
    package init(isEmpty: Bool = false, watermark: String? = nil) {
        self.isEmpty = isEmpty
        self.watermark = watermark
    }
}

/// One batch that a source offers.
package struct SourceOffer: Sendable, Hashable {
    /// Where its bytes are.
    package enum Place: Sendable, Hashable {
        case file(String)
        case url(String)
        /// The key of an object.
        case object(String)
        /// The source's own program or query.
        case whole
    }

    package let place: Place
    /// The place as it is shown and recorded: relative, without secrets.
    package let origin: String
    /// What the place says of the present bytes, such as an entity tag; equal versions are equal bytes.
    package let version: String?

    /// Describes an offer.
    package init(_ place: Place, origin: String, version: String? = nil) {
        self.place = place
        self.origin = origin
        self.version = version
    }
}
