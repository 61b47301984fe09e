package import MartletMonitoring
package import MartletTracking

/// What was told of alerts, and what was done about them by itself.
package struct AlertLog: Sendable {
    let deliveries: any AlertDeliveryStore
    let actions: any AlertActionStore

    /// How many deliveries of alerts of one name are looked through for those of one of them.
    private static let depth = 1_000

    /// Reads what the stores keep.
    package init(deliveries: any AlertDeliveryStore, actions: any AlertActionStore) {
        self.deliveries = deliveries
        self.actions = actions
    }

    /// What was told of `alert` and not of another of its name, the newest first.
    package func deliveries(
        of alert: Alert,
        to channel: String? = nil,
        limit: Int
    ) async throws(TrackingError) -> [AlertDelivery] {
        let all = try await self.deliveries.deliveries(to: channel, of: alert.key, limit: Self.depth)
        return Array(all.filter { $0.notice.since == alert.firstFoundAt }.prefix(limit))
    }

    /// What was done about `alert` and not about another of its name, the newest first.
    package func actions(of alert: Alert, limit: Int) async throws(TrackingError) -> [AlertActionRecord] {
        try await self.actions.actions(of: alert.id, limit: limit)
    }
}
