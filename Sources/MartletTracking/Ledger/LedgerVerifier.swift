import MartletCore

/// What is wrong with a ledger, and where it is seen first.
package struct LedgerFault: Sendable, Hashable, CustomStringConvertible {
    /// The kinds of damage.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A part of the entry is not what was hashed.
        case changed
        /// Entries before this one are missing.
        case removed
        /// The entry stands where another belongs.
        case reordered
        /// The entry does not follow the one before it, though both are whole.
        case unlinked
        /// Entries at the end are missing.
        case truncated
        /// There are more entries than the head record knows.
        case unrecorded
    }

    package let kind: Kind
    /// The sequence number of the first entry that is wrong or missing.
    package let sequence: Int64
    /// What was expected and what was found.
    package let description: String
}

/// The outcome of a check of a ledger.
package struct LedgerVerification: Sendable, Hashable {
    /// How many entries were looked at before the end or the first fault.
    package let entryCount: Int64
    /// The end of the part that is whole.
    package let head: LedgerHead
    /// The first fault, or `nil` when the ledger is whole.
    package let fault: LedgerFault?

    /// Whether the ledger is whole.
    package var isIntact: Bool { self.fault == nil }
}

/// Checks a ledger entry by entry, in the order it is stored; pure, so that any store or exported file can be checked.
package struct LedgerVerifier: Sendable {
    private var last = LedgerHead.empty
    private var entryCount: Int64 = 0
    private var fault: LedgerFault?
    private let anchor: LedgerHead?

    /// Starts before the first entry.
    ///
    /// `anchor` is a head written down earlier and elsewhere, which the ledger must still contain.
    package init(anchor: LedgerHead? = nil) { self.anchor = anchor }

    /// Looks at the next entry; after the first fault the rest is passed over.
    ///
    /// - Returns: whether all is well so far.
    @discardableResult
    package mutating func check(_ entry: LedgerEntry) -> Bool {
        guard self.fault == nil else { return false }
        self.entryCount += 1
        self.fault = self.findFault(in: entry)
        if self.fault == nil { self.last = entry.head }
        return self.fault == nil
    }

    /// Ends the check against the head record the store keeps beside the entries.
    package mutating func finish(head: LedgerHead) -> LedgerVerification {
        if self.fault == nil { self.fault = self.findFault(at: head) }
        return LedgerVerification(entryCount: self.entryCount, head: self.last, fault: self.fault)
    }

    /// Checks `entries` against `head` at once.
    package static func verify(
        _ entries: some Sequence<LedgerEntry>,
        head: LedgerHead,
        anchor: LedgerHead? = nil
    ) -> LedgerVerification {
        var verifier = LedgerVerifier(anchor: anchor)
        for entry in entries where !verifier.check(entry) { break }
        return verifier.finish(head: head)
    }

    private func findFault(in entry: LedgerEntry) -> LedgerFault? {
        let expected = self.last.sequence + 1
        guard entry.computedHash == entry.hash else {
            return LedgerFault(
                kind: .changed,
                sequence: expected,
                description: "entry \(entry.sequence) (\(entry.action) of \(entry.subject)) was changed: its content "
                    + "hashes to \(entry.computedHash.short), the entry says \(entry.hash.short)"
            )
        }
        if entry.sequence != expected {
            let isLater = entry.sequence > expected
            return LedgerFault(
                kind: isLater ? .removed : .reordered,
                sequence: expected,
                description: isLater
                    ? "entry \(expected) is missing: entry \(entry.sequence) stands in its place"
                    : "entry \(expected) is out of order: entry \(entry.sequence) stands in its place"
            )
        }
        guard entry.previousHash == self.last.hash else {
            return LedgerFault(
                kind: .unlinked,
                sequence: expected,
                description: "entry \(expected) does not follow entry \(self.last.sequence): it names "
                    + "\(entry.previousHash.short) as the hash before it, that entry has \(self.last.hash.short)"
            )
        }
        if let anchor = self.anchor, anchor.sequence == entry.sequence, anchor.hash != entry.hash {
            return LedgerFault(
                kind: .changed,
                sequence: expected,
                description:
                    "entry \(expected) hashes to \(entry.hash.short), but \(anchor.hash.short) was written down "
                    + "for it: the ledger was rewritten"
            )
        }
        return nil
    }

    private func findFault(at head: LedgerHead) -> LedgerFault? {
        if let anchor = self.anchor, anchor.sequence > self.last.sequence {
            return self.truncation(until: anchor, "was written down")
        }
        if head.sequence > self.last.sequence { return self.truncation(until: head, "is recorded as the last") }
        guard head.sequence == self.last.sequence else {
            return LedgerFault(
                kind: .unrecorded,
                sequence: head.sequence + 1,
                description: "entry \(head.sequence + 1) is not recorded: the ledger's head is entry \(head.sequence), "
                    + "entries go on to \(self.last.sequence)"
            )
        }
        guard head.hash == self.last.hash else {
            return LedgerFault(
                kind: .unlinked,
                sequence: head.sequence,
                description: "entry \(head.sequence) hashes to \(self.last.hash.short), the ledger's head record says "
                    + "\(head.hash.short)"
            )
        }
        return nil
    }

    private func truncation(until head: LedgerHead, _ proof: String) -> LedgerFault {
        LedgerFault(
            kind: .truncated,
            sequence: self.last.sequence + 1,
            description: "the ledger ends at entry \(self.last.sequence), but entry \(head.sequence) \(proof): "
                + "\(head.sequence - self.last.sequence) entries at the end are missing"
        )
    }
}
