import Foundation
package import MartletCore
package import MartletTracking

/// What is told of an alert, once for each time that it fires, escalates or is over.
package struct AlertNotice: Sendable, Hashable, Codable {
    package let kind: AlertTransition.Kind
    /// The alert's key, such as `RequestsFail/endpoint:rent`.
    package let alert: String
    package let rule: String
    package let subject: String
    package let priority: AlertPriority
    package let summary: String
    /// What led to it, the nearest cause first.
    package let causes: [String]
    package let runbook: String
    /// When it was first found.
    package let since: EventTime
    /// When this happened.
    package let at: EventTime
    /// The names of all alerts that this one stands for, its own among them.
    package let rules: [String]
    /// The endpoints that it is about or that suffer from it.
    package let endpoints: [String]
    /// Whether it is told again because it became worse; absent where that is not asked.
    private var worse: Bool?
    /// What is asked for, such as `scale`; `nil` when somebody is only told.
    package internal(set) var request: String?
    /// What is said with codes and values, for readers of other languages; absent where nobody kept it.
    package var remarks: AlertRemarks?

    /// Describes what happened to an alert.
    package init(
        _ kind: AlertTransition.Kind,
        alert: String,
        rule: String,
        subject: String,
        priority: AlertPriority,
        summary: String,
        causes: [String] = [],
        runbook: String = "",
        since: EventTime,
        at moment: EventTime,
        rules: [String] = [],
        endpoints: [String] = []
    ) {
        self.kind = kind
        self.alert = alert
        self.rule = rule
        self.subject = subject
        self.priority = priority
        self.summary = summary
        self.causes = causes
        self.runbook = runbook
        self.since = since
        self.at = moment
        self.rules = [rule] + rules.filter { $0 != rule }
        let own = subject.hasPrefix("endpoint:") ? [String(subject.dropFirst("endpoint:".count))] : []
        self.endpoints = own + endpoints.filter { !own.contains($0) }
    }

    /// Tells of `alert` as it is at `now`.
    package init(_ kind: AlertTransition.Kind, _ alert: Alert, at now: EventTime) {
        self.init(
            kind,
            alert: alert.key,
            rule: alert.rule,
            subject: alert.subject,
            priority: alert.priority,
            summary: alert.summary,
            causes: alert.causes,
            runbook: alert.runbook,
            since: alert.firstFoundAt,
            at: now,
            rules: alert.rules,
            endpoints: alert.endpoints
        )
        self.remarks = self.remarks(in: alert)
    }

    /// The same with what `alert`, as it is kept, says in codes and values; as it is when that says something else.
    package func translatable(by alert: Alert) -> AlertNotice {
        var notice = self
        notice.remarks = self.remarks(in: alert)
        return notice
    }

    private func remarks(in alert: Alert) -> AlertRemarks? {
        alert.remarks(of: self.kind, saying: self.summary, self.causes)
    }

    /// Reads what an entry of the ledger says of an alert; `nil` when it says nothing that is told.
    package init?(_ entry: LedgerEntry) {
        let kinds: [LedgerAction: AlertTransition.Kind] = [
            .alertFired: .fired, .alertEscalated: .escalated, .alertResolved: .resolved,
        ]
        guard let kind = kinds[LedgerAction(entry.action)], entry.subject.hasPrefix("alert:"),
            let payload = try? JSONValue(parsing: Data(entry.payload.utf8)),
            let rule = Self.text(payload["rule"]), let subject = Self.text(payload["about"]),
            let priority = Self.text(payload["priority"]).flatMap(AlertPriority.init(rawValue:))
        else { return nil }
        self.init(
            kind,
            alert: String(entry.subject.dropFirst("alert:".count)),
            rule: rule,
            subject: subject,
            priority: priority,
            summary: Self.text(payload["summary"]) ?? "",
            causes: Self.texts(payload["causes"]),
            runbook: Self.text(payload["runbook"]) ?? "",
            since: Self.text(payload["since"]).flatMap { EventTime(iso8601: $0) } ?? entry.at,
            at: entry.at,
            rules: Self.texts(payload["rules"]),
            endpoints: Self.texts(payload["endpoints"])
        )
        if kind == .escalated { self.worse = payload["worse"] == .boolean(true) }
    }

    /// Whether it is told again because it became worse; what escalates otherwise was not taken on in time.
    var isWorse: Bool { self.worse ?? false }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        if case .array(let items)? = value { items.compactMap { Self.text($0) } } else { [] }
    }

    /// The same, asking the receiver for `request`.
    package func asking(for request: String) -> AlertNotice {
        var notice = self
        notice.request = request
        return notice
    }

    /// The event that webhooks know.
    var event: WebhookNotice {
        let event: WebhookEvent =
            switch self.kind {
            case .fired: .alertFired
            case .escalated: .alertEscalated
            case .resolved: .alertResolved
            }
        var data: [String: JSONValue] = [
            "alert": .string(self.alert), "rule": .string(self.rule), "about": .string(self.subject),
            "priority": .string(self.priority.rawValue), "summary": .string(self.summary),
            "causes": .array(self.causes.map(JSONValue.string)), "runbook": .string(self.runbook),
            "since": .string(self.since.description), "endpoints": .array(self.endpoints.map(JSONValue.string)),
        ]
        if let worse = self.worse { data["worse"] = .boolean(worse) }
        if let request = self.request {
            data.merge(["action": .string(request), "state": "asked", "outcome": "a person or program is asked for it"])
            {
                $1
            }
        }
        return WebhookNotice(
            self.request == nil ? event : .alertActed,
            at: self.at,
            by: AlertTransition.actor,
            data: data
        )
    }

    /// The summary with what led to it: `error +24 % ← area drifted`.
    package var chain: String { ([self.summary] + self.causes).joined(separator: " ← ") }
}

extension AlertTransition.Kind: Codable {}

extension AlertTransition {
    /// Who the program is in the ledger.
    package static let actor = "martlet"
}
