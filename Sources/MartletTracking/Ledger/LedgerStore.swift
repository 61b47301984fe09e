/// Reads the ledger; entries are written by the stores whose changes they record, in the same transaction.
package protocol LedgerStore: Sendable {
    /// Returns entries after `sequence`, the oldest first.
    func entries(after sequence: Int64, limit: Int) async throws(TrackingError) -> [LedgerEntry]

    /// Returns the newest entries, the newest first; `subject` narrows them to one subject.
    func newestEntries(of subject: String?, limit: Int) async throws(TrackingError) -> [LedgerEntry]

    /// Returns the head record.
    func head() async throws(TrackingError) -> LedgerHead

    /// Checks the whole chain in one snapshot, with memory that does not grow with the ledger.
    ///
    /// `anchor` is a head written down earlier and elsewhere, or `nil`.
    func verify(anchor: LedgerHead?) async throws(TrackingError) -> LedgerVerification
}
