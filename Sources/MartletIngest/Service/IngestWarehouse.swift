package import MartletCore

/// The tables that batches are loaded into.
package protocol IngestWarehouse: Sendable {
    /// The definition under which a batch was loaded, or `nil` when it was not.
    func recordedDefinition(source: String, batch: ContentHash) async throws -> ContentHash?

    /// The latest load from `origin`, or `nil` when nothing was loaded from there.
    func recordedLoad(source: String, origin: String) async throws -> RecordedLoad?

    /// How far the last load read an incremental source, or `nil`.
    func watermark(source: String) async throws -> String?

    /// Takes a batch through types, rules and cleaning and, unless a rule refuses it, into the table in one transaction.
    ///
    /// A refused batch changes no table but the record of refusals.
    ///
    /// - Parameters:
    ///   - load: the batch and how to read it.
    ///   - reached: called as each step is done.
    /// - Returns: the figures, with the reasons when the batch was refused; `nil`, and nothing changed, when another run has
    ///   loaded the batch since it was asked for, unless this is a reload.
    /// - Throws: the warehouse's error when a step cannot be carried out.
    func load(_ load: BatchLoad, reached: @escaping @Sendable (IngestStep) -> Void) async throws -> BatchFigures?
}

/// A load as the warehouse remembers it.
package struct RecordedLoad: Sendable, Hashable {
    package let batch: LandedBatch
    package let definition: ContentHash
    /// What its place said of the bytes, such as an entity tag.
    package let version: String?

    /// Describes a load.
    package init(batch: LandedBatch, definition: ContentHash, version: String?) {
        self.batch = batch
        self.definition = definition
        self.version = version
    }
}

/// One batch to be loaded.
package struct BatchLoad: Sendable {
    package let definition: SourceDefinition
    package let fingerprint: ContentHash
    package let batch: LandedBatch
    package let origin: String
    package let now: EventTime
    /// Whether rows that the batch loaded before are replaced.
    package let isReload: Bool
    /// Whether the bytes come from the source's fallback.
    package let isFallback: Bool
    /// What the place says of the bytes; see ``SourceOffer/version``.
    package let version: String?
    /// How far the fetch read an incremental source; kept in the transaction of the load.
    package let watermark: String?

    /// Describes a load.
    package init(
        definition: SourceDefinition,
        fingerprint: ContentHash,
        batch: LandedBatch,
        origin: String,
        now: EventTime,
        isReload: Bool,
        isFallback: Bool = false,
        version: String? = nil,
        watermark: String? = nil
    ) {
        self.definition = definition
        self.fingerprint = fingerprint
        self.batch = batch
        self.origin = origin
        self.now = now
        self.isReload = isReload
        self.isFallback = isFallback
        self.version = version
        self.watermark = watermark
    }
}
