import MartletCore
package import MartletMonitoring

/// Alerts and promises, as the pages stand on them.
package struct ConsoleAlerts: Sendable {
    let store: any AlertStore
    /// How promises are kept now; `nil` leaves that page empty.
    package var levels: (@Sendable () async throws -> ServiceLevelReport)?
    /// What was told and done; `nil` leaves the pages of alerts without.
    package var log: AlertLog?
    /// What is done by itself when alerts fire.
    package var actions: @Sendable () -> AlertActions = { AlertActions() }
    let newID: @Sendable () -> String

    /// Puts it together; silences get identifiers from `newID`.
    package init(store: any AlertStore, newID: @escaping @Sendable () -> String) {
        self.store = store
        self.newID = newID
    }

    /// The times a silence may last, as the page offers them.
    static let silences = ["1h", "4h", "1d", "7d"]
}
