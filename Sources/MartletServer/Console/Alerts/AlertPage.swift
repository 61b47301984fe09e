import HTTPTypes
import MartletCore
import MartletMonitoring
import MartletTracking

/// One alert: what led to it, who was told what and what they answered, and what was done by itself.
struct AlertPage: Sendable {
    private static let limit = 200

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        let name = self.visit.component(1)
        guard let alerts = self.context.alerts, let alert = try await Self.alert(name, alerts.store),
            AlertsPage.isReadable(alert)
        else { throw ConsoleProblem.missing(self.words, "missing.alert", name) }
        let silences = try await alerts.store.silences(at: self.visit.now)
        let mayChange = (try? Principal.require(.write, on: .server)) != nil
        let list = AlertsPage(visit: self.visit, context: self.context)
        var view = list.row(alert, silences, mayChange).merging(list.formView)
        let deliveries = try await alerts.log?.deliveries(of: alert, limit: Self.limit) ?? []
        let actions = try await alerts.log?.actions(of: alert, limit: Self.limit) ?? []
        view["deliveries"] = deliveries.map(self.row)
        view["hasDeliveries"] = !deliveries.isEmpty
        view["taken"] = actions.map(self.row)
        view["hasTaken"] = !actions.isEmpty
        view["phaseText"] = self.words["alerts.phase." + alert.phase.rawValue]
        view["phaseStyle"] = alert.phase == .firing ? "pending" : "plain"
        view["times"] = self.times(alert)
        if alert.phase != .resolved { view["liveInterval"] = String(AlertsPage.liveInterval) }
        return ConsolePage(template: "alert", title: alert.key, section: .quality, view: view)
    }

    private static func alert(_ name: String, _ store: any AlertStore) async throws -> Alert? {
        do throws(TrackingError) {
            return try await store.alert(name)
        } catch {
            guard error.code == .alertNotFound else { throw error }
            return nil
        }
    }

    /// When what happened to it, in the order of time.
    private func times(_ alert: Alert) -> [View] {
        let times: [(String, EventTime?)] = [
            ("alerts.time.found", alert.firstFoundAt), ("alerts.told", alert.toldAt),
            ("alerts.time.worse", alert.worsenedAt), ("alerts.escalated", alert.escalatedAt),
            ("alerts.time.over", alert.resolvedAt),
        ]
        return times.compactMap { key, time in
            time.map { ["what": self.words[key], "moment": self.visit.figures.view($0)] }
        }
    }

    private func row(_ delivery: AlertDelivery) -> View {
        var view: View = [
            "deliveryID": delivery.id, "channel": delivery.channel,
            "happened": self.words["delivery.kind." + delivery.happened],
            "at": self.visit.figures.view(delivery.notice.at),
            "state": self.words["delivery.state." + delivery.state.rawValue],
            "stateStyle": Self.style(delivery.state), "tries": Figures.count(delivery.attemptCount),
            "answer": delivery.outcome.map { outcome in
                [outcome.status.map(String.init), outcome.isSuccess ? nil : outcome.failure, Self.shown(outcome.body)]
                    .compactMap(\.self).joined(separator: " · ")
            },
        ]
        if delivery.state == .waiting { view["nextTry"] = Figures.moment(delivery.dueAt) }
        if let end = delivery.finishedAt { view["ended"] = self.visit.figures.view(end) }
        return view
    }

    /// The beginning of an answer's text; `nil` when there is none.
    private static func shown(_ body: String) -> String? {
        let line = body.prefix { !$0.isNewline }.prefix(120)
        return line.isEmpty ? nil : String(line)
    }

    private func row(_ record: AlertActionRecord) -> View {
        [
            "actionText": self.words["alert.action." + record.order.action], "ruleName": record.rule,
            "modeText": record.mode == .on ? nil : self.words["alert.mode.dry"],
            "actionState": self.words["alert.done." + record.state.rawValue], "actionStyle": Self.style(record.state),
            "asked": self.visit.figures.view(record.asked.at), "actor": record.asked.actor,
            "outcome": self.words(record.outcomeRemark),
        ]
    }

    private static func style(_ state: WebhookDelivery.State) -> String {
        switch state {
        case .waiting: "pending"
        case .delivered: "approved"
        case .failed: "rejected"
        }
    }

    private static func style(_ state: AlertActionRecord.State) -> String {
        switch state {
        case .waiting: "pending"
        case .done: "approved"
        case .failed: "rejected"
        case .dryRun, .skipped: "plain"
        }
    }
}
