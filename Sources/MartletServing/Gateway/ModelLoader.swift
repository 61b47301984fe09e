import Foundation
import MartletCore
package import MartletFeatures
import MartletForest
package import MartletTracking

/// Loads a model version from the stores, off the request path.
package struct ModelLoader: Sendable {
    /// Finds a feature service by name among the workspace's definitions.
    package typealias FeatureServiceSource = @Sendable (String) async throws -> FeatureService

    /// Makes a network of its bytes, for rows of a width.
    package typealias NetworkSource = @Sendable (_ bytes: [UInt8], _ featureCount: Int) throws -> any NetworkScorer

    private let registry: any ModelRegistry
    private let artifacts: any ArtifactStore
    private let network: NetworkSource
    private let featureService: FeatureServiceSource
    private let adapt: @Sendable (ModelVersionID, Scorer) -> Scorer

    /// Reads from these stores; each version's scorer is what `adapt` makes of it.
    package init(
        registry: any ModelRegistry,
        artifacts: any ArtifactStore,
        network: @escaping NetworkSource = { _, _ in throw ModelLoader.noNetworks },
        featureService: @escaping FeatureServiceSource,
        adapting adapt: @escaping @Sendable (ModelVersionID, Scorer) -> Scorer = { $1 }
    ) {
        self.registry = registry
        self.artifacts = artifacts
        self.network = network
        self.featureService = featureService
        self.adapt = adapt
    }

    /// Loads `id`; `rows` gives the followed rows of each view.
    ///
    /// - Throws: `deployment.notLoadable`, or what a store throws.
    package func load(
        _ id: ModelVersionID,
        rows: (FeatureView) async throws -> ViewRows
    ) async throws -> ServedModel {
        guard let version = try await self.registry.version(id) else {
            throw ServingError(.deploymentNotLoadable, "\(id) is deployed but not registered; deploy another version.")
        }
        let folder = try version.artifactFolder
        let manifest = try await ModelFolder(self.artifacts).manifest(of: version)
        let bytes = try await self.artifacts.read(folder.appending(manifest.modelFile))
        guard ContentHash(of: bytes) == manifest.modelHash else {
            throw ServingError(
                .deploymentNotLoadable,
                "The model file of \(id) is not the one that was registered: its hash differs from the manifest's; "
                    + "restore the artifact, or train again."
            )
        }
        let service = try await self.service(of: manifest, id)
        var viewRows: [String: ViewRows] = [:]
        for view in service?.views ?? [] { viewRows[view.name] = try await rows(view) }
        return try ServedModel(
            version: id,
            manifest: manifest,
            scorer: self.adapt(id, try self.scorer(manifest, Array(bytes))),
            plan: InputPlan(manifest, service: service, rows: viewRows)
        )
    }

    private func service(of manifest: ModelManifest, _ id: ModelVersionID) async throws -> FeatureService? {
        guard let name = manifest.featureService else { return nil }
        let service = try await self.featureService(name)
        guard manifest.featureServiceFingerprint == nil || manifest.featureServiceFingerprint == service.fingerprint
        else {
            throw ServingError(
                .deploymentNotLoadable,
                "\(id) was trained on another definition of feature service '\(name)'; undo the change of the "
                    + "feature files, or train and deploy a new version."
            )
        }
        return service
    }

    private func scorer(_ manifest: ModelManifest, _ bytes: [UInt8]) throws -> Scorer {
        switch manifest.engine {
        case .lightGBM: .forest(try Forest(lightGBM: bytes))
        case .xgBoost: .forest(try Forest(xgBoost: bytes))
        case .onnx: .network(try self.network(bytes, manifest.inputs.count))
        }
    }

    /// The answer of a loader without a library for networks.
    package static let noNetworks = ServingError(
        .deploymentNotLoadable,
        "This process has no ONNX Runtime, so it serves no ONNX models; run scripts/setup."
    )
}
