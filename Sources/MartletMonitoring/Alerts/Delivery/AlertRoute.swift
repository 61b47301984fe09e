package import MartletCore

/// Which alerts go to which channels: one entry of `routes:` in `slo.yaml`.
package struct AlertRoute: DocumentObject, Sendable {
    package let priorities: [AlertPriority]
    /// Empty means every one.
    package let endpoints: [Located<String>]
    /// Names of alerts, such as `RequestsFail`; empty means every one.
    package let alerts: [Located<String>]
    package let channels: [Located<String>]
    /// Whether the channels are told when an alert is over.
    package let sendsResolved: Bool

    package init(from reader: ObjectReader) {
        self.priorities = reader.value(
            "priorities",
            default: AlertPriority.allCases,
            "The priorities that go this way; by default all."
        )
        self.endpoints = reader.value(
            "endpoints",
            default: [],
            "The endpoints whose alerts go this way; by default all, and alerts of no endpoint too."
        )
        self.alerts = reader.value("alerts", default: [], "The names of alerts that go this way; by default all.")
        self.channels = reader.required("channels", [Located<String>].self, "The channels that are told.")
        self.sendsResolved = reader.value(
            "send_resolved",
            default: true,
            "Whether they are told when it is over.",
            documentedDefault: true
        )
        if reader.has("channels"), self.channels.isEmpty {
            reader.report(.documentInvalidValue, "'channels' names none; write at least one", at: "channels")
        }
    }

    /// Sends everything to `channels`.
    init(everythingTo channels: [Located<String>]) {
        self.priorities = AlertPriority.allCases
        self.endpoints = []
        self.alerts = []
        self.channels = channels
        self.sendsResolved = true
    }

    /// Whether `notice` goes this way.
    package func takes(_ notice: AlertNotice) -> Bool {
        guard self.priorities.contains(notice.priority), notice.kind != .resolved || self.sendsResolved else {
            return false
        }
        let isOfEndpoint =
            self.endpoints.isEmpty || self.endpoints.contains { notice.endpoints.contains($0.value) }
        return isOfEndpoint && (self.alerts.isEmpty || self.alerts.contains { notice.rules.contains($0.value) })
    }
}

extension AlertPriority: DocumentWord {}
