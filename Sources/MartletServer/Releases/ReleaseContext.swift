package import MartletCore
package import MartletReleases
package import MartletTracking

/// What the routes of releases stand on.
package struct ReleaseContext: Sendable {
    let store: any ReleaseStore
    let desk: ReleaseDesk
    let ledger: any LedgerStore
    let registry: any ModelRegistry
    /// The plans of the workspace as its files are now.
    let plans: @Sendable () throws -> [ReleasePlan]
    let now: @Sendable () -> EventTime

    /// Puts it together.
    package init(
        store: any ReleaseStore,
        desk: ReleaseDesk,
        ledger: any LedgerStore,
        registry: any ModelRegistry,
        plans: @escaping @Sendable () throws -> [ReleasePlan],
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.desk = desk
        self.ledger = ledger
        self.registry = registry
        self.plans = plans
        self.now = now
    }
}
