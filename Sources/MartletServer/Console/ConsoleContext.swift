package import MartletCore
package import MartletMonitoring
package import MartletTracking

/// What the console stands on, put together by the composition root.
package struct ConsoleContext: Sendable {
    package let tracking: any TrackingStore
    package let registry: any ModelRegistry
    package let ledger: any LedgerStore
    package let deployments: any DeploymentStore
    package let artifacts: any ArtifactStore
    /// Endpoints, releases and experiments; `nil` leaves their pages without figures.
    package var releases: ConsoleReleases?
    /// Pipelines and jobs; `nil` leaves their pages empty.
    package var jobs: JobContext?
    /// What the last look at live traffic found.
    package var monitoring: @Sendable () -> [MonitoredVersion] = { [] }
    /// What the endpoints do for the business, as far as the server counted.
    package var business: @Sendable () -> [EndpointBusiness] = { [] }
    /// Sources and quarantine; `nil` leaves their pages empty.
    package var data: DataContext?
    /// Feature views; `nil` leaves their pages empty.
    package var features: FeatureContext?
    /// Retraining plans; `nil` leaves their pages empty.
    package var retraining: RetrainingContext?
    /// Alerts and promises; `nil` leaves their pages out.
    package var alerts: ConsoleAlerts?
    /// Tells keys apart; `nil` lets everybody in, and decisions ask for a name.
    package let access: (any ConsoleAccess)?
    /// The workspace's name, shown beside the mark.
    package let workspace: String
    /// The program's version.
    package let version: String
    package let now: @Sendable () -> EventTime

    /// The run `id`, or `nil` when there is none or its experiment is not for the reader.
    func readableRun(_ id: RunID) async throws(TrackingError) -> Run? {
        do {
            return try await self.tracking.run(id)
        } catch {
            guard error.code == .accessRefused else { throw error }
            return nil
        }
    }

    /// Puts it together; the stores are guarded by the roles of whoever asks.
    package init(
        tracking: any TrackingStore,
        registry: any ModelRegistry,
        ledger: any LedgerStore,
        deployments: any DeploymentStore,
        artifacts: any ArtifactStore,
        access: (any ConsoleAccess)?,
        workspace: String,
        version: String,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.tracking = GuardedTrackingStore(tracking)
        self.registry = GuardedModelRegistry(registry)
        self.ledger = GuardedLedgerStore(ledger)
        self.deployments = deployments
        self.artifacts = GuardedArtifactStore(artifacts, experiments: tracking)
        self.access = access
        self.workspace = workspace
        self.version = version
        self.now = now
    }
}
