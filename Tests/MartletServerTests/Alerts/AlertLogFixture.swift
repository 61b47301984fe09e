import MartletCore
import MartletMonitoring
import MartletStores
import MartletTracking

/// An alert that a channel refused to hear of and another will, that something was done about, and an action of another.
struct AlertLogFixture {
    let alert: Alert

    init(_ database: MetadataDatabase, _ alerts: any AlertStore) async throws {
        guard let alert = try await alerts.openAlerts().first, let told = alert.toldAt else {
            throw TrackingError(.alertNotFound, "the fixture needs an alert that fires")
        }
        self.alert = alert
        let deliveries = SQLAlertDeliveryStore(database)
        let notice = AlertNotice(.fired, alert, at: told)
        try await deliveries.send(notice, to: ["pager"], id: "x", at: told)
        for delivery in try await deliveries.claimDeliveries(at: told, until: told, limit: 5) {
            let refusal = WebhookOutcome(status: 404, body: "no such hook\nat all")
            try await deliveries.finish(delivery.id, refusal, retryAt: nil, at: told)
        }
        try await deliveries.send(notice, to: ["mail"], id: "x", at: told)
        let actions = SQLAlertActionStore(database)
        try await actions.ask(
            [alert.id, "a0"]
                .map { id in
                    AlertActionRecord(
                        id: "\(id)-\(alert.rule)-0",
                        notice: notice,
                        rule: alert.rule,
                        order: .init(action: "page", channels: ["pager"]),
                        key: id,
                        mode: .on,
                        coolDown: .seconds(0),
                        asked: Attribution(by: "martlet", at: told)
                    )
                },
            ignoringCoolDown: false
        )
        for var record in try await actions.claim("\(alert.id)-\(alert.rule)-0", at: told, until: told, limit: 1) {
            let names = "pager"
            let text: Remark.Text = "told \(names); martlet alerts deliveries shows whether it arrived"
            record.end(.done, Remark("action.told", text), at: told)
            try await actions.save(record, dueAt: told)
        }
    }
}
