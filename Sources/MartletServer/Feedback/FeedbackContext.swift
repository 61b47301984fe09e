package import MartletCore
package import MartletTracking

/// What the routes of interactions and outcomes stand on.
package struct FeedbackContext: Sendable {
    let store: any FeedbackStore
    let deployments: any DeploymentStore
    let now: @Sendable () -> EventTime

    /// Puts it together; `deployments` knows which endpoints there ever were.
    package init(
        store: any FeedbackStore,
        deployments: any DeploymentStore,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.deployments = deployments
        self.now = now
    }

    /// The most bytes of a body; 8 MiB.
    static let bodyByteLimit = 8_388_608
    /// The most interactions or outcomes of a request.
    static let eventLimit = 10_000
}
