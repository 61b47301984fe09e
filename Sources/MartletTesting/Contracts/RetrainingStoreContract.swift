import MartletCore
package import MartletRetraining
package import MartletTracking

/// The rules every `RetrainingStore` keeps.
package enum RetrainingStoreContract {
    /// A training of plan `rent`.
    package static func attempt(
        _ id: String,
        rows: String,
        recipe: String = "text",
        at moment: Int64
    ) -> RetrainingAttempt {
        RetrainingAttempt(
            id: id,
            plan: "rent",
            recipe: "rent",
            dataHash: ContentHash(of: rows),
            recipeHash: ContentHash(of: recipe),
            labels: 10,
            startedBy: Attribution(by: "ada", at: EventTime(microseconds: moment)),
            process: "host:1",
            leaseUntil: EventTime(microseconds: moment + 30)
        )
    }

    /// A decision about plan `rent`.
    package static func record(_ id: String, at moment: Int64) -> RetrainingRecord {
        RetrainingRecord(
            id: id,
            plan: "rent",
            rule: RetrainingRule.name,
            inputs: .object(["drift": 0.25]),
            inputsHash: ContentHash(of: "inputs"),
            verdict: "train",
            reasons: ["집 'sales' are \"new\"."],
            at: EventTime(microseconds: moment)
        )
    }

    /// Returns the rules that the empty `store` broke; `ledger` lies in the same database.
    package static func violations(
        of store: any RetrainingStore,
        ledger: any LedgerStore
    ) async throws -> [String] {
        var report = ContractReport()
        let ada = Attribution(by: "ada", at: EventTime(microseconds: 50))
        var first = Self.attempt("t1", rows: "a", at: 1)
        try await store.begin(first, Self.record("d1", at: 1))
        let begun = try await store.attempts(of: "rent", limit: 10)
        report.expect(begun == [first], "a training is read as it was begun")
        await report.expect(.retrainingUnderWay, "a plan has one training under way") {
            try await store.begin(Self.attempt("t2", rows: "b", at: 2), Self.record("d2", at: 2))
        }
        first = try await Self.closed(first, ada, in: store, &report)
        await report.expect(.retrainingNotFound, "a training ends once") { try await store.end(first, ada) }
        var second = Self.attempt("t2", rows: "a", at: 4)
        try await store.begin(second, Self.record("d2", at: 4))
        second.end(.registered, at: EventTime(microseconds: 5), version: ModelVersionID("rent", 2), outcome: "rent:2")
        second.followUp = FollowUp()
        try await store.end(second, ada)
        let due = try await store.attempts(of: "rent", limit: 1)
        report.expect(due == [second] && second.isFollowUpDue, "what is left to do ends with the training")
        second.settle(.done, run: "experiment:r1", "experiment r1 has started")
        try await store.settle(second, ada)
        await report.expect(.retrainingNotFound, "a follow-up ends once") { try await store.settle(second, ada) }
        await report.expect(.retrainingNotFound, "a failed training has no follow-up") {
            try await store.settle(first, ada)
        }
        await report.expect(.retrainingSameData, "rows that were trained are not trained again") {
            try await store.begin(Self.attempt("t3", rows: "a", at: 6), Self.record("d3", at: 6))
        }
        let other = Self.attempt("t3", rows: "a", recipe: "other text", at: 6)
        try await store.begin(other, Self.record("d3", at: 6))
        try await store.note(Self.record("d4", at: 7))
        let attempts = try await store.attempts(of: "rent", limit: 10)
        report.expect(attempts == [other, second, first], "trainings are listed, the newest first, as they ended")
        let newest = try await store.attempts(of: "rent", limit: 1)
        report.expect(newest == [other], "a limit holds")
        let nobody = try await store.attempts(of: "other", limit: 10)
        report.expect(nobody.isEmpty, "another plan has its own trainings")
        let decisions = try await store.decisions(of: "rent", limit: 10)
        report.expect(
            decisions == [("d4", 7), ("d3", 6), ("d2", 4), ("d1", 1)].map { Self.record($0.0, at: $0.1) },
            "decisions are kept whole, and those of refused beginnings are not"
        )
        let actions = try await ledger.entries(after: 0, limit: 100).map(\.action)
        let pair = ["retraining.started", "retraining.ended"]
        report.expect(
            actions == pair + pair + ["retraining.followedUp", "retraining.started"],
            "each beginning and end is in the ledger"
        )
        return report.violations
    }

    /// Prolongs the lease of `attempt` and closes it as failed.
    private static func closed(
        _ attempt: RetrainingAttempt,
        _ author: Attribution,
        in store: any RetrainingStore,
        _ report: inout ContractReport
    ) async throws -> RetrainingAttempt {
        let lease = EventTime(microseconds: 60)
        try await store.prolong(attempt, until: lease)
        let prolonged = try await store.attempts(of: attempt.plan, limit: 10).first
        report.expect(prolonged?.leaseUntil == lease, "a lease is prolonged")
        report.expect(
            prolonged?.isLeaseOver(at: EventTime(microseconds: 59)) == false
                && prolonged?.isLeaseOver(at: lease) == true,
            "a lease holds until its end"
        )
        var closed = attempt
        closed.end(.failed, at: EventTime(microseconds: 3), outcome: "the engine is missing")
        let ended = closed
        await report.expect(.retrainingNotFound, "a training that gave a sign is not closed") {
            try await store.close(ended, withLease: attempt.leaseUntil, author)
        }
        try await store.close(ended, withLease: lease, author)
        await report.expect(.retrainingNotFound, "a training that was closed is not prolonged") {
            try await store.prolong(ended, until: lease)
        }
        await report.expect(.retrainingNotFound, "a training is closed once") {
            try await store.close(ended, withLease: lease, author)
        }
        return ended
    }
}
