import MartletCore
package import MartletTracking

/// The rules every `ModelRegistry` keeps, with the ledger and the deployments beside it.
package enum ModelRegistryContract {
    private static let ada = Attribution(by: "ada", at: EventTime(microseconds: 1))
    private static let why = Attribution(by: "bob", at: EventTime(microseconds: 2), reason: "worse in May")

    /// Returns the rules that the empty `registry` broke; `deployments` and `ledger` lie in the same store.
    package static func violations(
        of registry: any ModelRegistry,
        deployments: any DeploymentStore,
        ledger: any LedgerStore
    ) async throws -> [String] {
        var report = ContractReport()
        try await Self.checkVersions(registry, ledger, &report)
        try await Self.checkDecisions(registry, deployments, ledger, &report)
        try await Self.checkNames(registry, &report)
        let verification = try await ledger.verify(anchor: nil)
        report.expect(verification.isIntact, "the ledger is whole after every change")
        return report.violations
    }

    private static func new() -> NewModelVersion {
        NewModelVersion(model: "price", runID: nil, source: "mlflow-artifacts:/1/x/artifacts/model")
    }

    private static func checkVersions(
        _ registry: any ModelRegistry,
        _ ledger: any LedgerStore,
        _ report: inout ContractReport
    ) async throws {
        let first = try await registry.register(Self.new(), Self.ada)
        let second = try await registry.register(Self.new(), Self.ada)
        report.expect([first, second].map(\.id.number) == [1, 2], "version numbers go up from 1")
        report.expect(first.approval.status == .pendingManualApproval, "a new version waits for approval")
        await report.expect(.modelExists, "a model's name is given once") {
            _ = try await registry.createModel(named: "price", description: "", tags: [:], Self.ada)
        }
        try await registry.deleteVersion(second.id, Self.ada)
        let third = try await registry.register(Self.new(), Self.ada)
        report.expect(third.id.number == 3, "the number of a deleted version is never given again")
        let versions = try await registry.versions(of: "price").map(\.id.number)
        report.expect(versions == [3, 1], "versions come the newest first")
        let before = try await ledger.head()
        await report.expect(.actorRequired, "a change needs an actor") {
            let nobody = Attribution(by: " ", at: EventTime(microseconds: 1))
            _ = try await registry.register(Self.new(), nobody)
        }
        let after = try await ledger.head()
        report.expect(before == after, "a refused change is not in the ledger")
    }

    private static func checkDecisions(
        _ registry: any ModelRegistry,
        _ deployments: any DeploymentStore,
        _ ledger: any LedgerStore,
        _ report: inout ContractReport
    ) async throws {
        let id = ModelVersionID("price", 1)
        let before = try await ledger.head().sequence
        let approved = try await registry.decide(.approved, on: id, Self.ada)
        report.expect(approved.approval.decision == Self.ada, "a decision keeps who made it and when")
        let after = try await ledger.head().sequence
        report.expect(after == before + 1, "a decision is one entry of the ledger")
        await report.expect(.alreadyDecided, "a decision is made once") {
            _ = try await registry.decide(.approved, on: id, Self.why)
        }
        await report.expect(.reasonRequired, "changing a decision needs a reason") {
            _ = try await registry.decide(.rejected, on: id, Self.ada)
        }
        _ = try await deployments.deploy(id, to: "price", Self.ada)
        await report.expect(.versionIsDeployed, "a live version is not rejected") {
            _ = try await registry.decide(.rejected, on: id, Self.why)
        }
        await report.expect(.versionIsDeployed, "a live version is not deleted") {
            try await registry.deleteVersion(id, Self.ada)
        }
        try await deployments.remove(endpoint: "price", Self.ada)
        _ = try await registry.decide(.rejected, on: id, Self.why)
        let statuses = try await registry.decisions(on: id).map(\.status)
        report.expect(statuses == [.approved, .rejected], "all decisions are kept, the oldest first")
    }

    private static func checkNames(_ registry: any ModelRegistry, _ report: inout ContractReport) async throws {
        let newest = try await registry.resolve(ModelReference("price")).id.number
        report.expect(newest == 3, "a plain name is the highest number")
        for number in [1, 3] { try await registry.setAlias("champion", to: ModelVersionID("price", number), Self.ada) }
        let champion = try await registry.resolve(ModelReference("price@champion"))
        report.expect(champion.id.number == 3 && champion.aliases == ["champion"], "an alias points at one version")
        await report.expect(.aliasNotFound, "an alias that is not there names nothing") {
            _ = try await registry.resolve(ModelReference("price@champio"))
        }
        await report.expect(.modelVersionNotFound, "a number that is not there names nothing") {
            _ = try await registry.resolve(ModelReference("price:9"))
        }
        await report.expect(.modelNotFound, "a model that is not there names nothing") {
            _ = try await registry.resolve(ModelReference("prise"))
        }
        for number in [1, 3] {
            _ = try await registry.setStage(
                .production,
                of: ModelVersionID("price", number),
                archivingOthers: true,
                Self.ada
            )
        }
        let stages = try await registry.versions(of: "price").map(\.stage)
        report.expect(stages == [.production, .archived], "moving to a stage archives the others when asked")
    }
}
