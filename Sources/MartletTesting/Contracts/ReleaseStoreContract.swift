import MartletCore
package import MartletReleases
package import MartletTracking

/// The rules every `ReleaseStore` keeps.
package enum ReleaseStoreContract {
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    /// A release of version 2 over version 1 at `endpoint`.
    package static func release(_ id: String, at endpoint: String) throws(TrackingError) -> ReleaseState {
        try ReleaseState(
            id: id,
            plan: ReleasePlan(name: "plan", endpoint: endpoint, experiment: ExperimentPlan()),
            blue: self.unit(1),
            green: self.unit(2),
            revision: 1,
            Self.ada
        )
    }

    /// The unit of a version of `price`.
    package static func unit(_ number: Int) -> ReleaseUnit {
        ReleaseUnit(
            version: ModelVersionID("price", number),
            featureService: "prices",
            featureFingerprint: ContentHash(of: "prices"),
            inputSchema: ContentHash(of: "schema"),
            policy: ContentHash(of: "policy")
        )
    }

    /// Returns the rules that the empty `store` broke; `ledger` lies in the same database.
    package static func violations(
        of store: any ReleaseStore,
        ledger: any LedgerStore
    ) async throws -> [String] {
        var report = ContractReport()
        let state = try Self.release("r1", at: "price")
        let start = try PersonRule.record(.init("start", Self.ada), about: state.subject, at: Self.ada.at)
        let begun = try await store.begin(.release(state), [start], Self.ada)
        report.expect(begun.version == 1 && begun.run == .release(state), "a run begins at version 1")
        let read = try await store.run("r1")
        report.expect(read == begun, "a run is read back as it was stored")
        await report.expect(.releaseEndpointBusy, "an endpoint is held by one run") {
            _ = try await store.begin(.release(Self.release("r2", at: "price")), [], Self.ada)
        }
        let other = try await store.begin(.release(Self.release("r3", at: "other")), [], Self.ada)
        let open = try await store.openRuns()
        report.expect(open.map(\.run.id) == ["r1", "r3"], "the runs under way are those that have not ended")
        try await Self.changes(begun, store, ledger, &report)
        try await Self.looks(other, store, ledger, &report)
        return report.violations
    }

    private static func changes(
        _ begun: StoredRun,
        _ store: any ReleaseStore,
        _ ledger: any LedgerStore,
        _ report: inout ContractReport
    ) async throws {
        guard case .release(let state) = begun.run else { return }
        var machine = ReleaseMachine(state)
        try machine.abort(Self.ada)
        let abort = try PersonRule.record(.init("abort", Self.ada), about: state.subject, at: Self.ada.at)
        let saved = try await store.save(
            .release(machine.state),
            expecting: 1,
            [abort],
            followedBy: nil,
            Self.ada
        )
        report.expect(saved.version == 2, "a change makes the next version")
        let before = try await ledger.head()
        await report.expect(.releaseChangedMeanwhile, "a change of what another process changed is refused") {
            _ = try await store.save(begun.run, expecting: 1, [abort], followedBy: nil, Self.ada)
        }
        await report.expect(.releaseNotFound, "a run that never began cannot change") {
            _ = try await store.save(
                .release(Self.release("r9", at: "x")),
                expecting: 1,
                [],
                followedBy: nil,
                Self.ada
            )
        }
        let after = try await ledger.head()
        let unchanged = try await store.run("r1")
        report.expect(before == after && unchanged == saved, "a refused change leaves nothing behind")
        machine.didRoute(revision: 5, at: EventTime(microseconds: 9))
        let next = try Self.release("r4", at: "price")
        let ended = try await store.save(
            .release(machine.state),
            expecting: 2,
            [],
            followedBy: .release(next),
            Self.ada
        )
        report.expect(ended.run.isFinal, "a run ends")
        let open = try await store.openRuns()
        report.expect(Set(open.map(\.run.id)) == ["r3", "r4"], "a run that ends hands its endpoint on")
        let listed = try await store.runs(of: "price", limit: 10)
        report.expect(Set(listed.map(\.run.id)) == ["r1", "r4"], "ended runs are still listed")
        let entries = try await ledger.newestEntries(of: state.subject, limit: 10)
        report.expect(
            entries.map(\.action) == ["release.rolledBack", "release.decided", "release.decided", "release.started"],
            "start, decisions and end are in the ledger"
        )
        let verification = try await ledger.verify(anchor: nil)
        report.expect(verification.isIntact, "the ledger is whole")
    }

    private static func looks(
        _ run: StoredRun,
        _ store: any ReleaseStore,
        _ ledger: any LedgerStore,
        _ report: inout ContractReport
    ) async throws {
        let subject = run.run.subject
        let head = try await ledger.head()
        var records: [DecisionRecord] = []
        for index in 0..<3 {
            let inputs = HealthRule.Inputs(
                checks: [.init(line: 1, expected: [1.5e-7], answered: [Double(index) / 3])],
                tolerance: 1e-6
            )
            let record = try HealthRule.record(inputs, about: subject, at: EventTime(microseconds: Int64(index)))
            records.append(record)
            try await store.note(record)
        }
        let after = try await ledger.head()
        report.expect(head == after, "a look that changes nothing is no entry of the ledger")
        let stored = try await store.decisions(about: subject, after: 0, limit: 10)
        report.expect(stored.map(\.record) == records, "decisions are read back as they were made, the oldest first")
        report.expect(stored.allSatisfy { !$0.isInLedger }, "a look says that it is not in the ledger")
        let faults = try stored.compactMap { try DecisionReplay.check($0.record) }
        report.expect(faults.isEmpty, "a stored decision comes out again")
        let rest = try await store.decisions(about: subject, after: stored.first?.sequence ?? 0, limit: 1)
        report.expect(rest.map(\.record) == [records[1]], "decisions are read on from any of them")
        let newest = try await store.newestDecision(about: subject)
        report.expect(newest?.record == records[2], "the newest decision is the last")
    }
}
