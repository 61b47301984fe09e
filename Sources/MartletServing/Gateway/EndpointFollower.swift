package import MartletCore
package import MartletTracking

/// Brings deployments live: reads what should be served, loads it, and hands the gateway a new routing table.
///
/// A version that cannot be loaded leaves the old one live and is reported by health and ``RoutingTable``; it is tried
/// again after a while, since its cause may pass.
package actor EndpointFollower {
    private let gateway: Gateway
    private let deployments: any DeploymentStore
    private let loader: ModelLoader
    private let online: OnlineFollower
    private let now: @Sendable () -> EventTime
    private let report: @Sendable (Report) -> Void
    private var retryAt: EventTime?

    /// What the follower has to say to the one who runs it; each is said once, not at every look.
    package enum Report: Sendable, Hashable {
        /// A store cannot be read, for the reason given; what was served before goes on.
        case storeFailed(String)
        /// The stores can be read again.
        case storeRecovered
    }

    /// Follows `deployments` for `gateway`; `report` is for a log.
    package init(
        gateway: Gateway,
        deployments: any DeploymentStore,
        loader: ModelLoader,
        online: OnlineFollower,
        now: @escaping @Sendable () -> EventTime,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.gateway = gateway
        self.deployments = deployments
        self.loader = loader
        self.online = online
        self.now = now
        self.report = report
    }

    /// Looks once: new rows, then new deployments.
    ///
    /// An error is thrown, kept as ``Gateway/storeFailure`` until a later look succeeds, and reported once.
    ///
    /// - Returns: whether the routing table was replaced.
    /// - Throws: what a store throws; everything served before goes on.
    @discardableResult
    package func poll() async throws -> Bool {
        do {
            let isReplaced = try await self.look()
            if self.gateway.noteStoreFailure(nil) { self.report(.storeRecovered) }
            return isReplaced
        } catch {
            let message = readableMessage(of: error)
            if !(error is CancellationError), self.gateway.noteStoreFailure(message) {
                self.report(.storeFailed(message))
            }
            throw error
        }
    }

    private func look() async throws -> Bool {
        let current = self.gateway.routingTable
        let revision = try await self.deployments.revision()
        let isRetryDue = self.retryAt.map { self.now() >= $0 } ?? false
        guard revision != current.revision || isRetryDue else {
            try await self.online.poll()
            return false
        }
        let snapshot = try await self.deployments.snapshot()
        var endpoints: [String: RoutingTable.Endpoint] = [:]
        for deployment in snapshot.deployments {
            endpoints[deployment.endpoint] = await self.endpoint(deployment, current)
        }
        let hasFailure = endpoints.values.contains { $0.failure != nil }
        self.retryAt = hasFailure ? self.now() + .seconds(5) : nil
        self.gateway.serve(RoutingTable(revision: snapshot.revision, endpoints: endpoints))
        try await self.online.poll()
        return true
    }

    /// Looks every 200 ms until the task is cancelled; a store that fails is reported by ``poll()`` and asked again.
    package func run() async {
        while !Task.isCancelled {
            _ = try? await self.poll()
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func endpoint(_ deployment: Deployment, _ current: RoutingTable) async -> RoutingTable.Endpoint {
        let old = current.endpoints[deployment.endpoint]
        let metrics = self.gateway.metrics.metrics(
            endpoint: deployment.endpoint,
            version: deployment.version.description
        )
        if let old, old.model?.version == deployment.version, old.failure == nil, old.revision == deployment.revision {
            return old
        }
        do {
            let model = try await self.loader.load(deployment.version) { try await self.online.rows(of: $0) }
            return RoutingTable.Endpoint(
                name: deployment.endpoint,
                model: model,
                liveSince: self.now(),
                revision: deployment.revision,
                failure: nil,
                metrics: metrics
            )
        } catch {
            return RoutingTable.Endpoint(
                name: deployment.endpoint,
                model: old?.model,
                liveSince: old?.liveSince,
                revision: deployment.revision,
                failure: .init(version: deployment.version, message: readableMessage(of: error)),
                metrics: old?.metrics ?? metrics
            )
        }
    }
}
