package import MartletCore
package import MartletTracking

/// Brings deployments live: reads what should be served, loads it, and hands the gateway a new routing table.
///
/// All variants are loaded and have scored a row before the first request reaches one. A version that cannot be loaded
/// leaves the old traffic live and is reported by health and ``RoutingTable``; it is tried again after a while, since its
/// cause may pass. A shadow or a variant of weight 0 that cannot be loaded holds up nobody.
package actor EndpointFollower {
    private let gateway: Gateway
    private let deployments: any DeploymentStore
    private let loader: ModelLoader
    private let online: OnlineFollower
    private let now: @Sendable () -> EventTime
    private let report: @Sendable (Report) -> Void
    private var retryAt: EventTime?
    private var knownOutages: [VariantOutage] = []
    /// Looks begun so far, and the one whose table is served.
    private var lookCount = 0
    private var servedLook = 0

    /// What the follower has to say to the one who runs it; each is said once, not at every look.
    package enum Report: Sendable, Hashable {
        /// A store cannot be read, for the reason given; what was served before goes on.
        case storeFailed(String)
        /// The stores can be read again.
        case storeRecovered
        /// A variant failed or was slow too often; its units are answered by another.
        case variantOut(VariantOutage)
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
        self.gateway.sampleMetrics(at: self.now())
        self.reportOutages()
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
        self.lookCount += 1
        let look = self.lookCount
        let snapshot = try await self.deployments.snapshot()
        var endpoints: [String: RoutingTable.Endpoint] = [:]
        for deployment in snapshot.deployments {
            endpoints[deployment.endpoint] = await self.endpoint(deployment, current)
        }
        let hasFailure = endpoints.values.contains { $0.failure != nil }
        self.retryAt = hasFailure ? self.now() + .seconds(5) : nil
        // A look that began later knows what is newer; it may have come first while this one loaded.
        guard look > self.servedLook else { return false }
        self.servedLook = look
        // What is answered from here on is counted as after the switch.
        self.gateway.sampleMetrics(at: self.now(), isMark: true)
        self.gateway.serve(RoutingTable(revision: snapshot.revision, endpoints: endpoints))
        try await self.online.poll()
        return true
    }

    /// Looks at each `interval` until the task is cancelled; a store that fails is reported by ``poll()`` and asked again.
    package func run(every interval: Duration = .milliseconds(200)) async {
        while !Task.isCancelled {
            _ = try? await self.poll()
            try? await Task.sleep(for: interval)
        }
    }

    private func reportOutages() {
        let outages = self.gateway.outages
        for outage in outages where !self.knownOutages.contains(outage) { self.report(.variantOut(outage)) }
        self.knownOutages = outages
    }

    private func endpoint(_ deployment: Deployment, _ current: RoutingTable) async -> RoutingTable.Endpoint {
        let old = current.endpoints[deployment.endpoint]
        if let old, old.failure == nil, old.revision == deployment.revision { return old }
        var variants: [ServedVariant?] = []
        var failure: RoutingTable.Endpoint.Failure?
        for variant in deployment.traffic.variants {
            do {
                variants.append(try await self.served(variant, deployment, old))
            } catch {
                let problem = RoutingTable.Endpoint.Failure(
                    version: variant.version,
                    message: readableMessage(of: error)
                )
                if variant.weight > 0, let old { return old.failing(problem, at: deployment.revision) }
                // The one that should answer comes before those that nobody waits for.
                if failure == nil || variant.weight > 0 { failure = problem }
                variants.append(nil)
            }
        }
        return RoutingTable.Endpoint(
            name: deployment.endpoint,
            traffic: deployment.traffic,
            variants: variants,
            revision: deployment.revision,
            failure: failure,
            metrics: self.gateway.metrics.metrics(
                endpoint: deployment.endpoint,
                version: deployment.version.description
            )
        )
    }

    /// Loads one variant; a release takes over what the endpoint has loaded already.
    private func served(
        _ variant: ProductionVariant,
        _ deployment: Deployment,
        _ old: RoutingTable.Endpoint?
    ) async throws -> ServedVariant {
        let traffic = deployment.traffic
        let before = old?.variants.first { $0.model.version == variant.version }
        let isRouted = traffic.release != nil || traffic.variants.count > 1
        // Looked at again because of another variant, it keeps its fuse as it is.
        if isRouted, let before = old?.variants.first(where: { $0.variant == variant }),
            old?.revision == deployment.revision, before.release == traffic.release
        {
            return before
        }
        let model: ServedModel
        if isRouted, let before {
            model = before.model
        } else {
            model = try await self.loader.load(variant.version) { try await self.online.rows(of: $0) }
            // The first row touches the pages that the first request would wait for.
            _ = try? model.scorer.score([Double](repeating: .nan, count: model.scorer.featureCount))
        }
        let same = old?.variants.first { $0.variant.name == variant.name && $0.model === model }
        return ServedVariant(
            variant,
            model: model,
            release: traffic.release,
            liveSince: same?.liveSince ?? self.now(),
            metrics: self.gateway.metrics.metrics(
                endpoint: deployment.endpoint,
                version: variant.version.description,
                variant: variant.name,
                isShadow: variant.isShadow
            ),
            fuse: VariantFuse(policy: traffic.fuse ?? FusePolicy())
        )
    }
}
