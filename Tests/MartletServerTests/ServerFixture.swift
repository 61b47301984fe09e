import Foundation
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletFeatures
import MartletServer
import MartletServing
import MartletStores
import MartletTesting
import MartletTracking

/// A server over real stores in a folder of its own: models `prices:1` (10 or 20) and `prices:2` (10 or 30), approved.
struct ServerFixture: Sendable {
    let folder: URL
    let gateway: Gateway
    let registry: SQLModelRegistry
    let deployments: SQLDeploymentStore
    let follower: EndpointFollower
    let metadata: MetadataDatabase

    private static let author = Attribution(by: "ada", at: GatewayFixture.now, reason: "a test")

    init(
        limits: RequestLimits = RequestLimits(),
        report: @escaping @Sendable (EndpointFollower.Report) -> Void = { _ in }
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("martlet-server-\(UUID().uuidString)")
        self.folder = folder
        self.metadata = try MetadataDatabase(path: folder.appendingPathComponent("metadata.sqlite").path)
        self.registry = SQLModelRegistry(self.metadata)
        self.deployments = SQLDeploymentStore(self.metadata)
        self.gateway = Gateway(
            limits: limits,
            clock: ServingClock(now: { GatewayFixture.now }, uptimeMicroseconds: { 0 }),
            seed: 7
        )
        let artifacts = FileArtifactStore(root: folder.appendingPathComponent("artifacts").path)
        self.follower = EndpointFollower(
            gateway: self.gateway,
            deployments: self.deployments,
            loader: ModelLoader(registry: self.registry, artifacts: artifacts) { name in
                throw ServingError(.deploymentNotLoadable, "There is no feature service '\(name)'.")
            },
            online: OnlineFollower(
                store: try SQLiteOnlineStore(path: folder.appendingPathComponent("online.sqlite").path)
            ),
            now: { GatewayFixture.now },
            report: report
        )
        _ = try await self.registry.createModel(named: "prices", description: "", tags: [:], Self.author)
        try await self.register(above: 20, in: artifacts)
        try await self.register(above: 30, in: artifacts)
    }

    /// Puts version `number` behind `prices` and makes it live.
    func deploy(_ number: Int) async throws {
        _ = try await self.deployments.deploy(ModelVersionID("prices", number), to: "prices", Self.author)
        _ = try await self.follower.poll()
    }

    func application() -> some ApplicationProtocol {
        Application(router: ServerRouter.build(self.context), server: ServerRouter.http1(self.context))
    }

    var context: ServerContext {
        var context = ServerContext(
            gateway: self.gateway,
            onlineCounts: { ["building": 1] },
            process: { .init(residentBytes: 1_000, cpuSeconds: 0.5) },
            registry: self.registry,
            version: "1.2.3"
        )
        context.feedback = FeedbackContext(
            store: SQLFeedbackStore(self.metadata),
            deployments: self.deployments,
            now: { GatewayFixture.now }
        )
        return context
    }

    private func register(above: Int, in artifacts: FileArtifactStore) async throws {
        let text = GatewayFixture.modelText(above: above)
        let path = try ArtifactPath("models/\(above)")
        let manifest = try GatewayFixture.manifest(
            inputs: [
                ModelInput(name: "building__rating", type: .float64, source: .request, isRequired: false),
                ModelInput(name: "area", type: .float64, source: .request),
            ],
            service: nil,
            text: text
        )
        _ = try await artifacts.put(Data(text.utf8), at: path.appending("model.txt"))
        _ = try await artifacts.put(manifest.bytes, at: path.appending(ModelManifest.fileName))
        let version = try await self.registry.register(
            NewModelVersion(model: "prices", runID: nil, source: path.uri),
            Self.author
        )
        _ = try await self.registry.decide(.approved, on: version.id, Self.author)
    }
}
