package import MartletCore
package import MartletMonitoring

/// What the routes and pages of alerts stand on.
package struct AlertContext: Sendable {
    let store: any AlertStore
    let log: AlertLog
    /// Measures all promises.
    let levels: @Sendable () async throws -> ServiceLevelReport
    let now: @Sendable () -> EventTime

    /// Puts it together.
    package init(
        store: any AlertStore,
        log: AlertLog,
        levels: @escaping @Sendable () async throws -> ServiceLevelReport,
        now: @escaping @Sendable () -> EventTime
    ) {
        self.store = store
        self.log = log
        self.levels = levels
        self.now = now
    }
}
