import HTTPTypes
import MartletCore
import MartletMonitoring
import MartletTracking

/// What is wrong now with what led to it, who takes it on, what nobody is told of, and what was wrong.
struct AlertsPage: Sendable {
    static let liveInterval = 5_000
    private static let historyLimit = 50

    let visit: ConsoleVisit
    let context: ConsoleContext

    private var words: Words { self.visit.words }

    func page() async throws -> ConsolePage {
        let store = self.context.alerts?.store
        let now = self.visit.now
        let silences = try await store?.silences(at: now) ?? []
        let open =
            try await store?.openAlerts().filter(Self.isReadable)
            .sorted { ($0.priority, $0.firstFoundAt, $0.key) < ($1.priority, $1.firstFoundAt, $1.key) } ?? []
        let past = try await store?.history(limit: Self.historyLimit).filter(Self.isReadable) ?? []
        let mayChange = (try? Principal.require(.write, on: .server)) != nil
        return ConsolePage(
            template: "alerts",
            title: self.words["alerts"],
            section: .quality,
            view: ([
                "tabs": QualityPage.tabs("alerts", self.words, self.context), "notice": self.notice,
                "liveInterval": String(Self.liveInterval),
                "alerts": open.map { self.row($0, silences, mayChange) }, "hasAlerts": !open.isEmpty,
                "silences": silences.map(self.row), "hasSilences": !silences.isEmpty,
                "past": past.map(self.past), "hasPast": !past.isEmpty, "mayChange": mayChange,
            ] as View)
            .merging(self.formView)
        )
    }

    /// What the forms of an alert need beside it.
    var formView: View {
        [
            "asksName": self.visit.visitor == nil, "name": self.visit.rememberedName ?? "",
            "decisionAddress": Address.of("alerts", "decision"),
        ]
    }

    /// Takes an alert on, silences it, or ends a silence.
    func decide(_ form: FormText) async throws -> ConsoleAnswer {
        try Principal.require(.write, on: .server)
        guard let alerts = self.context.alerts else {
            throw ConsoleProblem(status: .notFound, message: self.words["alerts.none"])
        }
        let name = self.visit.visitor?.name ?? form["by"] ?? self.visit.rememberedName ?? ""
        guard name.contains(where: { !$0.isWhitespace }), name.count <= 200 else {
            throw ConsoleProblem(status: .unprocessableContent, message: self.words["problem.name"])
        }
        let reason = form["reason"].flatMap { $0.contains { !$0.isWhitespace } ? String($0.prefix(4_000)) : nil }
        let author = Attribution(by: name, at: self.visit.now, reason: reason)
        let key = form["alert"] ?? ""
        switch form["action"] {
        case "ack": _ = try await alerts.store.acknowledge(key, author)
        case "silence":
            let length = form["for"].flatMap { ConsoleAlerts.silences.contains($0) ? TimeSpan($0) : nil }
            guard let length, let reason, !key.isEmpty else {
                throw ConsoleProblem(status: .unprocessableContent, message: self.words["problem.silence"])
            }
            let silence = AlertSilence(
                id: alerts.newID(),
                pattern: key,
                until: self.visit.now + length,
                by: name,
                reason: reason
            )
            try await alerts.store.add(silence, at: self.visit.now)
        case "lift": _ = try await alerts.store.lift(form["silence"] ?? "", author)
        default: throw ConsoleProblem(status: .badRequest, message: self.words["problem.alert"])
        }
        let remembered = self.visit.visitor == nil ? form["by"] : nil
        return .redirect(
            Address.of("alerts") + "?notice=" + (form["action"] ?? ""),
            cookies: remembered.map { [(.name, $0)] } ?? []
        )
    }

    private static let notices = ["ack": "notice.acked", "silence": "notice.silenced", "lift": "notice.lifted"]

    private var notice: String? { Self.notices[self.visit.query["notice"] ?? ""].map { self.words[$0] } }

