import MartletCore
package import MartletTracking

/// The folder of a registered model in the artifact store, ours or one that MLflow wrote.
package struct ModelFolder: Sendable {
    /// The largest model that is read to learn what it takes.
    package static let byteLimit: Int64 = 1 << 30

    private let artifacts: any ArtifactStore

    /// Reads from `artifacts`.
    package init(_ artifacts: any ArtifactStore) { self.artifacts = artifacts }

    /// What a gateway must know to serve `version`: its manifest, else what its `MLmodel` file and its bytes say.
    ///
    /// - Throws: `deployment.notLoadable`, `model.invalidManifest`, `artifact.notFound`, with what to do.
    package func manifest(of version: ModelVersion) async throws -> ModelManifest {
        let folder = try version.artifactFolder
        if try await self.artifacts.entry(at: folder.appending(ModelManifest.fileName)) != nil {
            return try ModelManifest(parsing: await self.artifacts.read(folder.appending(ModelManifest.fileName)))
        }
        guard try await self.artifacts.entry(at: folder.appending(MLmodelFile.fileName)) != nil else {
            throw ServingError(
                .deploymentNotLoadable,
                "\(version.id) has neither a \(ModelManifest.fileName) nor an \(MLmodelFile.fileName) file in "
                    + "'\(folder)', so nothing says how to load it; log the model again and register that."
            )
        }
        let file = try MLmodelFile(parsing: await self.artifacts.read(folder.appending(MLmodelFile.fileName)))
        let model = try ImportedModel(file)
        let path = try folder.appending(model.modelFile)
        guard let size = try await self.artifacts.entry(at: path)?.byteCount, size <= Self.byteLimit else {
            throw ServingError(
                .deploymentNotLoadable,
                "The file '\(path)' of \(version.id) is missing or larger than \(Self.byteLimit >> 20) MiB; log the model "
                    + "again."
            )
        }
        return try model.manifest(bytes: await self.artifacts.read(path), version: version)
    }

    /// Writes the manifest of a model that has none, so that what is approved is what is served.
    ///
    /// - Returns: whether the model can be served; one that cannot is left as it is.
    @discardableResult
    package func pin(_ version: ModelVersion) async throws -> Bool {
        guard let folder = try? version.artifactFolder,
            try await self.artifacts.entry(at: folder.appending(ModelManifest.fileName)) == nil,
            let manifest = try? await self.manifest(of: version)
        else { return false }
        try await self.artifacts.put(manifest.bytes, at: folder.appending(ModelManifest.fileName))
        return true
    }
}
