import MartletCore
import MartletServing
import MartletStores
import MartletTracking

/// The names of the files beside a model's bytes.
enum ModelFiles {
    /// The model card.
    static let card = "model_card.md"
}

extension Application {
    /// Experiments and runs.
    func tracking() throws -> any TrackingStore { SQLTrackingStore(try self.metadata.database()) }

    /// Registered models.
    func registry() throws -> any ModelRegistry {
        SQLModelRegistry(try self.metadata.database(), rule: self.workspace.configuration.approval)
    }

    /// The chain of changes.
    func ledger() throws -> any LedgerStore { SQLLedger(try self.metadata.database()) }

    /// Which version answers at which endpoint.
    func deployments() throws -> any DeploymentStore { SQLDeploymentStore(try self.metadata.database()) }

    /// The files of runs.
    func artifacts() throws -> any ArtifactStore {
        ArtifactsHandle(
            self.workspace.environment.stores,
            folder: self.statePath("artifacts"),
            variables: self.processEnvironment
        )
        .store()
    }

    /// What a gateway must know of `version`.
    func manifest(of version: ModelVersion) async throws -> ModelManifest {
        try await ModelFolder(try self.artifacts()).manifest(of: version)
    }

    /// The endpoint `name` of the workspace.
    ///
    /// - Throws: `CommandError` with `workspace.unknownName` and the nearest name.
    func endpoint(named name: String) throws -> EndpointConfiguration {
        let entries = self.workspace.configuration.endpoints.entries
        if let entry = entries.first(where: { $0.name == name }) { return entry.value }
        throw CommandError(
            .workspaceUnknownName,
            "\(Workspace.fileName) declares no endpoint '\(name)'."
                + WorkspaceChecker.hint(name, entries.map(\.name)),
            status: .invalid
        )
    }

    /// Puts a version behind an endpoint, when its configuration allows the model.
    func deploy(_ model: String, to endpoint: String, _ author: Attribution) async throws -> Deployment {
        let version = try await self.registry().resolve(ModelReference(model))
        try await self.checkServable(version, at: endpoint)
        try version.checkDeployable()
        return try await self.deployments().deploy(version.id, to: endpoint, author)
    }

    /// Sets the variants of an endpoint, when its configuration allows their models.
    func route(_ traffic: EndpointTraffic, at endpoint: String, _ author: Attribution) async throws -> Deployment {
        try traffic.validate()
        for variant in traffic.variants {
            let version = try await self.registry().resolve(.version(variant.version))
            try await self.checkServable(version, at: endpoint)
        }
        return try await self.deployments().route(traffic, at: endpoint, expecting: nil, author)
    }

    /// Refuses what the endpoint's configuration does not allow, and a model that cannot be served: here, and not by the
    /// gateway that would load it.
    private func checkServable(_ version: ModelVersion, at endpoint: String) async throws {
        let configuration = try self.endpoint(named: endpoint)
        if let allowed = configuration.model?.value, allowed != version.id.model {
            throw CommandError(
                .workspaceInvalid,
                "endpoint '\(endpoint)' serves model '\(allowed)', not '\(version.id.model)'; name a version of "
                    + "'\(allowed)', or change 'model' in \(Workspace.fileName)",
                status: .invalid
            )
        }
        _ = try await self.manifest(of: version)
    }
}

extension ModelManifest {
    /// The recipe and the first digits of its hash; `nil` for a model that was not trained here.
    var recipeText: String? { self.recipeName.map { "\($0) \(self.recipeHash?.short ?? "")" } }
}
