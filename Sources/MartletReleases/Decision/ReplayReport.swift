import MartletCore
package import MartletTracking

/// What came of making all decisions of a run again.
package struct ReplayReport: Sendable, Hashable {
    /// How many decisions were made again.
    package var count: Int
    /// What differs, one sentence each; empty when all agree.
    package var faults: [String]

    /// Makes `decisions` again.
    ///
    /// `entries` are those of the ledger about the run: a decision that says it is in the ledger must be there with the
    /// same inputs and verdict, and one that is there must be among `decisions`.
    package init(of decisions: [StoredDecision], ledger entries: [LedgerEntry]) {
        self.count = decisions.count
        self.faults = []
        for decision in decisions {
            do throws(TrackingError) {
                if let fault = try DecisionReplay.check(decision.record) { self.faults.append(fault) }
            } catch {
                self.faults.append(error.message)
            }
        }
        let written = entries.filter { $0.action == LedgerAction.releaseDecided.description }.map(\.payload)
        let kept = decisions.filter(\.isInLedger).map(\.record)
        for record in kept where !written.contains(where: { Self.matches($0, record) }) {
            self.faults.append("Decision \(record.id) is not in the ledger as it is recorded.")
        }
        if written.count != kept.count {
            self.faults.append("The ledger has \(written.count) decisions, recorded are \(kept.count).")
        }
    }

    private static func matches(_ payload: String, _ record: DecisionRecord) -> Bool {
        [record.id, record.inputsHash.description, record.verdict, record.rule.description]
            .allSatisfy { part in
                var quoted = ""
                JSONValue.quote(part, into: &quoted)
                return payload.contains(quoted)
            }
    }
}
