package import MartletCore

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
    }

    /// The summary with what led to it: `error +24 % ← area drifted`.
    package var chain: String { ([self.summary] + self.causes).joined(separator: " ← ") }
}

extension AlertTransition.Kind: Codable {}
