import MartletCore
package import MartletTracking

/// The rules every `DeploymentStore` keeps.
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
        try await Self.checkTraffic(deployments, registry, ledger, &report)
        return report.violations
    }

    /// Several variants behind one endpoint.
    private static func checkTraffic(
        _ deployments: any DeploymentStore,
        _ registry: any ModelRegistry,
        _ ledger: any LedgerStore,
        _ report: inout ContractReport
    ) async throws {
        let (one, two) = (ModelVersionID("price", 1), ModelVersionID("price", 2))
        let plain = try await deployments.deploy(one, to: "split", Self.ada)
        report.expect(
            plain.traffic == EndpointTraffic(live: one, at: "split") && plain.version == one,
            "a version deployed plainly is the variant 'live' of all units"
        )
        await report.expect(.versionNotApproved, "a version that waits answers nobody") {
            _ = try await deployments.route(Self.traffic(9_000, 1_000), at: "split", expecting: nil, Self.ada)
        }
        var shadowed = Self.traffic(10_000, 0)
        shadowed.variants[1].isShadow = true
        let shadow = try await deployments.route(shadowed, at: "split", expecting: plain.revision, Self.ada)
        report.expect(shadow.traffic.shadows.map(\.version) == [two], "a version that waits may be a shadow")
        await report.expect(.versionIsDeployed, "a shadow is not deleted") {
            try await registry.deleteVersion(two, Self.ada)
        }
        _ = try await registry.decide(.approved, on: two, Self.ada)
        await report.expect(.deploymentChangedMeanwhile, "who knows another revision is refused") {
            let traffic = Self.traffic(9_000, 1_000)
            _ = try await deployments.route(traffic, at: "split", expecting: plain.revision, Self.ada)
        }
        await report.expect(.deploymentChangedMeanwhile, "who thinks that it is not live is refused") {
            _ = try await deployments.route(Self.traffic(9_000, 1_000), at: "split", expecting: 0, Self.ada)
        }
        await report.expect(.invalidTraffic, "weights add up") {
            _ = try await deployments.route(Self.traffic(9_000, 999), at: "split", expecting: nil, Self.ada)
        }
        let before = try await ledger.head().sequence
        let small = try await deployments.route(
            Self.traffic(9_000, 1_000),
            at: "split",
            expecting: shadow.revision,
            Self.ada
        )
        let large = try await deployments.route(Self.traffic(8_000, 2_000), at: "split", expecting: nil, Self.ada)
        report.expect(small.version == one && large.version == one, "the greatest weight is the endpoint's version")
        report.expect(
            large.traffic.buckets == Self.traffic(8_000, 2_000).following(small.traffic).buckets
                && large.traffic.release == "r1",
            "buckets grow out of those before"
        )
        let entries = try await ledger.entries(after: before, limit: 10)
        report.expect(
            entries.map(\.action) == ["endpoint.routed", "endpoint.routed"]
                && entries.allSatisfy { $0.subject == "endpoint:split" },
            "every change of traffic is one entry of the ledger"
        )
        let live = try await deployments.snapshot().deployments.first { $0.endpoint == "split" }
        report.expect(live == large, "the snapshot holds all variants")
        let history = try await deployments.history(of: "split", limit: 2)
        report.expect(history == [large, small], "the history holds all variants")
        await report.expect(.versionIsDeployed, "a version behind a part of the units is not rejected") {
            let why = Attribution(by: "ada", at: EventTime(microseconds: 2), reason: "why")
            _ = try await registry.decide(.rejected, on: two, why)
        }
        await report.expect(.versionIsDeployed, "a model behind an endpoint is not deleted") {
            try await registry.deleteModel("price", Self.ada)
        }
        let fresh = try await deployments.route(Self.traffic(0, 10_000), at: "fresh", expecting: 0, Self.ada)
        report.expect(fresh.version == two, "traffic can be given to a new endpoint")
    }

    private static func traffic(_ control: Int, _ treatment: Int) -> EndpointTraffic {
        EndpointTraffic(
            variants: [
                ProductionVariant(name: "control", version: ModelVersionID("price", 1), weight: control),
                ProductionVariant(name: "treatment", version: ModelVersionID("price", 2), weight: treatment),
            ],
            salt: "r1",
            release: "r1",
            fuse: FusePolicy(toleratedFaultCount: 20, slowMicroseconds: 90_000)
        )
    }
}
