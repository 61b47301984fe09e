package import MartletCore

/// The tables that batches are loaded into.
package protocol IngestWarehouse: Sendable {
    /// The definition under which a batch was loaded, or `nil` when it was not.
    func recordedDefinition(source: String, batch: ContentHash) async throws -> ContentHash?

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

/// One batch to be loaded.
package struct BatchLoad: Sendable {
    package let definition: SourceDefinition
    package let fingerprint: ContentHash
    package let batch: LandedBatch
    package let origin: String
    package let now: EventTime
    /// Whether rows that the batch loaded before are replaced.
    package let isReload: Bool

    /// Describes a load.
    package init(
        definition: SourceDefinition,
        fingerprint: ContentHash,
        batch: LandedBatch,
        origin: String,
        now: EventTime,
        isReload: Bool
    ) {
        self.definition = definition
        self.fingerprint = fingerprint
        self.batch = batch
        self.origin = origin
        self.now = now
        self.isReload = isReload
    }
}