    /// Whether an endpoint that it is about may be read; what is about none, may be.
    static func isReadable(_ alert: Alert) -> Bool {
        alert.endpoints.isEmpty
            || alert.endpoints.contains { (try? Principal.require(.read, on: .endpoint($0))) != nil }
    }

    /// The style class of a priority.
    static func style(_ priority: AlertPriority) -> String {
        switch priority {
        case .p0, .p1: "rejected"
        case .p2: "pending"
        case .p3: "plain"
        }
    }

    /// An alert as lists and its own page show it.
    func row(_ alert: Alert, _ silences: [AlertSilence], _ mayChange: Bool) -> View {
        let silence = silences.first { $0.covers(alert, at: self.visit.now) }
        var view: View = [
            "alertKey": alert.key, "alertAddress": Address.of("alerts", alert.id), "rule": alert.rule,
            "priority": alert.priority.rawValue,
            "priorityStyle": Self.style(alert.priority), "ruleTitle": self.words(ruleTitle: alert.rule),
            "summary": self.words(alert.summaryRemark), "causes": alert.causeRemarks.map { self.words($0) },
            "hasCauses": !alert.causeRemarks.isEmpty,
            "consequences": alert.consequenceRemarks.map { self.words($0) },
            "hasConsequences": !alert.consequenceRemarks.isEmpty,
            "runbook": self.words(runbookOf: alert.rule) ?? alert.runbook,
            "since": self.visit.figures.view(alert.firstFoundAt), "isPending": alert.phase == .pending,
            "endpoints": alert.endpoints.map {
                ["endpoint": $0, "endpointAddress": Address.of("endpoints", $0)] as View
            },
            "canTakeOn": mayChange && alert.phase == .firing && alert.acknowledgement == nil,
            "canSilence": mayChange && silence == nil && alert.phase != .resolved,
            "lengths": ConsoleAlerts.silences.map(self.length),
            "escalated": alert.escalatedAt.map { self.visit.figures.view($0) },
        ]
        if let told = alert.toldAt { view["told"] = self.visit.figures.view(told) }
        if let taken = alert.acknowledgement {
            view["takenBy"] = taken.by
            view["takenAt"] = self.visit.figures.view(taken.at)
        }
        if let silence { view["silencedUntil"] = Figures.moment(silence.until) }
        let actions = self.context.alerts?.actions().rules(for: alert.rule) ?? []
        view["actions"] = actions.map { rule in
            self.words(rule.mode == .on ? "alerts.action.on" : "alerts.action.dry", self.name(rule.action))
        }
        view["hasActions"] = !actions.isEmpty
        return view
    }

    /// An action as the reader's language calls it; in English as the file does.
    private func name(_ action: AlertAction) -> String {
        self.words.language == .english ? action.word : self.words["alert.action." + action.word]
    }

    private func length(_ text: String) -> View {
        ["value": text, "text": TimeSpan(text).map { self.words($0) } ?? text]
    }

    private func row(_ silence: AlertSilence) -> View {
        [
            "silenceID": silence.id, "pattern": silence.pattern, "until": Figures.moment(silence.until),
            "by": silence.by, "reason": silence.reason,
        ]
    }

    private func past(_ alert: Alert) -> View {
        let end = alert.resolvedAt ?? alert.lastFoundAt
        let seconds = Double(end.microseconds - alert.firstFoundAt.microseconds) / 1_000_000
        return [
            "priority": alert.priority.rawValue, "priorityStyle": Self.style(alert.priority),
            "chain": ([alert.summaryRemark] + alert.causeRemarks).map { self.words($0) }.joined(separator: " ← "),
            "ruleTitle": self.words(ruleTitle: alert.rule),
            "alertKey": alert.key, "alertAddress": Address.of("alerts", alert.id),
            "since": self.visit.figures.view(alert.firstFoundAt),
            "took": self.visit.figures.duration(seconds), "takenBy": alert.acknowledgement?.by,
        ]
    }
}
