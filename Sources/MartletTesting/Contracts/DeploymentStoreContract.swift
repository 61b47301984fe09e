import MartletCore
package import MartletTracking

/// The rules every ``DeploymentStore`` keeps.
package enum DeploymentStoreContract {
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))

    /// Returns the rules that the empty `deployments` broke; `registry` and `ledger` lie in the same store.
    package static func violations(
        of deployments: any DeploymentStore,
        registry: any ModelRegistry,
        ledger: any LedgerStore
    ) async throws -> [String] {
        var report = ContractReport()
        let start = try await deployments.revision()
        report.expect(start == 0, "the revision before the first change is 0")
        for _ in 1...2 {
            let new = NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
            _ = try await registry.register(new, Self.ada)
        }
        let id = ModelVersionID("price", 1)
        await report.expect(.versionNotApproved, "a version that waits is not deployed") {
            _ = try await deployments.deploy(id, to: "price", Self.ada)
        }
        await report.expect(.modelVersionNotFound, "a version that is not there is not deployed") {
            _ = try await deployments.deploy(ModelVersionID("price", 9), to: "price", Self.ada)
        }
        await report.expect(.invalidEndpointName, "an endpoint's name is safe in a URL") {
            _ = try await deployments.deploy(id, to: "a/b", Self.ada)
        }
        _ = try await registry.decide(.approved, on: id, Self.ada)
        let before = try await ledger.head().sequence
        let first = try await deployments.deploy(id, to: "price", Self.ada)
        let again = try await deployments.deploy(id, to: "price", Self.ada)
        let other = try await deployments.deploy(id, to: "alone", Self.ada)
        let revisions = [first, again, other].map(\.revision)
        report.expect(revisions == [1, 2, 3], "every change of any endpoint makes the next revision")
        let after = try await ledger.head().sequence
        report.expect(after == before + 3, "every change is one entry of the ledger")
        let snapshot = try await deployments.snapshot()
        report.expect(
            snapshot == DeploymentSnapshot(revision: 3, deployments: [other, again]),
            "the snapshot holds what is live, by name"
        )
        try await deployments.remove(endpoint: "price", Self.ada)
        let removed = try await deployments.deployment(of: "price")
        let revision = try await deployments.revision()
        report.expect(removed == nil && revision == 4, "a removed endpoint serves nothing, which is a change")
        await report.expect(.endpointNotFound, "an endpoint that is not live cannot be removed") {
            try await deployments.remove(endpoint: "price", Self.ada)
        }
        let history = try await deployments.history(of: "price", limit: 10)
        report.expect(history == [again, first], "the history of an endpoint stays, the newest first")
        return report.violations
    }
}
